import { describe, expect, it } from 'vitest';
import { parseRdata, rdataFields, rdataFromYaml, rdataToWire, rdataToYaml } from '../../src/model/rdata.ts';

const context = { origin: 'example.com.' };
const x = (count: number): string => 'x'.repeat(count);

describe('TXT in presentation', () => {
  it.each([
    ['""', '""'],
    ['"" ""', '""'],
    ['abc', '"abc"'],
    ['"abc"', '"abc"'],
    ['a b', '"ab"'],
    ['"a" "b"', '"ab"'],
    ['"a""b"', '"ab"'],
    ['v=spf1 "-all"', '"v=spf1-all"'],
    ['"a;b"', '"a;b"'],
    ['"a\\;b"', '"a;b"'],
    ['a\\;b', '"a;b"'],
    ['"a\\"b"', '"a\\"b"'],
    ['"a\\\\b"', '"a\\\\b"'],
    ['"\\097\\000\\255"', '"a\\000\\255"'],
    ['"é"', '"\\195\\169"'],
    ['"\\195\\169"', '"\\195\\169"'],
    ['"(a)"', '"(a)"'],
    ['"a\tb\nc"', '"a\\009b\\010c"'],
    [`"${x(255)}"`, `"${x(255)}"`],
    [`"${x(256)}"`, `"${x(255)}" "x"`],
    [`"${x(100)}" "${x(200)}"`, `"${x(255)}" "${x(45)}"`],
    [`"${x(255)}" "${x(255)}"`, `"${x(255)}" "${x(255)}"`],
    [`"${'\\255'.repeat(256)}"`, `"${'\\255'.repeat(255)}" "\\255"`],
  ])('%j is %j', (text, canonical) => {
    for (const type of ['TXT', 'SPF', 'AVC', 'RESINFO', 'WALLET']) expect(parseRdata(type, text)).toBe(canonical);
    expect(parseRdata('TXT', canonical)).toBe(canonical);
    expect(rdataFromYaml('TXT', rdataToYaml('TXT', canonical), context)).toBe(canonical);
  });

  it.each(['a"b', 'a"b"', `${x(256)}`])('%j is refused', (text) => {
    expect(() => parseRdata('TXT', text)).toThrow();
  });
});

describe('TXT in YAML', () => {
  it.each([
    ['', '""'],
    ['""', '""'],
    ['abc', '"abc"'],
    ['v=spf1 -all', '"v=spf1 -all"'],
    ['v=DKIM1; k=rsa', '"v=DKIM1; k=rsa"'],
    ['v=DKIM1\\; k=rsa', '"v=DKIM1; k=rsa"'],
    ['a\\b', '"a\\\\b"'],
    ['\\097', '"\\\\097"'],
    ['\\# 1 61', '"\\\\# 1 61"'],
    ['a"b', '"a\\"b"'],
    ['"a" "b"', '"ab"'],
    ['"a\\;b"', '"a;b"'],
    ['"\\097"', '"a"'],
    ["'a'", '"\'a\'"'],
    [' a ', '" a "'],
    ['é', '"\\195\\169"'],
    ['a\nb', '"a\\010b"'],
    [x(300), `"${x(255)}" "${x(45)}"`],
  ])('%j is %j', (value, canonical) => {
    expect(rdataFromYaml('TXT', value, context)).toBe(canonical);
  });

  it.each([
    ['"a;b"', 'a;b'],
    ['"a\\\\b"', 'a\\b'],
    ['"\\195\\169"', 'é'],
    [`"${x(255)}" "${x(45)}"`, x(300)],
    // What would be read as something else, or cannot be seen, stays presentation text.
    ['""', '""'],
    ['"\\"a\\""', '"\\"a\\""'],
    ['"a\\\\;b"', '"a\\\\;b"'],
    ['"\\255"', '"\\255"'],
    ['"\\010"', '"\\010"'],
    ['"\\239\\187\\191a"', '"\\239\\187\\191a"'],
    ['"\\239\\191\\189"', '"\\239\\191\\189"'],
  ])('%j is dumped as %j', (rdata, value) => {
    expect(rdataToYaml('TXT', rdata)).toBe(value);
    expect(rdataFromYaml('TXT', value, context)).toBe(rdata);
  });

  it('presentation text that is broken is refused', () => {
    expect(() => rdataFromYaml('TXT', '"a', context)).toThrow('a quote is not closed');
  });
});

it('the wire has one length octet for each 255', () => {
  expect(Buffer.from(rdataToWire('TXT', '""')).toString('hex')).toBe('00');
  expect(rdataToWire('TXT', parseRdata('TXT', `"${x(300)}"`))).toHaveLength(302);
  expect(rdataFields('TXT', '"a" "b"')).toEqual({ text: 'ab' });
});
