import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, targetOf } from './target-repository.ts';
import { apexYaml, makeZone } from './zone.ts';

let pdns: PowerDns;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
});
afterAll(() => pdns.stop());

it('verify says what a target cannot hold, and does not miss it there', async () => {
  await makeZone(pdns, 'misfits.test.', []);
  const repository = makeRepository({
    targets: { pdns: targetOf(pdns) },
    zones: { 'misfits.test.': {} },
    files: {
      'misfits.test': `${apexYaml}
www: {type: A, ttl: 300, value: 192.0.2.1}
old: {type: DNAME, ttl: 300, value: new.example.net.}
made: {type: ALIAS, ttl: 300, value: www.example.net.}
other: {type: A, ttl: 300, value: 192.0.2.2, octodns: {excluded: [pdns]}}
`,
    },
  });
  await repository.run('apply', '--yes');
  const { code, stdout } = await repository.run('verify', '--format', 'json');
  const { checked, differences, problems } = JSON.parse(stdout);
  expect(differences).toEqual([]);
  expect(checked).toBe(2);
  expect(problems.map(({ message, rule }: { message: string; rule: string }) => `${rule} ${message}`).sort()).toEqual([
    expect.stringContaining(
      'unsupported-type made.misfits.test. ALIAS: pdns cannot hold type ALIAS: expand-alias is off',
    ),
    expect.stringContaining('unsupported-type old.misfits.test. DNAME: pdns cannot hold type DNAME: dname-processing'),
  ]);
  expect(code).toBe(1);
  const text = await repository.run('verify');
  expect(text.stdout).toContain('dname-processing is off');
});
