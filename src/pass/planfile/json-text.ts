import { asRecord } from '../../validation/index.ts';
import type { ReportFault } from './faults.ts';

// What a JSON text may hold that JSON.parse lets pass, found before it is parsed: keys that are there twice, where each reader
// takes another one (RFC 8259 section 4), and more values or nesting than the memory would bear. What is no JSON at all is left
// to JSON.parse.

/** The most that a plan file may have. A plan nests ten levels deep. */
export const planLimits = { bytes: 256 * 1024 * 1024, depth: 32, values: 10_000_000 } as const;

/** An object or a list that is open where the text was read to. */
interface Open {
  /** null: it is a list. */
  readonly keys: Set<string> | null;
}

interface Reading {
  readonly text: string;
  readonly report: ReportFault;
  readonly open: Open[];
  values: number;
  /** From 1. */
  line: number;
}

/** Reports what is odd, and gives the number of values; null: there are too many to go on. */
export const checkJsonText = (text: string, report: ReportFault): number | null => {
  const reading: Reading = { text, report, open: [], values: 0, line: 1 };
  for (let at = 0; at < text.length; ) {
    const next = readToken(reading, at);
    if (next === null) return null;
    at = next;
  }
  return reading.values;
};

const between = /[ \t\n\r,:]+/y;
const colon = /[ \t\n\r]*:/y;
/** A number or a literal, and whatever is none. */
const word = /[^ \t\n\r,:{}[\]"]+/y;

/** Where the next token begins; null: it is not to be read any further. */
const readToken = (reading: Reading, at: number): number | null => {
  const { open, text } = reading;
  switch (text[at]) {
    case '{':
    case '[':
      open.push({ keys: text[at] === '{' ? new Set() : null });
      return isWithinLimits(reading) ? at + 1 : null;
    case '}':
    case ']':
      open.pop();
      return at + 1;
    case '"':
      return readString(reading, at);
    default:
      return skipBetween(reading, at) || readWord(reading, at);
  }
};

/** The end of what matches; 0: nothing does. */
const matched = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
};

/** A text of JSON has its ends of lines between its tokens alone. */
const skipBetween = (reading: Reading, at: number): number => {
  const end = matched(between, reading.text, at);
  for (let i = at; i < end; i += 1) if (reading.text[i] === '\n') reading.line += 1;
  return end;
};

const isWithinLimits = (reading: Reading): boolean => {
  const { open, report } = reading;
  reading.values += 1;
  const limit =
    open.length > planLimits.depth
      ? `it nests deeper than ${planLimits.depth} levels`
      : reading.values > planLimits.values
        ? `it has more than ${planLimits.values} values`
        : null;
  if (limit !== null) report(lineOf(reading), limit);
  return limit === null;
};

const readString = (reading: Reading, at: number): number | null => {
  const { open, report, text } = reading;
  const end = endOfString(text, at);
  const keys = open.at(-1)?.keys ?? null;
  if (keys === null || matched(colon, text, end) === 0) return isWithinLimits(reading) ? end : null;
  const key = unescaped(text.slice(at, end));
  if (keys.has(key)) report(lineOf(reading), `the key ${JSON.stringify(key)} is there twice`);
  if (key === '__proto__') report(lineOf(reading), 'no plan has a key "__proto__"');
  keys.add(key);
  return isWithinLimits(reading) ? end : null;
};

const endOfString = (text: string, at: number): number => {
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
};

const unescaped = (quoted: string): string => {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(asRecord(JSON.parse(`{"key":${quoted}}`)).key);
  } catch {
    return quoted;
  }
};

/** Numbers are refused that JSON.stringify would have written otherwise: 1e3, 300.0, -0, and those of more digits than count. */
const readWord = (reading: Reading, at: number): number | null => {
  const { report, text } = reading;
  const end = matched(word, text, at) || at + 1;
  const token = text.slice(at, end);
  if (/^-?[0-9]/.test(token) && JSON.stringify(Number(token)) !== token) {
    report(lineOf(reading), `the number ${token.slice(0, 40)} is not written as a plan writes it`);
  }
  return isWithinLimits(reading) ? end : null;
};

const lineOf = ({ line }: Reading): string => `line ${line}`;
