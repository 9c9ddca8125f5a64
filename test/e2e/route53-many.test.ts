import { expect, it } from 'vitest';
import { runHere } from '../cli/here.ts';
import { makeRepository } from '../faults/target-repository.ts';
import { credentials } from '../providers/route53/fake.ts';
import { startRoute53Fake } from '../servers/route53-fake/index.ts';

const names = Array.from({ length: 24 }, (_, i) => `z${i}.example`);

it('many zones wait together until their changes have arrived, within the rate of the account', async () => {
  Object.assign(process.env, credentials);
  const fake = await startRoute53Fake({ pending: 4_000 });
  try {
    const { config } = makeRepository({
      targets: { aws: { provider: 'route53', endpoint: fake.url, verify: 'api' } },
      zones: Object.fromEntries(names.map((name) => [name, { create: true }])),
      files: Object.fromEntries(names.map((name) => [name, 'www: {type: A, ttl: 300, value: 192.0.2.1}\n'])),
    });
    const { code, stdout } = await runHere(['apply', '--yes', '--config', config]);
    expect(stdout).toContain('Applied: 24 changes in 24 zones.');
    expect(code).toBe(0);
    expect(fake.broken).toEqual([]);
    const changes = [...fake.account.changes.values()];
    const atOnce = changes.map(
      ({ submitted: at }) => changes.filter((c) => c.submitted <= at && at < c.inSyncAt).length,
    );
    expect(Math.max(...atOnce)).toBeGreaterThanOrEqual(24);
    const polls = fake.requests.filter(({ operation }) => operation === 'GetChange');
    expect(polls.length).toBeLessThan(70);
  } finally {
    await fake.stop();
  }
});
