import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isWildcard,
  isWithin,
  nameFromWire,
  nameToWire,
  parentOf,
  parseAbsolute,
  parseName,
  relativeTo,
  splitParts,
  unicodeName,
} from '../../src/model/name.ts';
import { wireName } from './arbitrary.ts';

const x = (count: number): string => 'x'.repeat(count);
const longest = `${x(63)}.${x(63)}.${x(63)}.${x(61)}.`;
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replace(/\s/g, ''), 'hex');

describe('a name is canonical', () => {
  it.each([
    ['www.example.com.', 'www.example.com.'],
    ['WWW.Example.COM.', 'www.example.com.'],
    ['www', 'www.example.com.'],
    ['a.b', 'a.b.example.com.'],
    ['.', '.'],
    ['*.web', '*.web.example.com.'],
    ['*', '*.example.com.'],
    ['a.*.b', 'a.*.b.example.com.'],
    ['_443._tcp.www', '_443._tcp.www.example.com.'],
    ['_DMARC', '_dmarc.example.com.'],
    ['1/25.2.0.192.in-addr.arpa.', '1/25.2.0.192.in-addr.arpa.'],
    ['-a-', '-a-.example.com.'],
    ['a--b', 'a--b.example.com.'],
    // RFC 1035 section 5.1: each octet has one form.
    ['a\\.b', 'a\\.b.example.com.'],
    ['a\\046b', 'a\\.b.example.com.'],
    ['\\097\\065', 'aa.example.com.'],
    ['\\a\\B', 'ab.example.com.'],
    ['a b', 'a\\032b.example.com.'],
    ['a\\ b', 'a\\032b.example.com.'],
    ['a@b', 'a\\@b.example.com.'],
    ['a\\@b', 'a\\@b.example.com.'],
    ['\\$\\(\\)\\;\\"\\\\', '\\$\\(\\)\\;\\"\\\\.example.com.'],
    ['$();"', '\\$\\(\\)\\;\\".example.com.'],
    ['\\000\\127\\255', '\\000\\127\\255.example.com.'],
    ['a\\.', 'a\\..example.com.'],
    ['a\\\\.', 'a\\\\.'],
    ['a\\*', 'a*.example.com.'],
    // RFC 4343: only ASCII letters have case.
    ['\\192', '\\192.example.com.'],
    // UTS #46.
    ['bücher', 'xn--bcher-kva.example.com.'],
    ['BÜCHER.Example.', 'xn--bcher-kva.example.'],
    ['bu\u0308cher', 'xn--bcher-kva.example.com.'],
    ['faß.de.', 'xn--fa-hia.de.'],
    ['例え.テスト.', 'xn--r8jz45g.xn--zckzah.'],
    ['*.bücher', '*.xn--bcher-kva.example.com.'],
    ['_dmarc.bücher', '_dmarc.xn--bcher-kva.example.com.'],
    ['_ü', 'xn--_-eha.example.com.'],
    ['xn--bcher-kva', 'xn--bcher-kva.example.com.'],
    ['XN--BCHER-KVA', 'xn--bcher-kva.example.com.'],
    ['xn--a', 'xn--a.example.com.'],
    [longest, longest],
    [`${x(63)}`, `${x(63)}.example.com.`],
    ['a.'.repeat(127), 'a.'.repeat(127)],
  ])('%j is %j', (text, canonical) => {
    expect(parseName(text, 'example.com.')).toBe(canonical);
    expect(parseName(canonical)).toBe(canonical);
    const wire = nameToWire(canonical);
    expect(nameFromWire(wire, 0)).toEqual({ name: canonical, end: wire.length });
  });

  it('relative to the root, with or without the final dot', () => {
    expect(parseName('example.com')).toBe('example.com.');
    expect(parseName('com', '.')).toBe('com.');
    expect(parseAbsolute('Example.com')).toBe('example.com.');
  });
});

describe('a name is refused', () => {
  it.each([
    ['', 'name-syntax', 'the name is empty'],
    ['a..b', 'name-syntax', 'has an empty part'],
    ['..', 'name-syntax', 'has an empty part'],
    ['.a', 'name-syntax', 'has an empty part'],
    ['a\\', 'name-syntax', 'ends in a backslash'],
    ['a.b\\\\\\', 'name-syntax', 'ends in a backslash'],
    ['a\\1', 'name-syntax', 'bad escape'],
    ['a\\12b', 'name-syntax', 'bad escape'],
    ['a\\256', 'name-syntax', 'bad escape'],
    ['ü\\046b', 'name-syntax', 'not valid IDNA'],
    ['a\u3002b', 'name-syntax', 'not valid IDNA'],
    ['\u00ad', 'name-syntax', 'not valid IDNA'],
    ['a\u200db', 'name-syntax', /not valid IDNA \(UTS #46\)$/],
    ['a\u200db.example', 'name-syntax', 'not valid IDNA (UTS #46): "a\u200db"'],
    ['\u0627a', 'name-syntax', 'not valid IDNA'],
    [x(64), 'name-length', 'has 64 octets; 63 is the most'],
    [`${x(63)}ü`, 'name-length', 'octets; 63 is the most'],
    [`y.${longest}`, 'name-length', 'has 257 octets; 255 is the most'],
    [`${longest}y`, 'name-length', 'has 269 octets; 255 is the most'],
    [`\\097${longest.slice(4)}${x(62)}.`, 'name-length', 'octets; 255 is the most'],
    ['a.'.repeat(128), 'name-length', 'has 257 octets; 255 is the most'],
  ])('%j: %s, %s', (text, rule, message) => {
    expect(() => parseName(text, 'example.com.')).toThrow(message);
    expect(() => parseName(text, 'example.com.')).toThrow(expect.objectContaining({ name: 'SyntaxProblem', rule }));
  });
});

it('parts keep their escapes', () => {
  expect(splitParts('.')).toEqual([]);
  expect(splitParts('example.com.')).toEqual(['example', 'com']);
  expect(splitParts('a\\.b.example.')).toEqual(['a\\.b', 'example']);
  expect(splitParts('a\\\\.example.')).toEqual(['a\\\\', 'example']);
});

it('within a zone', () => {
  expect(isWithin('example.com.', 'example.com.')).toBe(true);
  expect(isWithin('a.b.example.com.', 'example.com.')).toBe(true);
  expect(isWithin('badexample.com.', 'example.com.')).toBe(false);
  expect(isWithin('com.', 'example.com.')).toBe(false);
  expect(isWithin('a\\.example.com.', 'example.com.')).toBe(false);
  expect(isWithin('a\\\\.example.com.', 'example.com.')).toBe(true);
  expect(isWithin('anything.', '.')).toBe(true);
});

it('relative to a zone, and up', () => {
  expect(relativeTo('example.com.', 'example.com.')).toBe('');
  expect(relativeTo('*.a.example.com.', 'example.com.')).toBe('*.a');
  expect(relativeTo('com.', '.')).toBe('com');
  expect(parentOf('a.b.')).toBe('b.');
  expect(parentOf('a\\.b.c.')).toBe('c.');
  expect(parentOf('c.')).toBe('.');
  expect(parentOf('.')).toBe('.');
  expect(isWildcard('*.a.')).toBe(true);
  expect(isWildcard('\\*.a.')).toBe(false);
  expect(isWildcard('a.*.')).toBe(false);
});

describe('as people read it', () => {
  it.each([
    ['www.example.com.', 'www.example.com.'],
    ['xn--bcher-kva.example.', 'bücher.example.'],
    ['*.xn--bcher-kva.example.', '*.bücher.example.'],
    ['_dmarc.xn--r8jz45g.', '_dmarc.例え.'],
    ['xn--a.example.', 'xn--a.example.'],
  ])('%s is %s', (name, unicode) => {
    expect(unicodeName(name)).toBe(unicode);
    expect(parseName(unicode)).toBe(name);
  });
});

describe('names of a message', () => {
  const message = bytesOf('ff 07 6578616d706c65 00 03 575757 c001 c00a');

  it('follow pointers backwards', () => {
    expect(nameFromWire(message, 1)).toEqual({ name: 'example.', end: 10 });
    expect(nameFromWire(message, 10)).toEqual({ name: 'www.example.', end: 16 });
    expect(nameFromWire(message, 16)).toEqual({ name: 'www.example.', end: 18 });
  });

  it.each([
    ['past the end', '03 7777'],
    ['no end', '01 61'],
    ['an empty message', ''],
    ['a pointer to itself', 'c000'],
    ['a pointer forward', 'c002 00'],
    ['half a pointer', 'c0'],
    ['a reserved label type', '40 00'],
    ['a loop', '01 61 c000'],
    ['256 octets', `${`3f${'61'.repeat(63)}`.repeat(3)} 3f ${'61'.repeat(63)} 00`],
  ])('are refused: %s', (_, hex) => {
    expect(() => nameFromWire(bytesOf(hex), 0)).toThrow(expect.objectContaining({ rule: 'wire' }));
  });

  it('a name of 255 octets is not too long', () => {
    expect(nameFromWire(nameToWire(longest), 0).name).toBe(longest);
    expect(nameToWire(longest)).toHaveLength(255);
  });
});

it('any octets go from the wire to text and back', () => {
  fc.assert(
    fc.property(wireName, (wire) => {
      const { name, end } = nameFromWire(Uint8Array.from(wire), 0);
      expect(end).toBe(wire.length);
      expect([...nameToWire(name)]).toEqual(wire);
      expect(parseName(name)).toBe(name);
      expect(splitParts(name).every((part) => part !== '')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('any text is a canonical name or a SyntaxProblem', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (text) => {
      try {
        const name = parseName(text, 'example.');
        expect(parseName(name)).toBe(name);
        expect(nameFromWire(nameToWire(name), 0).name).toBe(name);
      } catch (error) {
        expect(error).toMatchObject({ name: 'SyntaxProblem' });
      }
    }),
    { numRuns: 1000 },
  );
});
