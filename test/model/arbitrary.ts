import fc from 'fast-check';
import type { FieldKind } from '../../src/model/rdata/field.ts';
import { rrTypes } from '../../src/model/rdata.ts';

type Octets = fc.Arbitrary<readonly number[]>;

const octets = (minLength: number, maxLength: number): Octets =>
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength, maxLength });

const joined = (...parts: readonly Octets[]): Octets => fc.tuple(...parts).map((all) => all.flat());

const withLength = (part: Octets): Octets => part.map((bytes) => [bytes.length, ...bytes]);

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** A name with parts of any octets, in lower case, uncompressed. */
export const wireName: Octets = fc
  .array(withLength(octets(1, 20)), { maxLength: 6 })
  .map((parts) => [...parts.flatMap(([length = 0, ...bytes]) => [length, ...bytes.map(lower)]), 0]);

const u16 = (value: number): readonly number[] => [value >> 8, value & 255];

const bitmap: Octets = fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { maxLength: 8 }).map((codes) =>
  [
    ...Map.groupBy(
      codes.toSorted((a, b) => a - b),
      (code) => code >> 8,
    ),
  ].flatMap(([window, inWindow]) => {
    const bits = new Array<number>(((Math.max(...inWindow) & 255) >> 3) + 1).fill(0);
    for (const code of inWindow) bits[(code & 255) >> 3] = (bits[(code & 255) >> 3] ?? 0) | (0x80 >> (code & 7));
    return [window, bits.length, ...bits];
  }),
);

/** Strings of 255 octets, then one that is shorter: as canonical text is split. */
const texts: Octets = fc
  .oneof(octets(0, 60), octets(250, 600))
  .map((bytes) =>
    Array.from({ length: Math.max(1, Math.ceil(bytes.length / 255)) }, (_, i) =>
      bytes.slice(i * 255, i * 255 + 255),
    ).flatMap((chunk) => [chunk.length, ...chunk]),
  );

const locationSize: Octets = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([base, power]) => [base * 16 + power]);
const u32Around = (spread: number): Octets =>
  fc.integer({ min: 2 ** 31 - spread, max: 2 ** 31 + spread }).map((n) => [...u16(n >>> 16), ...u16(n & 0xffff)]);
const location = joined(
  fc.constant([0]),
  locationSize,
  locationSize,
  locationSize,
  u32Around(90 * 3_600_000),
  u32Around(180 * 3_600_000),
  octets(4, 4),
);

/** Printable, and with no backslash alone: at the end, or before a quote, it could not be said in text. */
const script: Octets = fc
  .array(fc.oneof(fc.stringMatching(/^[ !#-[\]-~]$/), fc.constantFrom('"', '\\\\', ' ')), { maxLength: 120 })
  .map((pieces) => [...Buffer.from(pieces.join(''))])
  .map((bytes) => [bytes.length, ...bytes]);

const param = (key: number, value: Octets): fc.Arbitrary<readonly [number, readonly number[]]> =>
  value.map((bytes) => [key, bytes]);
const ascii: Octets = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .map((text) => [...Buffer.from(text)]);
const params: Octets = fc
  .uniqueArray(
    fc.oneof(
      param(
        1,
        fc.array(withLength(octets(1, 12)), { minLength: 1, maxLength: 4 }).map((items) => items.flat()),
      ),
      param(3, octets(2, 2)),
      param(4, octets(4, 4)),
      param(5, octets(1, 40)),
      param(6, octets(16, 16)),
      param(7, ascii),
      param(8, fc.constant([])),
      param(9, fc.constant([0, 29, 0, 23])),
      param(
        10,
        fc.array(withLength(octets(1, 12)), { maxLength: 4 }).map((items) => items.flat()),
      ),
      param(667, octets(0, 20)),
      param(65534, octets(0, 20)),
    ),
    { selector: ([key]) => key, maxLength: 8 },
  )
  .map((all) =>
    all.toSorted(([a], [b]) => a - b).flatMap(([key, bytes]) => [...u16(key), ...u16(bytes.length), ...bytes]),
  );

const tag: Octets = fc.stringMatching(/^[a-z0-9]{1,15}$/).map((text) => [text.length, ...Buffer.from(text)]);

/** Octets of every kind of field, found by a type and a field that have it. */
const octetsOf = new Map<FieldKind, Octets>();
const known = (type: string, field: string, arbitrary: Octets): void => {
  const kind = rrTypes.find((t) => t.name === type)?.fields.find((f) => f.name === field)?.kind;
  if (kind === undefined) throw new Error(`no field ${field} in ${type}`);
  octetsOf.set(kind, arbitrary);
};
known('A', 'address', octets(4, 4));
known('AAAA', 'address', octets(16, 16));
known('CNAME', 'target', wireName);
known('MX', 'preference', octets(2, 2));
known('SSHFP', 'algorithm', octets(1, 1));
known('DS', 'algorithm', octets(1, 1));
known('SOA', 'serial', octets(4, 4));
known('SOA', 'refresh', octets(4, 4));
known('CERT', 'type', octets(2, 2));
known('RRSIG', 'expiration', octets(4, 4));
known('RRSIG', 'type_covered', octets(2, 2));
known('HINFO', 'cpu', withLength(octets(0, 255)));
known('URI', 'target', octets(0, 60));
known('CAA', 'tag', tag);
known('TXT', 'text', texts);
known('DS', 'digest', octets(1, 70));
known('DNSKEY', 'public_key', octets(1, 70));
known('NSEC3', 'salt', withLength(octets(0, 255)));
known('NSEC3', 'next', withLength(octets(1, 60)));
known('EUI48', 'address', octets(6, 6));
known('EUI64', 'address', octets(8, 8));
known('NSEC', 'types', bitmap);
known('LOC', 'location', location);
known('LUA', 'script', script);
known('SVCB', 'svcparams', params);

/** Valid rdata of a type as on the wire, names uncompressed. */
export const wireOf = (type: string): fc.Arbitrary<Uint8Array> => {
  const fields = rrTypes.find((t) => t.name === type)?.fields ?? [];
  const parts = fields.map(({ name, kind }) => {
    const arbitrary = octetsOf.get(kind);
    if (arbitrary === undefined) throw new Error(`no octets for ${name} of ${type}`);
    return arbitrary;
  });
  return joined(...(parts.length === 0 ? [octets(0, 60)] : parts)).map((bytes) => Uint8Array.from(bytes));
};
