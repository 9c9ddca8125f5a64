import { parseName } from '../../model/name.ts';
import type { FileOrigin } from '../../model/origin.ts';
import { quoted } from '../../model/phrases.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { LoadRuleId } from '../load-rules.ts';
import { sizeLimits } from '../size-limits.ts';
import { positionsOf } from '../text-position.ts';
import { collector, type FileContent, type ZoneContext } from '../zone-content.ts';
import { type GenerateRange, generatedCount, parseRange, substitute, tooMany } from './generate.ts';
import { nameFieldOf, parseTtl, readBody, readHead, readMasterRecord } from './master-record.ts';
import {
  addUnfinished,
  type IncludeReader,
  type MasterFile,
  type MasterProgress,
  orProblem,
  refuseEntry,
  startProgress,
} from './progress.ts';
import { type BadEntry, type Entry, masterEntries, type Token } from './tokens.ts';

export type { IncludeReader } from './progress.ts';

/**
 * Reads an RFC 1035 master file, with BIND's $TTL and $GENERATE, for a zone that load is reading. Never throws for what is in
 * the text, and opens no file: `include` does, and keeps inside the repository. `distrust` marks the whole file as
 * incomplete, so that nothing of the zone is deleted or replaced; a bad record alone is quarantined.
 */
export const readMaster = async (
  file: string,
  text: string,
  context: ZoneContext,
  include: IncludeReader,
): Promise<FileContent> => {
  const into = collector();
  const progress = startProgress(context, into, include);
  await readFile(fileOf(file, text, []), text, progress);
  addUnfinished(progress);
  return into.content();
};

const fileOf = (file: string, text: string, trail: readonly string[]): MasterFile => {
  const positionOf = positionsOf(text);
  return {
    file,
    depth: trail.length,
    trail: [...trail, file],
    originAt: (offset) => ({ kind: 'zone_file', file, ...positionOf(offset) }),
  };
};

/** False: the rest cannot be read, as the origin is unknown from here on, or as the zone is too large. */
const readFile = async (file: MasterFile, text: string, progress: MasterProgress): Promise<boolean> => {
  for (const entry of masterEntries(text)) {
    if (entry.kind === 'bad') readBad(entry, file, progress);
    else if (!entry.blank && entry.tokens[0]?.text.startsWith('$') === true) {
      if (!(await readDirective(entry, file, progress))) return false;
    } else readMasterRecord(entry, file, progress);
    if (progress.excess !== null) {
      progress.into.distrust('file-unusable', progress.excess.message, progress.excess.origin);
      return false;
    }
  }
  return true;
};

const readBad = (entry: BadEntry, file: MasterFile, progress: MasterProgress): void => {
  const origin = file.originAt(entry.at);
  const [first] = entry.tokens;
  if (entry.fatal || first?.text.startsWith('$') === true) {
    progress.into.distrust('master-syntax', entry.message, origin);
    return;
  }
  if (!entry.blank && first !== undefined) progress.owner = nameFieldOf(first, file, progress);
  const at = progress.owner === null ? null : { name: progress.owner, type: null };
  refuseEntry(progress, 'master-syntax', entry.message, origin, at);
};

type Directive = (tokens: readonly Token[], file: MasterFile, progress: MasterProgress) => boolean | Promise<boolean>;

const readDirective = (entry: Entry, file: MasterFile, progress: MasterProgress): boolean | Promise<boolean> => {
  const [word, ...rest] = entry.tokens;
  const name = word?.text.toUpperCase() ?? '';
  const directive = directives.get(name);
  if (directive !== undefined && word !== undefined) return directive(entry.tokens, file, progress);
  distrust(
    'master-syntax',
    `${quoted(name)} is not a directive${didYouMean(name, directives.keys())}`,
    rest[0] ?? word,
    file,
    progress,
  );
  return false;
};

const distrust = (
  rule: LoadRuleId,
  message: string,
  token: Token | undefined,
  file: MasterFile,
  progress: MasterProgress,
): void => progress.into.distrust(rule, message, file.originAt(token?.at ?? 0));

const readOrigin: Directive = ([word, name, extra], file, progress) => {
  if (name === undefined || extra !== undefined) {
    distrust('master-syntax', '$ORIGIN takes one name, like "$ORIGIN example.com."', extra ?? word, file, progress);
    return false;
  }
  const origin = originOf(name, file, progress);
  if (origin !== null) progress.origin = origin;
  return origin !== null;
};

const originOf = (token: Token, file: MasterFile, progress: MasterProgress): string | null =>
  token.text === '@'
    ? progress.origin
    : orProblem(
        () => parseName(token.text, progress.origin),
        (rule, message) => distrust(rule, message, token, file, progress),
      );

const readTtl: Directive = ([word, period, extra], file, progress) => {
  const ttl = parseTtl(period?.text ?? '');
  if (ttl === null || extra !== undefined) {
    distrust('ttl-syntax', '$TTL takes one time, like 3600 or 1h', extra ?? period ?? word, file, progress);
  } else progress.defaultTtl = ttl;
  return true;
};

/** RFC 1035 section 5.1: the including file's origin and owner are as before afterwards. */
const readInclude: Directive = async ([word, path, origin, extra], file, progress) => {
  const distrustAndContinue = (message: string, token: Token | undefined): boolean => {
    distrust('include', message, token, file, progress);
    return true;
  };
  if (path === undefined || extra !== undefined) {
    return distrustAndContinue('$INCLUDE takes a file and, optionally, an origin', extra ?? word);
  }
  progress.includes += 1;
  const excess = includesTooMuch(file.depth, progress.includes);
  if (excess !== null) {
    distrustAndContinue(excess, path);
    return false;
  }
  const name = path.text.startsWith('"') ? path.text.slice(1, -1) : path.text;
  const found = await progress.include(name, file.file);
  if (file.trail.includes(found.file))
    return distrustAndContinue(
      `$INCLUDE ${quoted(name)}: this file is already being read; remove the loop of $INCLUDE lines`,
      path,
    );
  if (found.text.status === 'missing') {
    return distrustAndContinue(
      `$INCLUDE ${quoted(name)}: there is no ${found.file}; paths are relative to the file with the $INCLUDE`,
      path,
    );
  }
  if (found.text.status === 'refused') {
    distrustAndContinue(`$INCLUDE ${quoted(name)}: ${found.text.message}`, path);
    return found.text.isLast !== true;
  }
  const before = { origin: progress.origin, owner: progress.owner };
  const inner = origin === undefined ? progress.origin : originOf(origin, file, progress);
  if (inner === null) return true;
  progress.origin = inner;
  const known = await readFile(fileOf(found.file, found.text.text, file.trail), found.text.text, progress);
  progress.origin = before.origin;
  progress.owner = before.owner;
  return known;
};

const includesTooMuch = (depth: number, includes: number): string | null => {
  if (depth >= sizeLimits.includeDepth) return `$INCLUDE is nested more than ${sizeLimits.includeDepth} files deep`;
  return includes > sizeLimits.includes ? `$INCLUDE is used more than ${sizeLimits.includes} times` : null;
};

const readGenerate: Directive = ([word, rangeToken, lhs, ...body], file, progress) => {
  const distrustAndContinue = (message: string, token: Token | undefined): boolean => {
    distrust('generate', `$GENERATE: ${message}`, token, file, progress);
    return true;
  };
  if (rangeToken === undefined || lhs === undefined || body.length < 2) {
    return distrustAndContinue('write it as "$GENERATE range name type value"', word);
  }
  const range = parseRange(rangeToken.text);
  if (typeof range === 'string') return distrustAndContinue(range, rangeToken);
  progress.generated += generatedCount(range);
  const excess = tooMany(progress.generated);
  if (excess !== null) return distrustAndContinue(excess, rangeToken);
  const fault = generate([lhs, ...body], range, file.originAt(word?.at ?? 0), file, progress);
  return fault === null ? true : distrustAndContinue(fault, rangeToken);
};

/** Makes the records of a range; returns why a template cannot be used, or null. */
const generate = (
  templates: readonly Token[],
  { start, stop, step }: GenerateRange,
  at: FileOrigin,
  file: MasterFile,
  progress: MasterProgress,
): string | null => {
  const isOneToken = readHead(templates.slice(1)).rdata.length === 1;
  for (let value = start; value <= stop && progress.excess === null; value += step) {
    const tokens: Token[] = [];
    for (const template of templates) {
      const text = substitute(template.text, value);
      if (typeof text !== 'string') return text.message;
      tokens.push({ text: isOneToken && template === templates.at(-1) ? withoutQuotes(text) : text, at: template.at });
    }
    const [first, ...rest] = tokens;
    const name = first === undefined ? null : nameFieldOf(first, file, progress);
    if (name === null) return null;
    readBody(name, rest, file, progress, at);
  }
  return null;
};

/** BIND has the value as one token, in quotes where it has spaces: `MX "10 mail$"`. */
const withoutQuotes = (text: string): string =>
  /^"[\s\S]*"$/.test(text) ? text.slice(1, -1).replaceAll('\\"', '"') : text;

const directives: ReadonlyMap<string, Directive> = new Map([
  ['$ORIGIN', readOrigin],
  ['$TTL', readTtl],
  ['$INCLUDE', readInclude],
  ['$GENERATE', readGenerate],
]);
