// Cuts a master file into entries (RFC 1035 section 5.1): parentheses join lines, ";" begins a comment.
import { grouping } from '../../model/phrases.ts';
import { sizeLimits } from '../size-limits.ts';

export interface Token {
  /** As written, quotes and escapes kept. */
  readonly text: string;
  readonly at: number;
}

/** One entry; `blank`: it begins with space, so that its owner is the last one. */
export interface Entry {
  readonly kind: 'entry';
  readonly tokens: readonly Token[];
  readonly blank: boolean;
  readonly at: number;
}

/** An entry that cannot be read. `fatal`: its end cannot be found. */
export interface BadEntry {
  readonly kind: 'bad';
  readonly message: string;
  readonly at: number;
  readonly fatal: boolean;
  /** What stood before the fault; of an entry that is too long only the first. */
  readonly tokens: readonly Token[];
  readonly blank: boolean;
}

// No alternatives that repeat: what a regular expression remembers of them grows with the text.
const between = /[ \t\r\f]+|;[^\n]*|[\s\S]/y;
const word = /[^\s"();\\]+|\\[^\n]/y;

/** Nothing follows a fatal fault. */
export const masterEntries = function* (text: string): Generator<Entry | BadEntry> {
  let at = 0;
  while (at < text.length) {
    const { entry, end } = readEntry(text, at);
    if (entry !== null) yield entry;
    if (entry?.kind === 'bad' && entry.fatal) return;
    at = end;
  }
};

interface ReadEntry {
  readonly entry: Entry | BadEntry | null;
  readonly end: number;
}

const readEntry = (text: string, start: number): ReadEntry => {
  const tokens: Token[] = [];
  const blank = text[start] === ' ' || text[start] === '\t';
  let [open, depth, size, at] = [-1, 0, 0, start];
  const bad = (message: string, where: number): ReadEntry => {
    const entry = { kind: 'bad', message, at: where, fatal: depth > 0, tokens, blank } as const;
    return { entry, end: lineEnd(text, at) };
  };
  while (at < text.length) {
    const end = tokenEnd(text, at);
    if (end > at) {
      tokens.push({ text: text.slice(at, end), at });
      size += end - at;
      at = end;
      if (!isTooLong(tokens, size)) continue;
      tokens.length = 1;
      return bad(tooLong, start);
    }
    const found = betweenAt(text, at);
    const fault = faultOf(found, depth);
    if (fault !== null) return bad(fault, at);
    if (found === '(' && depth === 0) open = at;
    depth += opens.get(found) ?? 0;
    at += found.length;
    if (found === '\n' && depth === 0) break;
  }
  if (depth > 0) return bad('a "(" that is never closed; add the ")"', open);
  const [first] = tokens;
  return { entry: first === undefined ? null : { kind: 'entry', tokens, blank, at: first.at }, end: at };
};

const opens: ReadonlyMap<string, number> = new Map([
  ['(', 1],
  [')', -1],
]);

const isTooLong = (tokens: readonly Token[], size: number): boolean =>
  tokens.length > sizeLimits.entryWords || size > sizeLimits.entryCharacters;

const tooLong = `the record that begins here has over ${grouping(sizeLimits.entryWords)} words or ${grouping(sizeLimits.entryCharacters)} characters, which is no record's; is a ")" missing?`;

const betweenAt = (text: string, at: number): string => {
  between.lastIndex = at;
  return between.exec(text)?.[0] ?? '';
};

/** The end of the token that begins here; `at` itself where none does. */
const tokenEnd = (text: string, at: number): number => {
  let end = at;
  for (;;) {
    const next = text[end] === '"' ? quotedEnd(text, end) : wordEnd(text, end);
    if (next === end) return end;
    end = next;
  }
};

const wordEnd = (text: string, at: number): number => {
  word.lastIndex = at;
  return word.test(text) ? word.lastIndex : at;
};

/** The end of the quoted string that begins here; where it does not end on its line, its beginning. */
const quotedEnd = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') {
      at += 1;
      if (text[at] === '\n') return start;
    }
  }
  return start;
};

const faultOf = (found: string, depth: number): string | null => {
  if (found === ')' && depth === 0) return 'a ")" without its "("';
  if (found === '"') return 'a quoted string does not end on its line; add the closing quote';
  return found === '\\' ? 'a backslash at the end of a line means nothing; remove it' : null;
};

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
};
