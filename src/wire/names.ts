import { SyntaxProblem } from '../model/errors.ts';
import { lazy } from '../model/lazy.ts';
import { nameFromWire } from '../model/name.ts';
import type { NameReader } from '../model/rdata.ts';

/** 1 for the octets that canonical text has as they are. */
const plainOctets = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[a-z0-9_*/-]/.test(String.fromCharCode(octet)) ? 1 : 0,
);
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
  const text = lazy(() => bytes.toString('latin1'));
  const suffixes = new Map<number, Suffix>();
  const read = (offset: number, pointers: number): Suffix => {
    const known = suffixes.get(offset);
    if (known !== undefined) return known;
    const stop = labelsEnd(bytes, offset);
    const tail = bytes[stop] === 0 ? rootName : read(pointerTarget(bytes, stop, offset, pointers), pointers + 1);
    return joinLabels(offset, stop, tail);
  };
  /** The labels from `at` to `stop` before `tail`. */
  const joinLabels = (at: number, stop: number, tail: Suffix): Suffix => {
    if (at === stop) return tail;
    const next = at + (bytes[at] ?? 0) + 1;
    const { name, octets: octetsAfter } = joinLabels(next, stop, tail);
    const octets = octetsAfter + next - at;
    if (octets > maxNameOctets || next > bytes.length) fail('a name in the message is too long');
    const suffix = { name: `${labelText(at, next)}.${name}`, octets };
    if (at < pointerReach) suffixes.set(at, suffix);
    return suffix;
  };
  /** A label in canonical text, without its dot. */
  const labelText = (at: number, end: number): string =>
    isPlain(bytes, at + 1, end)
      ? text().slice(at + 1, end)
      : nameFromWire(Uint8Array.of(...bytes.subarray(at, end), 0), 0).name.slice(0, -1);
  return (_message, offset) => ({ end: skipName(bytes, offset), name: read(offset, 1).name || '.' });
};

/** The offset after the name at `offset`, read no further than to its first pointer. */
export const skipName = (bytes: Uint8Array, offset: number): number => {
  const stop = labelsEnd(bytes, offset);
  return bytes[stop] === 0 ? stop + 1 : stop + 2;
};

/** Where a pointer or the root ends the labels from `offset` on. */
const labelsEnd = (bytes: Uint8Array, offset: number): number => {
  let at = offset;
  for (let labels = 0; ; labels += 1) {
    const length = bytes[at] ?? fail('a name runs past the end of the message');
    if (length === 0 || length >= 0xc0) return at;
    if (length > maxLabelOctets || labels > maxPointers) fail('a name in the message is too long');
    at += length + 1;
  }
};

const isPlain = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (plainOctets[bytes[at] ?? 0] !== 1) return false;
  return true;
};

/** Each pointer must lead further back than the one before, so that reading ends (RFC 1035 section 4.1.4). */
const pointerTarget = (bytes: Buffer, at: number, limit: number, pointers: number): number => {
  const target = (((bytes[at] ?? 0) & 0x3f) << 8) | (bytes[at + 1] ?? 0);
  if (at + 1 >= bytes.length || target >= limit || pointers > maxPointers) fail('a bad compression pointer');
  return target;
};

const fail = (message: string): never => {
  throw new SyntaxProblem(message, 'wire');
};
