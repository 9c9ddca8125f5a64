// Makes nodes of the events that bulk-reader.ts gets from js-yaml, and follows their aliases.
import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { quoted } from '../../model/phrases.ts';
import { sizeLimits } from '../size-limits.ts';
import { type YamlEntry, type YamlNode, YamlProblem, type YamlScalar } from './node.ts';

/** What one piece of a text leaves to the next: the anchors, and how many nodes the aliases have expanded to. */
export interface Anchors {
  readonly nodes: Map<string, { readonly node: YamlNode; readonly size: number }>;
  aliased: number;
}

export interface Cursor {
  readonly events: readonly Event[];
  readonly source: string;
  /** Where `source` begins in the whole text. */
  readonly base: number;
  readonly anchors: Anchors;
  next: number;
  made: number;
  /** Where the last scalar ended, in `source`. */
  last: number;
  /** The first ":" after the last one that was asked for; -1: there is none. */
  colon: number;
}

/** In place of an offset, for a key: an empty key is said to be at its ":". */
export const atColon = -1;

const stringTags = new Set(['!!str', '!', '!<tag:yaml.org,2002:str>']);
const plainTags = new Set(['!!int', '!!float', '!!bool', '!!null', '!!seq', '!!map']);

/** The node that begins at the cursor. `at` is the offset that an empty node gets. */
export const composeNode = (cursor: Cursor, at: number): YamlNode => {
  const event = cursor.events[cursor.next];
  cursor.next += 1;
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
    throw new YamlProblem('a value is missing', at);
  }
  if (event.type === EVENT_ID.ALIAS) return followAlias(cursor, event.anchorStart, event.anchorEnd);
  const before = cursor.made;
  const node = event.type === EVENT_ID.SCALAR ? composeScalar(cursor, event, at) : composeCollection(cursor, event);
  cursor.made += 1;
  if (event.anchorStart !== -1) {
    const anchor = cursor.source.slice(event.anchorStart, event.anchorEnd);
    cursor.anchors.nodes.set(anchor, { node, size: cursor.made - before });
  }
  return node;
};

export const isMergeKey = (key: YamlNode): boolean => key.kind === 'scalar' && key.plain && key.text === '<<';

/** The entries that `<<: value` brings in; the first of a list wins. */
export const mergedEntries = (value: YamlNode, at: number): readonly YamlEntry[] => {
  if (value.kind === 'map') return value.entries;
  if (value.kind === 'list' && value.items.every((item) => item.kind === 'map')) {
    return withoutRepeats(value.items.flatMap((item) => item.entries));
  }
  throw new YamlProblem('"<<" takes a mapping or a list of mappings, mostly an alias like *name', at);
};

const composeScalar = (cursor: Cursor, event: ScalarEvent, at: number): YamlScalar => {
  const tag = event.tagStart === -1 ? null : knownTag(cursor, event.tagStart, event.tagEnd);
  const isPlain = event.style === SCALAR_STYLE.PLAIN;
  const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  const isEmpty = event.valueStart === -1;
  const place = isEmpty && at === atColon ? cursor.base + nextColon(cursor) : at;
  if (!isEmpty) cursor.last = event.valueEnd;
  return {
    kind: 'scalar',
    text: isEmpty ? '' : getScalarValue(cursor.source, event),
    plain: isPlain && (tag === null || !stringTags.has(tag)),
    at: isEmpty ? place : cursor.base + event.valueStart - (isQuoted ? 1 : 0),
  };
};

/** Looked for once, however many empty keys come before it. */
const nextColon = (cursor: Cursor): number => {
  if (cursor.colon !== -1 && cursor.colon < cursor.last) cursor.colon = cursor.source.indexOf(':', cursor.last);
  return Math.max(0, cursor.colon);
};

const composeCollection = (
  cursor: Cursor,
  event: Exclude<Event, ScalarEvent> & { readonly start: number; readonly tagStart: number; readonly tagEnd: number },
): YamlNode => {
  if (event.tagStart !== -1) knownTag(cursor, event.tagStart, event.tagEnd);
  const at = cursor.base + event.start;
  if (event.type === EVENT_ID.SEQUENCE) {
    const items: YamlNode[] = [];
    while (!atPop(cursor)) items.push(composeNode(cursor, at));
    cursor.next += 1;
    return { kind: 'list', items, at };
  }
  const entries: YamlEntry[] = [];
  const merged: YamlEntry[] = [];
  while (!atPop(cursor)) {
    const key = composeNode(cursor, atColon);
    const value = composeNode(cursor, key.at);
    if (isMergeKey(key)) for (const entry of mergedEntries(value, key.at)) merged.push(entry);
    else entries.push({ key, value });
  }
  cursor.next += 1;
  return { kind: 'map', entries: merged.length === 0 ? entries : withMerged(entries, merged), at };
};

const atPop = (cursor: Cursor): boolean => {
  const event = cursor.events[cursor.next];
  return event === undefined || event.type === EVENT_ID.POP;
};

const withMerged = (own: readonly YamlEntry[], merged: readonly YamlEntry[]): readonly YamlEntry[] => {
  const ownKeys = new Set(own.map(entryKey));
  return [...own, ...withoutRepeats(merged).filter((entry) => !ownKeys.has(entryKey(entry)))];
};

const withoutRepeats = (entries: readonly YamlEntry[]): readonly YamlEntry[] => {
  const byKey = new Map<string, YamlEntry>();
  for (const entry of entries) if (!byKey.has(entryKey(entry))) byKey.set(entryKey(entry), entry);
  return [...byKey.values()];
};

const entryKey = (entry: YamlEntry): string => (entry.key.kind === 'scalar' ? entry.key.text : '');

const followAlias = (cursor: Cursor, start: number, end: number): YamlNode => {
  const name = cursor.source.slice(start, end);
  const anchor = cursor.anchors.nodes.get(name);
  const at = cursor.base + start - 1;
  cursor.last = end;
  if (anchor === undefined) {
    throw new YamlProblem(`the alias *${name} has no anchor &${name} before it; quote it if "*" is a wildcard`, at);
  }
  cursor.anchors.aliased += anchor.size;
  if (cursor.anchors.aliased > sizeLimits.aliasNodes) {
    throw new YamlProblem(
      `its aliases expand to more than ${sizeLimits.aliasNodes} values; write them out, or use fewer aliases`,
      at,
    );
  }
  cursor.made += anchor.size;
  return anchor.node;
};

const knownTag = (cursor: Cursor, start: number, end: number): string => {
  const tag = cursor.source.slice(start, end);
  if (stringTags.has(tag) || plainTags.has(tag)) return tag;
  throw new YamlProblem(`the tag ${quoted(tag)} is not supported; write the value itself`, cursor.base + start);
};
