import { SyntaxProblem } from '../model/errors.ts';
import { nameFromWire } from '../model/name.ts';
import type { NameReader } from '../model/rdata.ts';

const plainLabel = /^[a-z0-9_*/-]+$/;
const maxLabelOctets = 63;
const maxNameOctets = 255;
const maxPointers = 127;
/** A pointer has 14 bits: no name can point further. */
const pointerReach = 0x4000;

interface Suffix {
  readonly name: string;
  readonly octets: number;
}

const rootName: Suffix = { name: '', octets: 1 };

/**
 * Reads the names of `message` as model/name.ts does, but each suffix once: a message that points 5,000 times to one
 * long name costs no more than its octets.
 */
export const createNameReader = (message: Uint8Array): NameReader => {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const suffixes = new Map<number, Suffix>();
  const read = (offset: number, pointers: number): Suffix => {
    const known = suffixes.get(offset);
    if (known !== undefined) return known;
    const { labels, stop } = labelsFrom(bytes, offset);
    const tail = bytes[stop] === 0 ? rootName : read(pointerTarget(bytes, stop, offset, pointers), pointers + 1);
    return joinLabels(bytes, labels, tail, suffixes);
  };
  return (_message, offset) => ({ end: skipName(bytes, offset), name: read(offset, 1).name || '.' });
};

/** The offset after the name at `offset`, read no further than to its first pointer. */
export const skipName = (bytes: Uint8Array, offset: number): number => {
  const { stop } = labelsFrom(bytes, offset);
  return bytes[stop] === 0 ? stop + 1 : stop + 2;
};

/** Where the labels from `offset` on begin, and where a pointer or the root ends them. */
const labelsFrom = (
  bytes: Uint8Array,
  offset: number,
): { readonly labels: readonly number[]; readonly stop: number } => {
  const labels: number[] = [];
  for (let at = offset; ; ) {
    const length = bytes[at] ?? fail('a name runs past the end of the message');
    if (length === 0 || length >= 0xc0) return { labels, stop: at };
    if (length > maxLabelOctets || labels.length > maxPointers) fail('a name in the message is too long');
    labels.push(at);
    at += length + 1;
  }
};

/** Each pointer must lead further back than the one before, so that reading ends (RFC 1035 section 4.1.4). */
const pointerTarget = (bytes: Buffer, at: number, limit: number, pointers: number): number => {
  const target = (((bytes[at] ?? 0) & 0x3f) << 8) | (bytes[at + 1] ?? 0);
  if (at + 1 >= bytes.length || target >= limit || pointers > maxPointers) fail('a bad compression pointer');
  return target;
};

const joinLabels = (bytes: Buffer, labels: readonly number[], end: Suffix, suffixes: Map<number, Suffix>): Suffix => {
  let suffix = end;
  for (let i = labels.length - 1; i >= 0; i -= 1) {
    const at = labels[i] ?? 0;
    const length = bytes[at] ?? 0;
    const octets = suffix.octets + length + 1;
    if (octets > maxNameOctets || at + length >= bytes.length) fail('a name in the message is too long');
    suffix = { name: `${labelText(bytes, at, length)}.${suffix.name}`, octets };
    if (at < pointerReach) suffixes.set(at, suffix);
  }
  return suffix;
};

/** A label in canonical text, without its dot. */
const labelText = (bytes: Buffer, at: number, length: number): string => {
  const text = bytes.toString('latin1', at + 1, at + 1 + length);
  if (plainLabel.test(text)) return text;
  return nameFromWire(Uint8Array.of(...bytes.subarray(at, at + 1 + length), 0), 0).name.slice(0, -1);
};

const fail = (message: string): never => {
  throw new SyntaxProblem(message, 'wire');
};
