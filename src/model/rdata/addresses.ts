import { isIPv4, isIPv6 } from 'node:net';
import { type FieldKind, fail, pushBytes, pushNumber, quoteForMessage, take } from './field.ts';

export const parseIPv4 = (text: string): string =>
  isIPv4(text) ? text : fail(`${quoteForMessage(text)} is not an IPv4 address`);

export const ipv4Bytes = (text: string): readonly number[] => text.split('.').map(Number);

const wordsOf = (half: string): number[] =>
  half === ''
    ? []
    : half.split(':').flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(group);
        return [a * 256 + b, c * 256 + d];
      });

const ipv6Words = (text: string): readonly number[] => {
  const [head = '', tail] = text.split('::');
  const front = wordsOf(head);
  if (tail === undefined) return front;
  const back = wordsOf(tail);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
};

/** The first longest run of two zero words or more. */
const longestZeros = (words: readonly number[]): { start: number; length: number } => {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < words.length; start += 1) {
    let length = 0;
    while (words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
    start += length;
  }
  return best;
};

/** RFC 5952 section 4. */
const printIPv6 = (words: readonly number[]): string => {
  const zeros = longestZeros(words);
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  if (zeros.start === -1) return hex(words);
  return `${hex(words.slice(0, zeros.start))}::${hex(words.slice(zeros.start + zeros.length))}`;
};

export const parseIPv6 = (text: string): string =>
  isIPv6(text) && !text.includes('%')
    ? printIPv6(ipv6Words(text))
    : fail(`${quoteForMessage(text)} is not an IPv6 address`);

export const ipv6Bytes = (text: string): readonly number[] =>
  ipv6Words(text).flatMap((word) => [word >> 8, word & 255]);

export const printIPv4Bytes = (bytes: Uint8Array): string => bytes.join('.');

export const printIPv6Bytes = (bytes: Uint8Array): string =>
  printIPv6(Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)));

/** An IPv4-mapped address ends in a dotted quad, as PowerDNS wants it in SvcParams. */
export const printIPv6Mixed = (bytes: Uint8Array): string => {
  const text = printIPv6Bytes(bytes);
  return /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(text) ? `::ffff:${printIPv4Bytes(bytes.subarray(12))}` : text;
};

/** A dotted quad without leading zeros. */
export const ip4: FieldKind = {
  parse: ([token = '']) => parseIPv4(token),
  toWire: (text, wire) => pushBytes(wire, ipv4Bytes(text)),
  fromWire: (reader) => printIPv4Bytes(take(reader, 4)),
};

/** RFC 5952 without a dotted quad, which PowerDNS 4.7 refuses in AAAA: `::ffff:c000:201`. */
export const ip6: FieldKind = {
  parse: ([token = '']) => parseIPv6(token),
  toWire: (text, wire) => {
    for (const word of ipv6Words(text)) pushNumber(wire, word, 2);
  },
  fromWire: (reader) => printIPv6Bytes(take(reader, 16)),
};
