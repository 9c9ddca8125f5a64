import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestWhole, type Part, partsAlone, partsOfPair, textOf } from '../../src/report/values/parts.ts';
import { unitsOf } from '../../src/report/values/units.ts';
import { valueChanges } from '../../src/report/values/value-changes.ts';
import { cpuTimeOf } from '../cpu.ts';
import { times } from './make.ts';

const shown = (was: string, is: string) => {
  const pair = partsOfPair(was, is);
  return [textOf(pair.was), textOf(pair.is)];
};
const marked = (parts: readonly Part[]) => parts.filter(({ kind }) => kind === 'differing').map(({ text }) => text);
const ips = times(12, (i) => `ip4:192.0.2.${i}`).join(' ');

describe('a long value that became another', () => {
  it('shows the part that differs, and how much is left out on both sides', () => {
    expect(shown(`"v=spf1 ${ips} ${ips} -all"`, `"v=spf1 ${ips} ${ips} +all"`)).toEqual([
      '"v=spf1 ip4:192.…(312 characters)…2.10 ip4:192.0.2.11 -all"',
      '"v=spf1 ip4:192.…(312 characters)…2.10 ip4:192.0.2.11 +all"',
    ]);
  });

  it('shows what was put into its middle, from the word on', () => {
    const pair = partsOfPair(`"v=spf1 ${ips} ${ips} -all"`, `"v=spf1 ${ips} include:evil.example ${ips} -all"`);
    expect([marked(pair.was), marked(pair.is)]).toEqual([[], ['include:evil.example ']]);
  });

  it('shows every place where it differs', () => {
    const at = (a: string, b: string, c: string) => `"${a}${'x'.repeat(300)}${b}${'y'.repeat(300)}${c}"`;
    const pair = partsOfPair(at('1', '2', '3'), at('4', '5', '6'));
    expect([marked(pair.was), marked(pair.is)]).toEqual([
      ['1', '2', '3'],
      ['4', '5', '6'],
    ]);
    expect(textOf(pair.is).length).toBeLessThan(300);
  });

  it.each([
    ['of equal length', 'a'.repeat(300), `${'a'.repeat(150)}b${'a'.repeat(149)}`],
    ['of one letter, one longer', 'a'.repeat(300), 'a'.repeat(301)],
    ['of one pattern, one longer', 'ab'.repeat(200), 'ab'.repeat(201)],
    ['in case alone', 'Abc'.repeat(100), `${'Abc'.repeat(99)}abc`],
    ['in a space alone', `${'word '.repeat(60)}end`, `${'word '.repeat(59)}word  end`],
    ['in a space at the end', 'word '.repeat(60), `${'word '.repeat(60)} `],
    ['in an escape', `${'a'.repeat(200)}\\001${'b'.repeat(200)}`, `${'a'.repeat(200)}\\002${'b'.repeat(200)}`],
    ['all of it', 'abcdefghij'.repeat(90), 'klmnopqrst'.repeat(90)],
    ['in both ends', `1${'x'.repeat(5000)}1`, `2${'x'.repeat(5000)}2`],
  ])('is never shown as two equal texts: %s', (_, was, is) => {
    for (const [a, b] of [
      [was, is],
      [is, was],
    ] as const) {
      const [one = '', other = ''] = shown(`"${a}"`, `"${b}"`);
      expect(one).not.toBe(other);
      expect(one.length).toBeLessThan(360);
      expect(marked([...partsOfPair(a, b).was, ...partsOfPair(a, b).is])).not.toEqual([]);
    }
  });

  it('shows spaces that came as what they are', () => {
    expect(shown('"a b"', '"a  b"')).toEqual(['"a b"', '"a ␠b"']);
    expect(shown('"a"', `"a${' '.repeat(200)}"`)).toEqual(['"a"', '"a␠…(200 spaces)…␠"']);
    expect(shown('"␠"', '" "')).toEqual(['"\\u{2420}"', '"␠"']);
  });

  it('is cut where people see characters end, also in escapes', () => {
    // An e with two accents, as text and as the octets of its UTF-8; then an emoji of several code points.
    for (const one of ['e\u0301\u0323', 'e\\204\\129\\204\\163', '\u{1f469}\u200d\u{1f680}']) {
      const units = unitsOf(`"${one.repeat(3)}\\""`);
      expect(units).toEqual(['"', one, one, one, '\\"', '"']);
    }
    expect(unitsOf('\\195\\169\\195x\\255')).toEqual(['\\195\\169', '\\195', 'x', '\\255']);
  });

  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 500 }),
    fc.string({ unit: fc.constantFrom('a', '\\001', '\\"', 'e\\204\\129', ' '), maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }).map((each) => each.replaceAll('␠', 'x')),
  );
  const edited = fc.tuple(text, text, text, text).map(([a, b, c, d]) => [`${a}${b}${d}`, `${a}${c}${d}`] as const);

  it('is cut nowhere but between units, and what is left out is counted', () => {
    fc.assert(
      fc.property(fc.oneof(edited, fc.tuple(text, text)), ([was, is]) => {
        const pair = partsOfPair(was, is);
        if (was !== is) expect(textOf(pair.was)).not.toBe(textOf(pair.is));
        for (const [parts, whole] of [
          [pair.was, was],
          [pair.is, is],
          [partsAlone(was), was],
        ] as const) {
          expect(lengthOf(parts)).toBe(unitsOf(whole).length);
          if (was.length <= longestWhole && is.length <= longestWhole) {
            expect(textOf(parts).replaceAll('␠', ' ')).toBe(whole);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('takes no time that grows faster than it does', () => {
    const long = times(16_000, (i) => `\\${String(i % 256).padStart(3, '0')}`).join('');
    const other = times(16_000, (i) => `\\${String((i * 7) % 256).padStart(3, '0')}`).join('');
    let length = Number.POSITIVE_INFINITY;
    const show = () => {
      length = shown(`"${long}"`, `"${other}"`)[0]?.length ?? length;
    };
    expect(cpuTimeOf(show)).toBeLessThan(2_000);
    expect(length).toBeLessThan(700);
  });
});

/** In units, those that are left out as they are counted. */
const lengthOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, { kind, text }) => {
    const counted = /\(([0-9,]+) (?:character|space)s?\)/.exec(text)?.[1];
    if (kind === 'left_out') return sum + Number(counted?.replaceAll(',', ''));
    return sum + (counted !== undefined && text.startsWith('␠…') ? Number(counted) : unitsOf(text).length);
  }, 0);

describe('what goes and what comes', () => {
  const texts = (...[before, after]: Parameters<typeof valueChanges>) => {
    const { lines, ...rest } = valueChanges(before, after);
    return { lines: lines.map(({ parts, sign }) => `${sign} ${textOf(parts)}`), ...rest };
  };
  const nothingMore = { moreGone: 0, moreCome: 0 };

  it('of six values is the one that is new', () => {
    const five = times(5, (i) => `192.0.2.${i}`);
    expect(texts(five, [...five, '192.0.2.9'])).toEqual({ lines: ['+ 192.0.2.9'], ...nothingMore, stay: 5 });
  });

  it('of 5,000 values is a dozen on each side, and the rest in numbers', () => {
    const many = (net: number) => times(5_000, (i) => `198.${net}.${i >> 8}.${i & 255}`);
    const { lines, ...rest } = texts([...many(18), '192.0.2.1'], [...many(19), '192.0.2.1']);
    expect(lines).toHaveLength(24);
    expect(rest).toEqual({ moreGone: 4_988, moreCome: 4_988, stay: 1 });
  });

  it('sets long values beside the ones that they became', () => {
    const dkim = (key: string) => `"v=DKIM1; k=rsa; p=${'MII'.repeat(60)}${key}${'AQAB'.repeat(30)}"`;
    const { lines } = texts([dkim('a'), dkim('b')], [dkim('c'), dkim('d')]);
    expect(lines.map((line) => `${line[0]} ${/[abcd](?=AQAB)/.exec(line)?.[0]}`)).toEqual(['- a', '+ c', '- b', '+ d']);
  });

  it('tells every long value from every other', () => {
    const long = (i: number) => `"${'x'.repeat(200)}${String(i).padStart(2, '0')}${'y'.repeat(200)}"`;
    for (const [before, after] of [
      [times(2, long), [long(7)]],
      [[], times(9, long)],
      [times(9, long), null],
      [times(3, long), times(6, (i) => long(i + 2))],
    ] as const) {
      const { lines } = texts(before, after);
      expect(new Set(lines.map((line) => line.slice(2))).size).toBe(lines.length);
    }
  });
});
