import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadRules } from '../../src/load/index.ts';
import type { Plan } from '../../src/model/plan.ts';
import { rules } from '../../src/rules/index.ts';
import { runHere } from '../cli/here.ts';

// One folder for each rule: a repository with a fault, beside a good zone, and all that `hostmaster validate` says about
// it. GOLDEN_UPDATE=1 writes what it says now; read the difference before you commit it.

const folder = import.meta.dirname;
const update = process.env.GOLDEN_UPDATE === '1';
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Relative to where the tests run, so that no path of a machine gets into what is expected. */
const configOf = (name: string) => relative(process.cwd(), join(folder, name, 'hostmaster.yaml'));

/** Variables that are set for a folder, one a line. */
const environmentOf = (name: string): readonly (readonly [string, string])[] => {
  const file = join(folder, name, 'environment');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)] as const);
};

const hasGoodZone = (name: string) => existsSync(join(folder, name, 'zones/good.example.yaml'));

describe('validate', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(names)('%s', async (name) => {
    for (const [variable, value] of environmentOf(name)) vi.stubEnv(variable, value);
    const { stdout, stderr, code } = await runHere(['validate', '--config', configOf(name)]);
    const said = `${stdout}${stderr === '' ? '' : `--- stderr\n${stderr}`}--- exit ${code}\n`;
    expect(said).not.toMatch(/^\s+at .*[:(]\d|node:internal|\bundefined\b|\[object /m);
    const file = join(folder, name, 'expected.txt');
    if (update) writeFileSync(file, said);
    expect(said).toBe(readFileSync(file, 'utf8'));
  });

  it('every rule is in what is expected of one folder at least', () => {
    const expected = names.map((name) => readFileSync(join(folder, name, 'expected.txt'), 'utf8')).join('');
    const missing = [...rules, ...loadRules].filter(({ id }) => !expected.includes(`[${id}]`));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it('every folder that is named after a rule has it', () => {
    const ids = new Set<string>([...rules, ...loadRules].map(({ id }) => id));
    for (const name of names.filter((each) => ids.has(each))) {
      expect(readFileSync(join(folder, name, 'expected.txt'), 'utf8')).toContain(`[${name}]`);
    }
  });
});

describe('the good zone beside it', () => {
  it.concurrent.each(names.filter(hasGoodZone))('still plans: %s', async (name) => {
    const copy = await mkdtemp(join(tmpdir(), 'hostmaster-golden-'));
    try {
      await cp(join(folder, name), copy, { recursive: true });
      const { stdout } = await runHere(['plan', '--format', 'json', '--config', join(copy, 'hostmaster.yaml')]);
      const plan: Plan = JSON.parse(stdout);
      const good = plan.changesets.filter(({ zone }) => zone === 'good.example.');
      expect(good.map(({ changes, withheld }) => [changes.length, withheld.length])).toEqual([[7, 0]]);
      expect(plan.problems.filter(({ file }) => file === 'zones/good.example.yaml')).toEqual([]);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
