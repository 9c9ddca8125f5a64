import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { forgetUnanswered } from '../faults/target-repository.ts';
import { credentials } from '../providers/route53/fake.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { type Route53Fake, startRoute53Fake } from '../servers/route53-fake/index.ts';
import { expectApplied, type Lab, makeLab } from './inventory/lab.ts';

// A claim with a health check on Route 53, by the command: its checks come before the record sets, go after them, and none is
// left when the command is killed in between.

Object.assign(process.env, credentials);

const labels = `
labels:
  mailserver:
    dns:
      claims:
        - { name: mail.example.com, type: A, health_check: { port: 25 } }
        - { name: any.example.com, type: A }
`;
const withoutClaim = labels.replace(/.*mail\.example\.com.*\n/, '');

const three = [1, 2, 3].map((i) => ({ name: `mx${i}`, ips: [`192.0.2.${i}`], labels: ['mailserver'] }));

const labAt = (endpoint: string, inventory: InventoryServer): Lab =>
  makeLab({
    targets: {
      aws: {
        provider: 'route53',
        endpoint,
        verify: 'api',
        health_check_grace: '500ms',
        requests_per_second: 1_000,
        burst: 1_000,
      },
    },
    zones: { 'example.com': { create: true, static: 'zones/example.com.yaml' }, 'lab.internal': { create: true } },
    config: {
      inventory: { lab: { type: 'http', url: inventory.url, interval: '1s' } },
      registration: { zone: 'lab.internal', ttl: 300, reverse: false },
      grants: [{ label: 'mailserver', names: ['*.example.com'], types: ['A'], cidrs: ['192.0.2.0/24'], max_values: 5 }],
    },
    files: { 'labels.yaml': labels, 'zones/example.com.yaml': 'txt: {type: TXT, ttl: 300, value: stays}\n' },
  });

const valuesOf = (side: { readonly values: readonly { readonly rdata: string }[] } | null | undefined) =>
  side?.values.map(({ rdata }) => rdata) ?? null;

describe('on a fake of AWS', () => {
  let fake: Route53Fake;
  let inventory: InventoryServer;
  let lab: Lab;

  beforeAll(async () => {
    inventory = await startInventory();
    const rate = { burst: 1_000, perSecond: 1_000 };
    fake = await startRoute53Fake({ rate, operations: {}, pending: 400, inSyncWhenAsked: true, processing: 10 });
  });
  afterAll(async () => {
    await inventory.stop();
    await fake.stop();
  });
  beforeEach(() => {
    fake.bend(null);
    for (const part of [fake.account.zones, fake.account.checks, fake.account.tags]) part.clear();
    fake.clear();
    inventory.set(three);
    lab = labAt(fake.url, inventory);
  });

  const checked = (): readonly string[] =>
    [...fake.account.checks.values()].map(({ config }) => `${config.IPAddress}:${config.Port}`).toSorted();

  /** The addresses of the claim, and those that they have a check for. */
  const claimed = (): readonly string[] => {
    const sets = [...fake.account.zones.values()].flatMap((zone) => [...zone.sets.values()]);
    return sets
      .filter(({ name }) => name === 'mail.example.com.')
      .map(({ healthCheck, identifier, multivalue, values }) => {
        const check = fake.account.checks.get(healthCheck ?? '')?.config.IPAddress;
        expect([multivalue, identifier, check]).toEqual([true, values[0], values[0]]);
        return values[0] ?? '';
      })
      .toSorted();
  };

  it('has a set and a check for each server, says what that costs, and is settled then', async () => {
    const { stdout } = await lab.run('plan');
    expect(stdout).toMatch(/3 health checks more: about 2\.25 USD a month more \(an estimate/);
    const first = await lab.apply();
    expectApplied(first);
    expect(claimed()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    expect(checked()).toEqual(['192.0.2.1:25', '192.0.2.2:25', '192.0.2.3:25']);
    const again = await lab.settled();
    expect(again.problems.map(({ rule }) => rule)).toEqual(['apex-ns-undeclared']);
    expect(again.code).toBe(0);
    const { stdout: none } = await lab.run('plan');
    expect(none).not.toContain('USD');
    expect(fake.broken).toEqual([]);
  });

  it('follows an address, a server that goes, and one that comes', async () => {
    expectApplied(await lab.apply());
    const [one, two, last] = three;
    inventory.set([{ name: 'mx1', ips: ['192.0.2.11'], labels: ['mailserver'] }, two ?? {}, last ?? {}]);
    const moved = await lab.apply();
    expectApplied(moved);
    const change = moved.changesets.flatMap(({ changes }) => changes).find(({ name }) => name === 'mail.example.com.');
    expect(valuesOf(change?.after)).toEqual(['192.0.2.11', '192.0.2.2', '192.0.2.3']);
    expect(checked()).toEqual(['192.0.2.11:25', '192.0.2.2:25', '192.0.2.3:25']);
    inventory.set([{ ...one, state: 'decommissioned' }, { ...two, state: 'maintenance' }, last ?? {}]);
    expectApplied(await lab.apply());
    expect([claimed(), checked()]).toEqual([['192.0.2.3'], ['192.0.2.3:25']]);
    await lab.settled();
    inventory.set([two ?? {}, last ?? {}]);
    expectApplied(await lab.apply());
    expect(claimed()).toEqual(['192.0.2.2', '192.0.2.3']);
    await lab.settled();
    expect(fake.broken).toEqual([]);
  });

  it('goes with its last server where it may be empty, and else keeps its last answer', async () => {
    lab.write('labels.yaml', labels.replace('port: 25 }', 'port: 25 }, allow_empty: true'));
    expectApplied(await lab.apply());
    const gone = three.map((server) => ({ ...server, state: 'decommissioned' }));
    inventory.set([...gone, { name: 'mx9', ips: ['192.0.2.9'] }]);
    lab.configure({ guards: { max_delete_percent: 100, min_existing: 1 } });
    await lab.apply();
    expect([claimed(), checked()]).toEqual([[], []]);
    inventory.set(three);
    lab.write('labels.yaml', labels);
    expectApplied(await lab.apply());
    inventory.set([...gone, { name: 'mx9', ips: ['192.0.2.9'] }]);
    const kept = await lab.apply();
    expect(kept.code).toBe(3);
    expect([claimed().length, checked().length]).toEqual([3, 3]);
    expect(fake.broken).toEqual([]);
  });

  it('takes another check, none, and the claim out of Git', async () => {
    expectApplied(await lab.apply());
    lab.write(
      'labels.yaml',
      labels.replace('port: 25', 'url: "https://{{server.ip}}/up", interval: 10s, string_match: ok'),
    );
    const { stdout } = await lab.run('plan');
    expect(stdout).toContain('checked tcp/25, each 30 s → https://ADDRESS/up, with "ok" in it, each 10 s: 3 stay');
    expect(stdout).toMatch(/other health checks: about 18\.00 USD a month more/);
    expectApplied(await lab.apply());
    expect(checked()).toEqual(['192.0.2.1:443', '192.0.2.2:443', '192.0.2.3:443']);
    await lab.settled();
    lab.write('labels.yaml', labels.replace(', health_check: { port: 25 }', ''));
    expectApplied(await lab.apply());
    expect(checked()).toEqual([]);
    await lab.settled();
    lab.write('labels.yaml', labels);
    expectApplied(await lab.apply());
    lab.write('labels.yaml', withoutClaim);
    expectApplied(await lab.apply());
    expect([claimed(), checked()]).toEqual([[], []]);
    await lab.settled();
    expect(fake.broken).toEqual([]);
  });

  it('goes by a reviewed plan, is verified, and is in no dump', async () => {
    const planFile = join(lab.folder, 'plan.json');
    await lab.plan('--out', planFile);
    expectApplied(await lab.apply('--plan', planFile));
    await lab.settled();
    const dumped = await lab.run('dump', '--target', 'aws', '--zone', 'example.com');
    expect(dumped.stdout).toContain('any:');
    expect(dumped.stdout).not.toContain('mail');
    expect(dumped.stderr).toContain(
      'mail.example.com. A (health-checked, which a claim can say and a zone file cannot)',
    );
    const [one] = fake.account.checks.values();
    if (one === undefined) throw new Error('there is no check');
    fake.account.checks.set(one.id, { ...one, config: { ...one.config, Port: 26 } });
    const { code, stdout } = await lab.run('verify');
    expect(code).toBe(4);
    expect(stdout).toContain('checked tcp/25, each 30 s');
    expectApplied(await lab.apply());
    await lab.settled();
    lab.configure({ zones: { 'lab.internal': { targets: ['aws'], static: 'none' } }, grants: [] });
    lab.write('labels.yaml', 'labels: {}\n');
    const args = ['example.com', '--target', 'aws', '--confirm', 'example.com', '--out', lab.folder];
    const deleted = await lab.run('zone', 'delete', ...args);
    expect(deleted.code, deleted.stdout + deleted.stderr).toBe(0);
    expect(readFileSync(join(lab.folder, 'example.com.zone'), 'utf8')).toContain(
      '; health-checked, which this file cannot say: mail.example.com. A (tcp/25, each 30 s)',
    );
    expect([claimed(), checked()]).toEqual([[], []]);
    expect(fake.broken).toEqual([]);
  });

  it('says what Route 53 cannot do as asked, and its exit code is 0', async () => {
    lab.write(
      'labels.yaml',
      labels.replace('port: 25', 'port: 25, timeout: 3s, when_all_down: { backup: [192.0.2.99] }'),
    );
    const planned = await lab.plan();
    expect(planned.code).toBe(0);
    const limited = planned.problems.filter(({ rule }) => rule.startsWith('health-check'));
    expect(limited).toMatchObject([{ rule: 'health-check-limited', severity: 'warning' }]);
    expect(limited[0]?.message).toMatch(/10 s for a TCP connection.*as if all were/);
    expectApplied(await lab.apply());
    await lab.settled();
  });

  it.each([
    ['CreateHealthCheck', 'before', 1],
    ['CreateHealthCheck', 'after', 1],
    ['CreateHealthCheck', 'after', 3],
    ['ChangeTagsForResource', 'before', 2],
    ['ChangeResourceRecordSets', 'before', 1],
    ['ChangeResourceRecordSets', 'after', 1],
    ['GetChange', 'before', 1],
    ['DeleteHealthCheck', 'before', 1],
    ['DeleteHealthCheck', 'after', 1],
  ] as const)(
    'killed at %s (%s it, the %i.), the next apply leaves no check without use',
    async (operation, when, count) => {
      expectApplied(await lab.apply());
      const [one, two] = three;
      inventory.set([one ?? {}, { ...two, ips: ['192.0.2.12'] }, { ...three[2], ips: ['192.0.2.13', '192.0.2.14'] }]);
      let pid = 0;
      let left = count;
      const config = join(lab.folder, 'hostmaster.yaml');
      const isClaims = () => fake.requests.some((each) => each.operation === 'CreateHealthCheck');
      fake.clear();
      fake.bend((asked, at) => {
        if (asked !== operation || at !== when || (operation !== 'CreateHealthCheck' && !isClaims())) return undefined;
        left -= 1;
        if (left > 0) return undefined;
        process.kill(pid, 'SIGKILL');
        return 'cut';
      });
      const ended = await hostmaster(['apply', '--yes', '--config', config], {
        onStart: (started) => {
          pid = started;
        },
      });
      expect(ended.code).toBe(-1);
      fake.bend(null);
      forgetUnanswered(lab.folder);
      expectApplied(await lab.apply());
      expect(claimed()).toEqual(['192.0.2.1', '192.0.2.12', '192.0.2.13', '192.0.2.14']);
      expect(checked()).toEqual(['192.0.2.12:25', '192.0.2.13:25', '192.0.2.14:25', '192.0.2.1:25']);
      await lab.settled();
      expect(fake.broken).toEqual([]);
    },
  );

  it('killed before its record sets, and the claim then taken out of Git, leaves no check', async () => {
    let pid = 0;
    const config = join(lab.folder, 'hostmaster.yaml');
    fake.bend((operation) => {
      const isThere = fake.account.checks.size === 3 && operation === 'ChangeResourceRecordSets';
      if (!isThere) return undefined;
      process.kill(pid, 'SIGKILL');
      return 'cut';
    });
    await hostmaster(['apply', '--yes', '--config', config], {
      onStart: (started) => {
        pid = started;
      },
    });
    fake.bend(null);
    forgetUnanswered(lab.folder);
    expect(checked()).toHaveLength(3);
    lab.write('labels.yaml', withoutClaim);
    expectApplied(await lab.apply());
    expect([claimed(), checked()]).toEqual([[], []]);
    expect(fake.broken).toEqual([]);
  });
});

describe('on moto', () => {
  let moto: Moto;
  let inventory: InventoryServer;

  beforeAll(async () => {
    inventory = await startInventory(three);
    moto = await startMoto();
  });
  afterAll(async () => {
    await inventory.stop();
    await moto.stop();
  });

  // moto takes no DELETE and CREATE of a record set that stays as it is, so that all addresses change.
  it('comes, changes, goes and is settled each time', async () => {
    const lab = labAt(moto.url, inventory);
    expectApplied(await lab.apply());
    await lab.settled();
    inventory.set(three.map((server, i) => ({ ...server, ips: [`192.0.2.${i + 11}`] })));
    expectApplied(await lab.apply());
    await lab.settled();
    lab.write('labels.yaml', withoutClaim);
    expectApplied(await lab.apply());
    await lab.settled();
  });
});
