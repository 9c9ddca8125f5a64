import { expect, it } from 'vitest';
import { runHere } from '../cli/here.ts';
import { makeRepository } from '../faults/target-repository.ts';
import { credentials } from '../providers/route53/fake.ts';
import { startRoute53Fake } from '../servers/route53-fake/index.ts';

// A zone of 5,000 RRsets is made and changed by the command, within all of AWS's limits.

const fileOf = (third: number): string =>
  Array.from({ length: 5_000 }, (_, i) => `w${i}: {type: A, ttl: 300, value: 10.${third}.${i >> 8}.${i & 255}}\n`).join(
    '',
  );

it('5,000 changes go through without an error and without breaking a limit', { timeout: 300_000 }, async () => {
  Object.assign(process.env, credentials);
  const fake = await startRoute53Fake();
  try {
    const { config, write } = makeRepository({
      targets: { aws: { provider: 'route53', endpoint: fake.url, verify: 'api' } },
      zones: { 'example.com': { create: true } },
      files: { 'example.com': fileOf(1) },
      guards: { max_replace_percent: 100 },
    });
    const apply = () => runHere(['apply', '--yes', '--config', config]);
    const first = await apply();
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain('Applied: 5,000 changes in 1 zone.');
    write('zones/example.com.yaml', fileOf(2));
    const second = await apply();
    expect(second.stdout).toContain('Applied: 5,000 changes in 1 zone.');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(fake.broken).toEqual([]);
    const [zone] = fake.account.zones.values();
    expect([...(zone?.sets.values() ?? [])].filter(({ values }) => values[0]?.startsWith('10.2.'))).toHaveLength(5_000);
    const third = await apply();
    expect(third.stdout).toContain('no changes');
    expect(fake.broken).toEqual([]);
    const batches = fake.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets');
    expect(batches).toHaveLength(15);
  } finally {
    await fake.stop();
  }
});
