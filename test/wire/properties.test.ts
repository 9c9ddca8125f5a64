import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../../src/model/errors.ts';
import { nameFromWire } from '../../src/model/name.ts';
import { rdataFromWire, rrTypes } from '../../src/model/rdata.ts';
import { decodeMessage, encodeMessage, type Message, type MessageRecord } from '../../src/wire/message.ts';
import { createNameReader, skipName } from '../../src/wire/names.ts';
import { sliceUpdates, type UpdateUnit } from '../../src/wire/slices.ts';
import { checkRequest, signMessage } from '../../src/wire/tsig.ts';
import { encodeUpdate, type Prerequisite, type Update, type UpdateStep, updateOf } from '../../src/wire/update.ts';
import { wireName, wireOf } from '../model/arbitrary.ts';
import { algorithms, cutAlgorithms, keyFor, ours } from './keys.ts';

// What we encode, we decode to the same.

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const label = fc.constantFrom('a', 'bb', 'www', '*', '_tcp', 'x\\.y', '\\000\\255');
const anyName = wireName.map((octets) => nameFromWire(Uint8Array.from(octets), 0).name);
const name = fc.oneof(
  fc.array(label, { maxLength: 4 }).map((labels) => [...labels, 'example.test.'].join('.')),
  anyName,
);
const types = rrTypes.map((type) => type.name);

const typed = fc
  .constantFrom(...types)
  .chain((type) => wireOf(type).map((wire) => ({ type, rdata: rdataFromWire(type, wire, 0, wire.length) })));
const record: fc.Arbitrary<MessageRecord> = fc
  .tuple(name, typed, u32, fc.constantFrom(1, 3, 254))
  .map(([owner, { rdata, type }, ttl, code]) => ({ name: owner, type, class: code, ttl, rdata }));
const records = fc.array(record, { maxLength: 8 });
const flags = fc.record({
  qr: fc.boolean(),
  opcode: fc.integer({ min: 0, max: 15 }),
  aa: fc.boolean(),
  tc: fc.boolean(),
  rd: fc.boolean(),
  ra: fc.boolean(),
  ad: fc.boolean(),
  cd: fc.boolean(),
});
const option = fc.record({ code: u16, data: fc.uint8Array({ maxLength: 20 }) });
const edns = fc.oneof(
  fc.constant(null),
  fc.record({ udpSize: u16, version: fc.integer({ min: 0, max: 255 }), dnssecOk: fc.boolean() }),
  fc.record({
    udpSize: u16,
    version: fc.constant(0),
    dnssecOk: fc.boolean(),
    options: fc.array(option, { minLength: 1, maxLength: 3 }),
  }),
);
const question = fc.record({ name, type: fc.constantFrom('A', 'SOA', 'TYPE252', 'TYPE65280'), class: u16 });
const message: fc.Arbitrary<Message> = fc
  .record({
    id: u16,
    flags,
    rcode: fc.integer({ min: 0, max: 0xfff }),
    questions: fc.array(question, { maxLength: 2 }),
    answers: records,
    authority: records,
    additional: records,
    edns,
  })
  .map((all) => (all.edns === null ? { ...all, rcode: all.rcode & 0xf } : all));

const own = (decoded: Message): Message => ({
  ...decoded,
  questions: decoded.questions.map(({ name: asked, type, class: code }) => ({ name: asked, type, class: code })),
});

const prerequisite: fc.Arbitrary<Prerequisite> = fc.oneof(
  fc.record({ kind: fc.constantFrom('name-in-use' as const, 'name-not-in-use' as const), name }),
  fc.record({ kind: fc.constantFrom('exists' as const, 'absent' as const), name, type: fc.constantFrom(...types) }),
  fc
    .tuple(name, typed)
    .map(([owner, { rdata, type }]) => ({ kind: 'equals' as const, name: owner, type, rdata: [rdata] })),
);
const step: fc.Arbitrary<UpdateStep> = fc.oneof(
  fc.tuple(name, typed, u32).map(([owner, value, ttl]) => ({ kind: 'add' as const, name: owner, ttl, ...value })),
  fc.record({ kind: fc.constant('delete-rrset' as const), name, type: fc.constantFrom(...types) }),
  fc.record({ kind: fc.constant('delete-name' as const), name }),
  fc.tuple(name, typed).map(([owner, value]) => ({ kind: 'delete-value' as const, name: owner, ...value })),
);
const unit: fc.Arbitrary<UpdateUnit> = fc.record({
  prerequisites: fc.array(prerequisite, { maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
});

describe('any message', () => {
  it('is the same after encoding and decoding', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(own(decodeMessage(encodeMessage(sent)))).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it('signed by any algorithm is verified and comes back; with any octet changed it is not', () => {
    const keys = [...algorithms, ...cutAlgorithms].map((algorithm) => ours(keyFor(algorithm)));
    fc.assert(
      fc.property(message, fc.constantFrom(...keys), u32, fc.nat(), (sent, key, now, at) => {
        const { bytes } = signMessage(encodeMessage(sent), key, { now });
        const checked = checkRequest(bytes, keys, now);
        expect(checked.status === 'verified' && own(decodeMessage(checked.message))).toEqual(sent);
        const changed = Buffer.from(bytes);
        const place = 2 + (at % (bytes.length - 2));
        changed[place] = (changed[place] ?? 0) ^ 0x80;
        expect(unlessUnreadable(() => checkRequest(changed, keys, now).status)).not.toBe('verified');
      }),
      { numRuns: 300 },
    );
  });
});

const unlessUnreadable = (read: () => string): string => {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxProblem) return 'unreadable';
    throw error;
  }
};

describe('any UPDATE', () => {
  it('is the same after encoding and decoding', () => {
    fc.assert(
      fc.property(
        name,
        fc.uniqueArray(prerequisite, { selector: keyOf, maxLength: 6 }),
        fc.array(step),
        (zone, held, steps) => {
          const update: Update = { zone, prerequisites: held, steps };
          expect(updateOf(decodeMessage(encodeUpdate(7, update)))).toEqual(update);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('in slices is all there, in its order, no unit torn, and no slice too long', () => {
    const common: Prerequisite = { kind: 'exists', name: 'example.test.', type: 'SOA' };
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 20 }), fc.integer({ min: 3_000, max: 5_000 }), (units, limit) => {
        const slices = sliceUpdates('example.test.', units, { limit, common: [common] });
        for (const slice of slices) expect(encodeUpdate(0, slice).length).toBeLessThanOrEqual(limit);
        expect(slices.flatMap(({ steps }) => steps)).toEqual(units.flatMap(({ steps }) => steps));
        const ends = new Set(units.map((_, i) => units.slice(0, i + 1).flatMap(({ steps }) => steps).length));
        let steps = 0;
        for (const slice of slices) {
          steps += slice.steps.length;
          expect(ends.has(steps)).toBe(true);
          expect(slice.prerequisites[0]).toEqual(common);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of 10,000 names is a few full messages, and one name that does not fit is refused', () => {
    const units = Array.from({ length: 10_000 }, (_, i): UpdateUnit => {
      const host = `host${i}.example.test.`;
      const steps = [{ kind: 'add', name: host, type: 'A', ttl: 60, rdata: '192.0.2.1' }] as const;
      return { prerequisites: [{ kind: 'absent', name: host, type: 'A' }], steps };
    });
    const sizes = sliceUpdates('example.test.', units, { limit: 65_000 }).map((slice) => encodeUpdate(0, slice).length);
    expect(sizes.length).toBeLessThan(9);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(55_000);
    const steps = units.flatMap((each) => each.steps);
    expect(() => sliceUpdates('example.test.', [...units, { prerequisites: [], steps }])).toThrow(/host0.* do not fit/);
  });
});

const keyOf = (each: Prerequisite): string => `${each.name} ${'type' in each ? each.type : ''}`;

describe('any name', () => {
  it('is read as the model reads it, with and without pointers', () => {
    const octets = fc.uint8Array({ maxLength: 60 });
    const pointed = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 3, 0xc0), fc.integer({ min: 0, max: 20 })), {
      maxLength: 40,
    });
    const read = (take: () => { readonly name: string; readonly end: number }): string =>
      unlessUnreadable(() => {
        const { end, name: text } = take();
        return `${text} ${end}`;
      });
    fc.assert(
      fc.property(
        fc.oneof(
          octets,
          pointed.map((bytes) => Uint8Array.from(bytes)),
        ),
        fc.nat({ max: 60 }),
        (bytes, at) => {
          const readName = createNameReader(bytes);
          for (const offset of [at, at, 0, at]) {
            const theirs = read(() => nameFromWire(bytes, offset));
            expect(read(() => readName(bytes, offset))).toBe(theirs);
            if (theirs !== 'unreadable') expect(skipName(bytes, offset)).toBe(nameFromWire(bytes, offset).end);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
