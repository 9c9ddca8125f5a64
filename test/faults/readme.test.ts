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

  it('has every test that bears a number or an incident', () => {
    const named = new Set(rows.flatMap(({ files }) => files));
    expect(tests.filter((file) => /^in(?:variant|cident)/.test(file) && !named.has(file))).toEqual([]);
  });
});
