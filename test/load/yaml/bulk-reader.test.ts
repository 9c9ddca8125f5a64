import fc from 'fast-check';
import { parseEvents } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { sizeLimits } from '../../../src/load/size-limits.ts';
import { readEntries } from '../../../src/load/yaml/bulk-reader.ts';
import { plainValue, YamlProblem } from '../../../src/load/yaml/node.ts';

const whole = Number.POSITIVE_INFINITY;

/** What reading says: the entries with their places, or that there is a fault, and where. */
const outcome = (text: string, length: number): unknown => {
  const entries: unknown[] = [];
  try {
    readEntries(
      text,
      (key, value, merged) => entries.push([plainValue(key), key.at, plainValue(value), merged]),
      length,
    );
    return entries;
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return 'a fault';
  }
};

const read = (text: string): unknown => {
  const entries: Record<string, unknown> = {};
  readEntries(text, (key, value) => {
    entries[String(plainValue(key))] = plainValue(value);
  });
  return entries;
};

const fault = (text: string): { readonly message: string; readonly offset: number } => {
  try {
    readEntries(text, () => undefined);
  } catch (error) {
    if (error instanceof YamlProblem) return { message: error.message, offset: error.offset };
  }
  throw new Error('no fault');
};

const key = fc.constantFrom(
  'a',
  'b',
  "''",
  '"c d"',
  '*x',
  '&x d',
  '? e',
  '<<',
  'no',
  '1:30',
  '!!str f',
  '- g',
  '{h: 1}',
  '[i]',
  'é',
);
const scalar = fc.constantFrom(
  '1',
  "'it''s'",
  '"q\\n"',
  '"open',
  "'open",
  'plain: no',
  '# c',
  '|',
  '>-',
  '|2',
  '*x',
  '&x 5',
  '{a: 1, b: [2]}',
  '{a: 1,',
  '[1, 2',
  '!!int 3',
  '!bad 3',
  '',
  'a #b',
  '- x',
);
const indent = fc.constantFrom('', '', '', ' ', '  ', '    ', '\t');
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(indent, key, scalar).map(([i, k, s]) => `${i}${k}: ${s}`) },
  { weight: 3, arbitrary: fc.tuple(indent, scalar).map(([i, s]) => `${i}${s}`) },
  { weight: 2, arbitrary: fc.tuple(indent, key, scalar).map(([i, k, s]) => `${i}- ${k}: ${s}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('---', '...', '%YAML 1.2', '# c', '', ' ', '}', ']', '\ufeff', ': x', '- - a', '"'),
  },
);
const text = fc
  .tuple(
    fc.constantFrom('', '---\n', '# head\n---\n', '\ufeff', '%YAML 1.1\n---\n'),
    fc.array(line, { maxLength: 14 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([head, lines, end]) => head + lines.join(end) + end);

describe('reading in pieces', () => {
  it('says what reading the whole says, wherever the pieces end', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (given, length) => {
        expect(outcome(given, length)).toEqual(outcome(given, whole));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['a: 1\n&c\nwww: 2\n', 'a: 1\n!!str\nwww: 2\n', 'a: 1\n&c\n# d\n\nwww: 2\n'])(
    'says the same of %j',
    (given) => {
      expect(outcome(given, 1)).toEqual(outcome(given, whole));
    },
  );

  it('says the same of zone files with one slip in them', () => {
    const zone = `---\n'':\n  - type: MX\n    values:\n    - {preference: 10, exchange: mx.}\n  - type: TXT\n    value: "a\\\n      b"\n# c\nwww: &w\n  type: A\n  values: [192.0.2.1,\n    192.0.2.2]\nftp:\n  <<: *w\n  ttl: 5\ntxt:\n  type: TXT\n  value: |\n    one\n\n    two\n'*': *w\n`;
    const slip = fc.constantFrom(
      '',
      ' ',
      '\n',
      '  ',
      '"',
      "'",
      '#',
      ':',
      '- ',
      '[',
      '}',
      '*',
      '&',
      '|',
      '\t',
      '---\n',
      'x',
    );
    fc.assert(
      fc.property(fc.nat(zone.length), slip, fc.nat(2), fc.integer({ min: 1, max: 60 }), (at, put, cut, length) => {
        const given = zone.slice(0, at) + put + zone.slice(at + cut);
        expect(outcome(given, length)).toEqual(outcome(given, whole));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads every text that js-yaml reads as one mapping', () => {
    const plain = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', "'x'", '|\n  t', '\n- 1\n- 2')),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(plain, (pairs) => {
        const given = pairs.map(([k, v]) => `${k}: ${v}\n`).join('');
        expect(parseEvents(given, {}).length).toBeGreaterThan(0);
        expect(outcome(given, 4)).toHaveLength(pairs.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a YAML file', () => {
  it('gives the source text of keys and of plain values', () => {
    expect(read("no: yes\n010: 010\n1:30: 1.0\n'': x\nnull: ~\n")).toEqual({
      no: 'yes',
      '010': '010',
      '1:30': '1.0',
      '': 'x',
      null: '~',
    });
  });

  it('follows aliases and merges, where what is written out wins', () => {
    const given = 'base: &b {ttl: 60, type: A}\na:\n  <<: *b\n  ttl: 5\nb:\n  <<: [{ttl: 1}, *b]\nc: *b\n';
    expect(read(given)).toEqual({
      base: { ttl: '60', type: 'A' },
      a: { ttl: '5', type: 'A' },
      b: { ttl: '1', type: 'A' },
      c: { ttl: '60', type: 'A' },
    });
  });

  it('merges at the top after all that is written out', () => {
    const seen: unknown[] = [];
    readEntries('x: &x {a: 1, b: 2}\n<<: *x\nb: 3\n', (k, v, merged) =>
      seen.push([plainValue(k), plainValue(v), merged]),
    );
    expect(seen).toEqual([
      ['x', { a: '1', b: '2' }, false],
      ['b', '3', false],
      ['a', '1', true],
      ['b', '2', true],
    ]);
  });

  it('may end with a line of "...", and is read name by name all the same', () => {
    for (const text of ['a: 1\nb: 2\n...\n', '---\na: 1\nb: 2\n...', '# c\n\n--- # d\na: 1\nb: 2\n...\n\n']) {
      for (const length of [1, 3, 6, 8, 100]) {
        const keys: unknown[] = [];
        readEntries(text, (key) => keys.push(plainValue(key)), length);
        expect(keys).toEqual(['a', 'b']);
      }
    }
  });

  it('may be empty', () => {
    for (const given of ['', '\n', '# only a comment\n', '---\n', '--- ~\n', '---\n...\n'])
      expect(read(given)).toEqual({});
  });

  it.each([
    ['a: *none\n', 'no anchor', 3],
    ['- a\n', 'expected a name and its record', 0],
    ['text\n', 'expected a name and its record', 0],
    ['a: 1\n---\nb: 2\n', 'a second document', 5],
    ['a: !include b.yaml\n', 'the tag "!include" is not supported', 3],
    ['a: {b: 1\n', 'a bracket above is not closed', 9],
    ['a:\n  <<: 5\n', '"<<" takes a mapping', 5],
    ['a: "x\n', 'a quote or a bracket above is not closed', 6],
    ['a: &x [*x]\n', 'no anchor', 7],
    ['a: 1\n b: 2\n', 'indentation differs from that of the entries beside it', 7],
    ['a: \0\n', 'null byte', 3],
  ])('%j is refused', (given, message, offset) => {
    const found = fault(given);
    expect(found.message).toContain(message);
    expect(found.offset).toBe(offset);
  });

  it('refuses aliases that stand for very much', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    const before = process.memoryUsage.rss();
    const found = fault(`${lines.join('\n')}\n`);
    expect(found.message).toBe(
      `its aliases expand to more than ${sizeLimits.aliasNodes} values; write them out, or use fewer aliases`,
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });

  it('refuses nesting without end', () => {
    expect(fault(`a: ${'['.repeat(5000)}`).message).toContain('nesting');
  });
});
