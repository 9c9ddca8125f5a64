import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// README.md says where each invariant and incident is shown: it says so truly.

const filesIn = (line: string): readonly string[] => [...line.matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => file);

const folder = import.meta.dirname;
const rows = readFileSync(join(folder, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.includes('---'))
  .map((line) => ({ first: line.split('|')[1]?.trim() ?? '', files: filesIn(line) }));
const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && file !== 'readme.test.ts');

const titlesIn = (file: string): readonly string[] =>
  [...readFileSync(join(folder, file), 'utf8').matchAll(/^describe\(\s*'([^']+)'/gm)].map(([, title = '']) => title);

describe('README', () => {
  it('names files that are there', () => {
    expect(rows.flatMap(({ files }) => files).filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  });

  it('names each invariant beside tests that bear its number', () => {
    for (const { first, files } of rows.filter((row) => /^\d+$/.test(row.first))) {
      const bearing = new RegExp(`^invariants? (?:\\d+ and )?${first}\\b`);
      for (const file of files.filter((each) => each.startsWith('invariant-'))) {
        expect(titlesIn(file), `${file} for ${first}`).toContainEqual(expect.stringMatching(bearing));
      }
    }
  });

  it('has each invariant from 1 to 14 once, with a test', () => {
    const invariants = rows.filter(({ first }) => /^\d+$/.test(first));
    expect(invariants.map(({ first }) => Number(first))).toEqual([...new Array(14).keys()].map((i) => i + 1));
    expect(invariants.filter(({ files }) => files.length === 0)).toEqual([]);
  });

  it('has every test that bears a number beside the invariant of that number', () => {
    const filesOf = (number: string) => rows.filter(({ first }) => first === number).flatMap(({ files }) => files);
    const numbered = tests.flatMap((file) => {
      const [, number] = /^invariant-(\d+)-/.exec(file) ?? [];
      return number === undefined ? [] : [{ file, number }];
    });
    expect(numbered.filter(({ file, number }) => !filesOf(number).includes(file))).toEqual([]);
  });

  it('has every test of an incident', () => {
    const named = new Set(rows.flatMap(({ files }) => files));
    expect(tests.filter((file) => file.startsWith('incident') && !named.has(file))).toEqual([]);
  });
});
