import { isIPv4, isIPv6 } from 'node:net';
import { type FieldKind, fail, pushBytes, pushNumber, quoteForMessage, skip } from './field.ts';

export const parseIPv4 = (text: string): string =>
  isIPv4(text) ? text : fail(`${quoteForMessage(text)} is not an IPv4 address`);

export const ipv4Bytes = (text: string): readonly number[] => text.split('.').map(Number);

const wordsOf = (half: string): number[] => {
  const words: number[] = [];
  for (const group of half === '' ? [] : half.split(':')) {
    if (group.includes('.')) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(group);
      words.push(a * 256 + b, c * 256 + d);
    } else words.push(Number.parseInt(group, 16));
  }
  return words;
};

const ipv6Words = (text: string): readonly number[] => {
  const [head = '', tail] = text.split('::');
  const words = wordsOf(head);
  if (tail === undefined) return words;
  const back = wordsOf(tail);
  while (words.length + back.length < 8) words.push(0);
  return words.concat(back);
};

/** The first longest run of two zero words or more. */
const longestZeros = (words: readonly number[]): { start: number; length: number } => {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < words.length; start += 1) {
    if (words[start] !== 0) continue;
    let length = 1;
    while (words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
    start += length;
  }
  return best;
};

/** RFC 5952 section 4. */
const printIPv6 = (words: readonly number[]): string => {
  const zeros = longestZeros(words);
  if (zeros.start === -1) return printWords(words, 0, words.length);
  return `${printWords(words, 0, zeros.start)}::${printWords(words, zeros.start + zeros.length, words.length)}`;
};

const printWords = (words: readonly number[], start: number, end: number): string => {
  let text = '';
  for (let i = start; i < end; i += 1) text += `${i === start ? '' : ':'}${(words[i] ?? 0).toString(16)}`;
  return text;
};

export const parseIPv6 = (text: string): string =>
  isIPv6(text) && !text.includes('%')
    ? printIPv6(ipv6Words(text))
    : fail(`${quoteForMessage(text)} is not an IPv6 address`);

export const ipv6Bytes = (text: string): readonly number[] =>
  ipv6Words(text).flatMap((word) => [word >> 8, word & 255]);

export const printIPv4Bytes = (bytes: Uint8Array, at = 0): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

const printIPv6Bytes = (bytes: Uint8Array, at = 0): string => {
  const words: number[] = [];
  for (let i = at; i < at + 16; i += 2) words.push((bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0));
  return printIPv6(words);
};

/** An IPv4-mapped address ends in a dotted quad, as PowerDNS wants it in SvcParams. */
export const printIPv6Mixed = (bytes: Uint8Array): string => {
  const text = printIPv6Bytes(bytes);
  return /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(text) ? `::ffff:${printIPv4Bytes(bytes, 12)}` : text;
};

/** A dotted quad without leading zeros. */
export const ip4: FieldKind = {
  parse: ([token = '']) => parseIPv4(token),
  toWire: (text, wire) => pushBytes(wire, ipv4Bytes(text)),
  fromWire: (reader) => printIPv4Bytes(reader.message, skip(reader, 4)),
};

/** RFC 5952 without a dotted quad, which PowerDNS 4.7 refuses in AAAA: `::ffff:c000:201`. */
export const ip6: FieldKind = {
  parse: ([token = '']) => parseIPv6(token),
  toWire: (text, wire) => {
    for (const word of ipv6Words(text)) pushNumber(wire, word, 2);
  },
  fromWire: (reader) => printIPv6Bytes(reader.message, skip(reader, 16)),
};
