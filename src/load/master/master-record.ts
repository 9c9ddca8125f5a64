import { isWithin, parseName } from '../../model/name.ts';
import type { FileOrigin } from '../../model/origin.ts';
import { quoted } from '../../model/phrases.ts';
import { parseRdata } from '../../model/rdata.ts';
import { isSoa } from '../../model/rr-types.ts';
import type { LoadRuleId } from '../load-rules.ts';
import { findType, typeFault } from '../record-types.ts';
import { addRecord, type MasterFile, type MasterProgress, orProblem, refuseEntry } from './progress.ts';
import type { Entry, Token } from './tokens.ts';

/** There is one way to cut the digits alone, or a long text that is none would take for ever. */
const period = /^(?:[0-9]+[smhdw])*[0-9]+[smhdw]?$/i;
const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const classWord = /^(?:IN|CH|CHAOS|HS|HESIOD|CS|CSNET|NONE|ANY|CLASS[0-9]+)$/i;

/** A TTL in seconds, also with BIND's units (`1h30m`); null if it is none. One that no number can tell is the greatest. */
export const parseTtl = (text: string): number | null => {
  if (!period.test(text)) return null;
  const parts = text.toLowerCase().matchAll(/([0-9]+)([smhdw]?)/g);
  const seconds = [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (secondsOf[unit || 's'] ?? 1), 0);
  return Math.min(seconds, Number.MAX_SAFE_INTEGER);
};

/** Reads one record, and remembers its owner for the next. */
export const readMasterRecord = (entry: Entry, file: MasterFile, progress: MasterProgress): void => {
  const tokens = [...entry.tokens];
  if (!entry.blank) setOwner(tokens.shift(), file, progress);
  const [first] = tokens;
  if (progress.owner === null) {
    if (!progress.ownerRefused) refuseAt(progress, file, entry.at, 'this line has no name, and none comes before it');
    progress.ownerRefused = true;
    return;
  }
  if (first === undefined)
    refuseAt(progress, file, entry.at, `${progress.owner} has no type and no value`, progress.owner);
  else readBody(progress.owner, tokens, file, progress);
};

/** Reads `[ttl] [class] type rdata`. Problems and origins point at `at`; by default at the rdata. */
export const readBody = (
  name: string,
  tokens: readonly Token[],
  file: MasterFile,
  progress: MasterProgress,
  at?: FileOrigin,
): void => {
  const head = readHead(tokens);
  const originOfToken = (token: Token | undefined): FileOrigin => at ?? file.originAt((token ?? tokens[0])?.at ?? 0);
  const usable = usableType(name, head, progress);
  if (usable.status === 'refused') {
    refuseEntry(progress, usable.rule, usable.message, originOfToken(head.type ?? undefined), usable.keeps);
    return;
  }
  const { type } = usable;
  const place = originOfToken(head.rdata[0] ?? head.type ?? undefined);
  const text = head.rdata.map((token) => token.text).join(' ');
  const rdata = orProblem(
    () => parseRdata(type, text, { origin: progress.origin }),
    (rule, message) => refuseEntry(progress, rule, `${name} ${type}: ${message}`, place, { name, type }),
  );
  if (rdata !== null) addRecord(progress, { name, type, rdata, ttl: ttlOf(head.ttl, type, rdata, progress) }, place);
};

type UsableType =
  | { readonly status: 'usable'; readonly type: string }
  | {
      readonly status: 'refused';
      readonly rule: LoadRuleId;
      readonly message: string;
      readonly keeps: { readonly name: string; readonly type: string | null } | null;
    };

const usableType = (name: string, head: Head, progress: MasterProgress): UsableType => {
  const refused = (rule: LoadRuleId, message: string, keeps: string | null | undefined): UsableType => ({
    status: 'refused',
    rule,
    message,
    keeps: keeps === undefined ? null : { name, type: keeps },
  });
  const { zone } = progress.context;
  if (head.type === null) return refused('master-syntax', `${name} has no type; write one, like A`, null);
  if (head.otherClass !== null) {
    const message = `the class ${quoted(head.otherClass)} is not supported; only IN is`;
    return refused('master-syntax', message, null);
  }
  const found = findType(head.type.text);
  if (found.status === 'refused') return refused('unknown-type', found.message, null);
  if (!isWithin(name, zone)) {
    const message = `${name} is not in ${zone}; a name without a final dot is relative to ${progress.origin}`;
    return refused('out-of-zone', message, undefined);
  }
  const fault = typeFault(found.type.name, name, progress.context);
  if (fault !== null) return refused(fault.rule, fault.message, found.type.name);
  return { status: 'usable', type: found.type.name };
};

interface Head {
  readonly ttl: number | null;
  /** A class that is not IN. */
  readonly otherClass: string | null;
  readonly type: Token | null;
  readonly rdata: readonly Token[];
}

/** TTL and class come in either order (RFC 1035 section 5.1). */
export const readHead = (tokens: readonly Token[]): Head => {
  let ttl: number | null = null;
  let otherClass: string | null = null;
  let hasClass = false;
  let next = 0;
  for (; next < 2; next += 1) {
    const text = tokens[next]?.text ?? '';
    const seconds: number | null = ttl === null ? parseTtl(text) : null;
    if (seconds !== null) ttl = seconds;
    else if (!hasClass && classWord.test(text)) {
      hasClass = true;
      if (!/^(?:IN|CLASS1)$/i.test(text)) otherClass = text;
    } else break;
  }
  return { ttl, otherClass, type: tokens[next] ?? null, rdata: tokens.slice(next + 1) };
};

/**
 * RFC 2308 section 4: $TTL; without one, the TTL of the record before; else the zone's own. As in BIND, the minimum of an SOA without
 * a TTL stands in for a missing $TTL.
 */
const ttlOf = (explicit: number | null, type: string, rdata: string, progress: MasterProgress): number => {
  if (explicit !== null) progress.lastTtl = explicit;
  else if (isSoa(type) && progress.lastTtl === null) progress.defaultTtl ??= Number(rdata.split(' ').at(-1));
  return explicit ?? progress.defaultTtl ?? progress.lastTtl ?? progress.context.ttl;
};

const setOwner = (token: Token | undefined, file: MasterFile, progress: MasterProgress): void => {
  if (token === undefined) return;
  progress.owner = nameFieldOf(token, file, progress);
  progress.ownerRefused = progress.owner === null;
};

/** The absolute name of an owner; null after a problem. */
export const nameFieldOf = (token: Token, file: MasterFile, progress: MasterProgress): string | null => {
  const at = file.originAt(token.at);
  if (token.text === '@') return progress.origin;
  if (token.text.startsWith('"')) {
    refuseEntry(progress, 'name-syntax', `${quoted(token.text)} is not a name: names have no quotes`, at, null);
    return null;
  }
  return orProblem(
    () => parseName(token.text, progress.origin),
    (rule, message) => refuseEntry(progress, rule, message, at, null),
  );
};

const refuseAt = (progress: MasterProgress, file: MasterFile, at: number, message: string, name?: string): void =>
  refuseEntry(progress, 'master-syntax', message, file.originAt(at), name === undefined ? null : { name, type: null });
