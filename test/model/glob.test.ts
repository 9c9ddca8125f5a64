import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, compileValueGlob, globProblem } from '../../src/model/glob.ts';
import { ignoreMatcher } from '../../src/model/ignore.ts';

const matches = (pattern: string, names: readonly string[]) => names.filter(compileGlob(pattern));

describe('a glob over names', () => {
  const names = [
    '',
    'www',
    'WWW2'.toLowerCase(),
    'a.www',
    '*',
    '*.web',
    '_acme-challenge',
    '_acme-challenge.a.b',
    'a\\.b',
  ];

  it.each([
    ['', ['']],
    ['www', ['www']],
    ['WWW', ['www']],
    ['www*', ['www', 'www2']],
    ['*', ['www', 'www2', '*', '_acme-challenge', 'a\\.b']],
    ['**', names],
    ['\\*', ['*']],
    ['\\*.web', ['*.web']],
    ['*.*', ['a.www', '*.web']],
    ['**.www', ['www', 'a.www']],
    ['_acme-challenge.**', ['_acme-challenge', '_acme-challenge.a.b']],
    ['_acme-challenge.*', []],
    ['**.a.**', ['a.www', '_acme-challenge.a.b']],
    ['a\\.b', ['a\\.b']],
    ['a*b', ['a\\.b']],
  ] as const)('%j', (pattern, expected) => {
    expect(matches(pattern, names)).toEqual(expected);
  });

  it('Unicode and A-labels are the same name', () => {
    expect(compileGlob('bücher.*')('xn--bcher-kva.a')).toBe(true);
  });

  it.each([
    ['www.example.', /empty part/],
    ['a..b', /empty part/],
    ['.a', /empty part/],
    ['a\\999', /bad escape/],
  ])('%j matches nothing and says why', (pattern, why) => {
    expect(globProblem(pattern)).toMatch(why);
    expect(matches(pattern, ['www.example', 'a.b', 'a', ''])).toEqual([]);
  });

  it.each(['**', '', '*', 'a.**.b', '\\*', '**.**'])('%j is a glob', (pattern) => {
    expect(globProblem(pattern)).toBeNull();
  });

  it('agrees with the regular expression that says the same', () => {
    const part = fc.stringMatching(/^[ab*]{1,4}$/);
    const name = fc.array(fc.stringMatching(/^[ab]{1,4}$/), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), name, (pattern, parts) => {
        const source = pattern.map((p) => (p === '**' ? '(?:[ab]+\\.)*' : `${p.replaceAll('*', '[ab]*')}\\.`));
        const text = parts.map((p) => `${p}.`).join('');
        expect(compileGlob(pattern.join('.'))(parts.join('.'))).toBe(new RegExp(`^${source.join('')}$`).test(text));
      }),
    );
  });

  it('takes linear time', () => {
    const started = process.cpuUsage().user;
    const name = `${'a.'.repeat(126)}b`;
    for (let i = 0; i < 100; i += 1) compileGlob(`${'**.a.'.repeat(20)}**.c`)(name);
    compileValueGlob(`${'*a'.repeat(1000)}b`)('a'.repeat(60_000));
    expect(process.cpuUsage().user - started).toBeLessThan(500_000);
  });
});

describe('a glob over values', () => {
  it.each([
    ['*', '"x"', true],
    ['"v=spf1 *"', '"v=spf1 -all"', true],
    ['"v=spf1 *"', '"v=spf2 -all"', false],
    ['10 *', '10 mx.example.com.', true],
    ['"\\*"', '"*"', true],
    ['"\\*"', '"x"', false],
    ['"a\\"b"', '"a\\"b"', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.11', false],
    ['a*a', 'a', false],
  ])('%j on %j: %s', (pattern, rdata, expected) => {
    expect(compileValueGlob(pattern)(rdata)).toBe(expected);
  });
});

describe('ignore', () => {
  const rrset = (name: string, type: string, ...rdata: readonly string[]) => ({
    name,
    type,
    values: rdata.map((text) => ({ rdata: text })),
  });
  const rules = [
    { name: '_acme-challenge.**', types: ['txt'] },
    { name: '*', value: '192.0.2.*' },
    { name: '', types: ['CAA'] },
  ];
  const ignored = ignoreMatcher(rules, 'example.com.');

  it('by name and type', () => {
    expect(ignored(rrset('_acme-challenge.www.example.com.', 'TXT', '"x"'))).toBe(rules[0]);
    expect(ignored(rrset('_acme-challenge.www.example.com.', 'A', '1.1.1.1'))).toBeNull();
    expect(ignored(rrset('example.com.', 'CAA', '0 issue "x"'))).toBe(rules[2]);
  });

  it('by value: one that matches is enough', () => {
    expect(ignored(rrset('www.example.com.', 'A', '198.51.100.1', '192.0.2.7'))).toBe(rules[1]);
    expect(ignored(rrset('www.example.com.', 'A', '198.51.100.1'))).toBeNull();
    expect(ignored(rrset('a.www.example.com.', 'A', '192.0.2.7'))).toBeNull();
  });
});
