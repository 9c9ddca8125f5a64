// YAML for zone files, which may have a hundred thousand records: js-yaml's events, piece by piece, composed to plain nodes
// with offsets (bulk-nodes.ts). For the few small files that people configure Hostmaster with, see config-document.ts.
import { COLLECTION_STYLE, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { grouping } from '../../model/phrases.ts';
import { sizeLimits } from '../size-limits.ts';
import { type Anchors, atColon, type Cursor, composeNode, isMergeKey, mergedEntries } from './bulk-nodes.ts';
import { isNull, type YamlEntry, type YamlNode, YamlProblem } from './node.ts';

/** `merged`: from a "<<" at the top, which never wins over a name that is written out. */
export type OnEntry = (key: YamlNode, value: YamlNode, merged: boolean) => void;

/**
 * A marker of directives or documents, or an anchor or tag, which may apply to the line after it. Text that has one after
 * its head is read in one piece.
 */
const marker = /^(?:---|\.\.\.|%|[&!])/m;
const blankLine = /[ \t]*(?:#[^\n]*)?\r?\n/y;
const firstMarker = /---[ \t]*(?:#[^\n]*)?\r?\n/y;
/** The start of a line that can only begin a new entry of the top mapping. */
const entryStart = /\n(?=[^ \t\r\n#?:,\-%[\]{}|>\ufeff])/g;
const pieceLength = 16 * 1024;

/**
 * Reads a YAML text whose top is a mapping, entry by entry. The text is parsed in pieces that begin where an entry
 * begins, so that memory does not grow with the file. A piece that does not parse alone is read again with more after
 * it: a quote or bracket that is open at a piece's end cannot close before the next entry. Throws YamlProblem.
 */
export const readEntries = (text: string, onEntry: OnEntry, length = pieceLength): void => {
  const anchors: Anchors = { nodes: new Map(), aliased: 0 };
  const merges: YamlEntry[] = [];
  const whole = length >= text.length || marker.test(text.slice(headEnd(text), bodyEnd(text)));
  let start = 0;
  while (start < text.length) {
    const piece = parsePiece(text, start, whole ? text.length : length);
    readPiece(piece.events, text.slice(start, piece.end), start, anchors, merges, onEntry);
    start = piece.end;
  }
  for (const { key, value } of merges) {
    for (const entry of mergedEntries(value, key.at)) onEntry(entry.key, entry.value, true);
  }
};

/** Where the "---" before all entries ends, with nothing but comments before it; 0: there is none. */
const headEnd = (text: string): number => {
  let at = 0;
  for (let next = matchEnd(blankLine, text, at); next > at; next = matchEnd(blankLine, text, at)) at = next;
  return matchEnd(firstMarker, text, at);
};

/** Where a last line of "..." begins, which ends all entries; without one, the text's end. */
const bodyEnd = (text: string): number => {
  const end = text.trimEnd().length;
  return text.endsWith('\n...', end) ? end - '...'.length : text.length;
};

const matchEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
};

const parsePiece = (
  text: string,
  start: number,
  length: number,
): { readonly events: readonly Event[]; readonly end: number } => {
  let fault: unknown = null;
  for (let size = length; ; size *= 4) {
    const end = nextEntry(text, start + size);
    if (end - start > sizeLimits.yamlPiece) throw fault ?? new YamlProblem(tooLong, start);
    try {
      const events = parseEvents(text.slice(start, end), {});
      if (end === text.length || endsWhereItMay(events, text, start)) return { events, end };
    } catch (error) {
      if (end === text.length || !(error instanceof YAMLException)) throw asProblem(error, start);
      // A fault at the very end is that of the cut.
      if ((error.mark?.position ?? 0) < end - start) fault = asProblem(error, start);
    }
  }
};

const tooLong = `what begins here is over ${grouping(sizeLimits.yamlPiece)} characters long and cannot be read piece by piece; a name has only a few values, and only the first line may be "---"`;

/** Can the text be cut after this piece? Only after entries of a block mapping, or after comments. */
const endsWhereItMay = (events: readonly Event[], text: string, start: number): boolean => {
  const top = events[1];
  if (events.length === 0) return true;
  return (
    top?.type === EVENT_ID.MAPPING &&
    top.style === COLLECTION_STYLE.BLOCK &&
    top.anchorStart === -1 &&
    top.tagStart === -1 &&
    (start + top.start === 0 || text[start + top.start - 1] === '\n')
  );
};

const readPiece = (
  events: readonly Event[],
  source: string,
  base: number,
  anchors: Anchors,
  merges: YamlEntry[],
  onEntry: OnEntry,
): void => {
  if (events.length === 0) return;
  const cursor: Cursor = { events, source, base, anchors, next: 1, made: 0, last: 0, colon: source.indexOf(':') };
  const top = events[1];
  if (top?.type !== EVENT_ID.MAPPING || (base > 0 && top.style !== COLLECTION_STYLE.BLOCK)) {
    const node = composeNode(cursor, base);
    if (base === 0 && isNull(node) && events.length === 3) return;
    throw new YamlProblem('expected a name and its record, like "www: {type: A, value: 192.0.2.1}"', node.at);
  }
  cursor.next = 2;
  while (events[cursor.next]?.type !== EVENT_ID.POP) {
    const key = composeNode(cursor, atColon);
    const value = composeNode(cursor, key.at);
    if (isMergeKey(key)) merges.push({ key, value });
    else onEntry(key, value, false);
  }
  if (events.length > cursor.next + 2) {
    throw new YamlProblem('a second document begins; a zone file has only one', secondDocument(source, base));
  }
};

const secondDocument = (source: string, base: number): number => {
  const skipped = headEnd(source);
  const found = source.slice(skipped).search(/^(?:---|\.\.\.)/m);
  return base + (found === -1 ? 0 : skipped + found);
};

const nextEntry = (text: string, from: number): number => {
  if (from >= text.length) return text.length;
  entryStart.lastIndex = from;
  const found = entryStart.exec(text);
  return found === null ? text.length : found.index + 1;
};

const asProblem = (error: unknown, base: number): unknown =>
  error instanceof YAMLException
    ? new YamlProblem(plainWords.get(error.reason) ?? error.reason, base + (error.mark?.position ?? 0))
    : error;

/** js-yaml's messages, reworded to say what to do. */
const plainWords: ReadonlyMap<string, string> = new Map([
  ['deficient indentation', 'a quote or a bracket above is not closed, or this line is not indented enough'],
  ['bad indentation of a mapping entry', 'the indentation differs from that of the entries beside it'],
  ['bad indentation of a sequence entry', 'the indentation differs from that of the entries beside it'],
  [
    'end of the stream or a document separator is expected',
    'this does not belong to anything above it; check its indentation',
  ],
  ["expected ':' after a mapping key", 'a ":" is missing after a key'],
  ['missed comma between flow collection entries', 'a comma or a closing bracket is missing before this'],
]);
