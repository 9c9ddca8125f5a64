import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../../src/model/errors.ts';
import { tokenize } from '../../src/model/rdata/token.ts';
import {
  genericRdata,
  oldRdata,
  parseRdata,
  rdataFromWire,
  rdataFromYaml,
  rdataToWire,
  rdataToYaml,
  rrTypes,
  serviceTypes,
} from '../../src/model/rdata.ts';
import { wireOf } from './arbitrary.ts';
import { cases } from './cases.ts';

// Whatever text is taken, its canonical form says the same on the wire, in YAML and read again: with escapes in every field.

const context = { origin: 'example.com.' };
const numbered = rrTypes.map(({ name }) => name);
const types = [...numbered, ...serviceTypes.map(({ name }) => name), 'TYPE731'];

/** Tokens of every way to write an octet. */
const escapes: readonly string[] = [
  ...[
    '"\\""',
    '"\\\\"',
    '"\\\\\\""',
    '"a\\"b\\\\c"',
    '"\\000\\255\\034\\092"',
    '"\\;\\ \\a"',
    '"a b"',
    '""',
    '"é"',
    '";"',
  ],
  ...['\\"', '\\\\', 'a\\"b', 'a\\\\', '\\000', '\\255', '\\034', '\\092', 'a\\.b', 'a\\.', 'a\\ b', '\\;', '\\(', 'é'],
  ...[
    '"\\"\\""',
    '\\"\\"',
    '"\\\\\\\\"',
    `"${'\\"'.repeat(255)}"`,
    `"${'\\034 '.repeat(200)}"`,
    '"\\1"',
    '"\\256"',
    '\\1',
    'key1="\\""',
  ],
  ...[
    'alpn=\\"',
    'alpn="\\""',
    'alpn=a\\\\\\\\,b',
    'alpn="a\\\\,b"',
    'dohpath="/\\"{?dns}"',
    'key667="\\000\\034\\\\"',
    'docpath=\\092\\092',
  ],
];

const read = (type: string, text: string): string | null => {
  try {
    return parseRdata(type, text, context);
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
};

const saysTheSame = (type: string, rdata: string): void => {
  expect(parseRdata(type, rdata, context)).toBe(rdata);
  expect(parseRdata(type, oldRdata(type, rdata), context)).toBe(rdata);
  expect(rdataFromYaml(type, rdataToYaml(type, rdata), context)).toBe(rdata);
  const wire = rdataToWire(type, rdata);
  expect(rdataFromWire(type, wire, 0, wire.length)).toBe(rdata);
  expect(parseRdata(type, genericRdata(type, rdata), context)).toBe(rdata);
};

const samplesOf = (type: string): readonly string[] => {
  const own = cases.filter((each) => each.type === type).map(({ texts }) => texts[0]);
  const made = serviceTypes.some(({ name }) => name === type)
    ? ['A www.example.com. false Z1']
    : fc
        .sample(wireOf(type), { numRuns: 6, seed: 573_584_432 })
        .map((wire) => rdataFromWire(type, wire, 0, wire.length));
  return [...own, ...made];
};

describe.each(types)('%s', (type) => {
  it('says the same in every form, with any escape in any field', () => {
    for (const sample of samplesOf(type)) {
      saysTheSame(type, parseRdata(type, sample, context));
      const tokens = tokenize(sample);
      for (let at = 0; at <= tokens.length; at += 1) {
        for (const written of escapes) {
          for (const more of [0, 1]) {
            const text = [...tokens.slice(0, at), written, ...tokens.slice(at + more)].join(' ');
            const rdata = read(type, text);
            if (rdata !== null) saysTheSame(type, rdata);
          }
        }
      }
    }
  });
});

it('takes a double quote of Lua only with its backslash, which is not on the wire', () => {
  const rdata = parseRdata('LUA', 'A "\\""');
  expect(rdata).toBe('A "\\""');
  expect(Buffer.from(rdataToWire('LUA', rdata)).toString('hex')).toBe('00010122');
  expect(() => rdataFromWire('LUA', Buffer.from('0001025c22', 'hex'), 0, 5)).toThrow(
    'a double quote after a backslash',
  );
});

it('cuts a script of any length into strings that are joined again', () => {
  for (const length of [0, 254, 255, 256, 509, 510, 511, 20_000]) {
    for (const text of [
      'x'.repeat(length),
      'x '.repeat(length / 2),
      ' '.repeat(length),
      `${'x'.repeat(253)} ${'y'.repeat(length)}`,
    ]) {
      saysTheSame('LUA', parseRdata('LUA', `A "${text}"`));
    }
  }
});
