import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  genericRdata,
  oldRdata,
  parseRdata,
  rdataFields,
  rdataFromWire,
  rdataFromYaml,
  rdataNames,
  rdataToWire,
  rdataToYaml,
  rrTypes,
} from '../../src/model/rdata.ts';
import { wireOf } from './arbitrary.ts';

const context = { origin: 'example.com.' };
const types = [...rrTypes.map((type) => type.name), 'TYPE731', 'IPSECKEY'];

describe.each(types)('%s', (type) => {
  it('goes from the wire to text and YAML and back', () => {
    fc.assert(
      fc.property(wireOf(type), (wire) => {
        const rdata = rdataFromWire(type, wire, 0, wire.length);
        expect(Buffer.from(rdataToWire(type, rdata))).toEqual(Buffer.from(wire));
        expect(parseRdata(type, rdata, context)).toBe(rdata);
        expect(parseRdata(type, genericRdata(type, rdata))).toBe(rdata);
        expect(parseRdata(type, oldRdata(type, rdata))).toBe(rdata);
        expect(rdataFromYaml(type, rdataToYaml(type, rdata), context)).toBe(rdata);
        rdataFields(type, rdata);
        rdataNames(type, rdata);
      }),
      { numRuns: 150 },
    );
  });

  it('reads any octets to canonical rdata, or refuses them as a SyntaxProblem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged(type)), (wire) => {
        const rdata = read(() => rdataFromWire(type, wire, 0, wire.length));
        if (rdata === null) return;
        expect(parseRdata(type, rdata, context)).toBe(rdata);
        const again = rdataToWire(type, rdata);
        expect(rdataFromWire(type, again, 0, again.length)).toBe(rdata);
      }),
      { numRuns: 150 },
    );
  });

  it('reads any text to canonical rdata, or refuses it as a SyntaxProblem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), damagedText(type)), (text) => {
        const rdata = read(() => parseRdata(type, text, context));
        if (rdata === null) return;
        expect(parseRdata(type, rdata)).toBe(rdata);
        const wire = rdataToWire(type, rdata);
        expect(rdataFromWire(type, wire, 0, wire.length)).toBe(rdata);
        expect(rdataFromYaml(type, rdataToYaml(type, rdata), context)).toBe(rdata);
      }),
      { numRuns: 150 },
    );
  });

  it('reads any YAML, or refuses it as a SyntaxProblem', () => {
    const names = rrTypes.find((t) => t.name === type)?.fields.map((field) => field.kind.keys?.[0] ?? field.name) ?? [];
    const mapping = fc.record(Object.fromEntries(names.map((name) => [name, fc.jsonValue()])), { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), mapping), (value) => {
        const rdata = read(() => rdataFromYaml(type, value, context));
        if (rdata !== null) expect(parseRdata(type, rdata)).toBe(rdata);
      }),
      { numRuns: 100 },
    );
  });
});

it('TXT in YAML is the text itself, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      fc.pre(!text.startsWith('"') && !text.includes('\\;'));
      const rdata = rdataFromYaml('TXT', text, context);
      expect(rdataFields('TXT', rdata)).toEqual({ text });
    }),
  );
});

const damaged = (type: string): fc.Arbitrary<Uint8Array> =>
  fc.tuple(wireOf(type), fc.nat(), fc.integer({ min: 0, max: 255 })).map(([wire, at, byte]) => {
    const copy = Uint8Array.from(wire);
    if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  });

const damagedText = (type: string): fc.Arbitrary<string> =>
  fc
    .tuple(wireOf(type), fc.nat(), fc.constantFrom('', ' ', '"', '\\', '\\0', ';', '(', '.', '=', ',', '0'))
    .map(([wire, place, piece]) => {
      const text = rdataFromWire(type, wire, 0, wire.length);
      const at = place % (text.length + 1);
      return text.slice(0, at) + piece + text.slice(at + (place % 3));
    });

/** Null where it is refused; whatever else is thrown is a fault. */
const read = (make: () => string): string | null => {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error && error.name === 'SyntaxProblem') return null;
    throw error;
  }
};
