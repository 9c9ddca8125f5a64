// YAML for hostmaster.yaml, labels.yaml and groups.yaml: the package `yaml`, which gives YAML 1.2's values and finds the place
// of any key again. It takes six times as long as bulk-reader.ts, which is for zone files.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { quoted } from '../../model/phrases.ts';
import { sizeLimits } from '../size-limits.ts';
import { type Position, positionsOf } from '../text-position.ts';

/** A path of keys and indices into the document. */
export type Path = readonly (string | number)[];

/** The document as plain data, and the position of each part of it. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Keys that occur twice in one mapping. */
  readonly duplicates: readonly { readonly key: string; readonly at: Position }[];
  /** The position of the value at a path, or of the nearest part above it. */
  readonly positionOf: (path: Path) => Position;
  /** The position of the key at the end of a path. */
  readonly positionOfKey: (path: Path) => Position;
}

/** The text is not YAML, or goes over a limit. */
export class DocumentProblem extends Error {
  readonly at: Position;

  constructor(message: string, at: Position) {
    super(message);
    this.name = 'TextProblem';
    this.at = at;
  }
}

/** Parses hostmaster.yaml. Throws CONFIG where it does not parse. */
export const parseConfig = (file: string, text: string): ConfigDocument => {
  try {
    return readConfigDocument(text);
  } catch (error) {
    if (!(error instanceof DocumentProblem)) throw error;
    const { line, column } = error.at;
    throw new HostmasterError('CONFIG', `${file}:${line}:${column}: ${error.message}`);
  }
};

/** Parses YAML 1.2; keys are taken from their source text. Throws DocumentProblem. */
export const readConfigDocument = (text: string): ConfigDocument => {
  const placeAt = positionsOf(text);
  const refuse = (message: string, offset: number): never => {
    throw new DocumentProblem(message, placeAt(offset));
  };
  const document = parseText(text, refuse);
  const fault = document.errors[0];
  if (fault !== undefined) refuse(`cannot be read as YAML: ${wordsOf(fault)}`, fault.pos[0]);
  const reader: Reader = { duplicates: [], anchors: new Map(), aliased: 0, made: 0, depth: 0, refuse };
  const value = readNode(document.contents, reader);
  const locate = locator(document);
  return {
    value,
    duplicates: reader.duplicates.map(({ key, offset }) => ({ key, at: placeAt(offset) })),
    positionOf: (path) => placeAt(locate(path).value),
    positionOfKey: (path) => placeAt(locate(path).key),
  };
};

interface Reader {
  readonly duplicates: { readonly key: string; readonly offset: number }[];
  readonly anchors: Map<string, { readonly value: unknown; readonly size: number }>;
  aliased: number;
  made: number;
  depth: number;
  readonly refuse: (message: string, offset: number) => never;
}

const parseText = (text: string, refuse: (message: string, offset: number) => never): Document => {
  try {
    // uniqueKeys is quadratic; duplicates are looked for below. Warnings are of tags, which are refused below.
    return parseDocument(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  } catch (error) {
    return refuse(`cannot be read as YAML: ${oneLine(messageOf(error))}`, 0);
  }
};

const readNode = (node: unknown, reader: Reader): unknown => {
  if (isAlias(node)) return readAlias(node, reader);
  const before = reader.made;
  reader.depth += 1;
  if (reader.depth > sizeLimits.configDepth) {
    reader.refuse(`it is nested more than ${sizeLimits.configDepth} deep`, offsetOf(node) ?? 0);
  }
  const value = isMap(node) ? readMap(node.items, reader) : readListOrScalar(node, reader);
  reader.made += 1;
  reader.depth -= 1;
  const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
  if (anchor !== undefined) reader.anchors.set(anchor, { value, size: reader.made - before });
  return value;
};

const readListOrScalar = (node: unknown, reader: Reader): unknown => {
  if (isSeq(node)) return node.items.map((item) => readNode(item, reader));
  return isScalar(node) ? node.value : null;
};

const readMap = (
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  reader: Reader,
): Readonly<Record<string, unknown>> => {
  const entries = new Map<string, unknown>();
  const merged: unknown[] = [];
  for (const { key, value } of items) {
    const name = keyOf(key);
    const read = readNode(value, reader);
    if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(read);
    else if (entries.has(name)) reader.duplicates.push({ key: name, offset: offsetOf(key) ?? 0 });
    else entries.set(name, read);
  }
  for (const each of merged.flat()) {
    for (const [key, value] of Object.entries(each ?? {})) if (!entries.has(key)) entries.set(key, value);
  }
  return Object.fromEntries(entries);
};

const readAlias = (alias: Alias, reader: Reader): unknown => {
  const anchor = reader.anchors.get(alias.source);
  const offset = offsetOf(alias) ?? 0;
  if (anchor === undefined)
    return reader.refuse('an alias here has no anchor before it; put the text in quotes if it begins with "*"', offset);
  reader.aliased += anchor.size;
  reader.made += anchor.size;
  if (reader.aliased > sizeLimits.aliasNodes) {
    reader.refuse(`its aliases expand to more than ${sizeLimits.aliasNodes} values; write them out`, offset);
  }
  return anchor.value;
};

/** A key's source text: `010` and `1.10` are what was written. */
const keyOf = (key: unknown): string => {
  if (!isScalar(key)) return '';
  const { source, value }: Scalar = key;
  return typeof value === 'string' ? value : (source ?? String(value ?? ''));
};

const offsetOf = (node: unknown): number | null =>
  (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined) ?? null;

type Locate = (path: Path) => { readonly key: number; readonly value: number };

const locator = (document: Document): Locate => {
  const indexes = new Map<unknown, ReadonlyMap<string, Pair>>();
  const indexOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = indexes.get(map) ?? new Map(map.items.toReversed().map((pair) => [keyOf(pair.key), pair]));
    indexes.set(map, known);
    return known;
  };
  return (path) => locateIn(document, path, indexOf);
};

const locateIn = (
  document: Document,
  path: Path,
  indexOf: (map: YAMLMap) => ReadonlyMap<string, Pair>,
): { readonly key: number; readonly value: number } => {
  let node: unknown = document.contents;
  let at = { key: offsetOf(node) ?? 0, value: offsetOf(node) ?? 0 };
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = indexOf(node).get(String(step));
      if (pair === undefined) return at;
      const key = offsetOf(pair.key) ?? at.value;
      node = pair.value;
      at = { key, value: isEmpty(node) ? key : (offsetOf(node) ?? key) };
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      const value = offsetOf(node) ?? at.value;
      at = { key: value, value };
    } else return at;
  }
  return at;
};

/** `yaml` puts an empty value on the next line, where nobody looks for it. */
const isEmpty = (node: unknown): boolean => isScalar(node) && node.value === null && node.source === '';

/** What is wrong, without any of the text: it may be a secret that was not put in quotes. */
const wordsOf = ({ code, message }: YAMLParseError): string => {
  if (code === 'TAG_RESOLVE_FAILED') return 'a tag that is not known; put the text in quotes if it begins with "!"';
  if (code === 'BAD_DQ_ESCAPE') return 'an invalid escape sequence; in double quotes a backslash is written twice';
  return oneLine(code === 'UNEXPECTED_TOKEN' ? message.replace(/: .*$/s, '') : message);
};

const oneLine = (message: string): string => quoted(message.split('\n')[0] ?? '').slice(1, -1);
