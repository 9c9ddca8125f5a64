import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from '../cli/here.ts';
import type { Ended } from '../command.ts';
import { create, type Outsider, outsiderAt, plain, remove, upsert } from '../providers/route53/outside.ts';
import { startMoto } from '../servers/moto.ts';
import { type Route53Fake, startRoute53Fake } from '../servers/route53-fake/index.ts';
import { makeRepository, type Repository } from './target-repository.ts';

// Invariants 4, 5, 8, 9 and 10 on Route 53, by the command: what somebody else has changed since the plan is not
// overwritten, what is not ours is left alone, and a second run is empty.

const fileOf = (address: string, more = ''): string =>
  `www: {type: A, ttl: 300, value: ${address}}\nold: {type: A, ttl: 300, value: 192.0.2.3}\n${more}`;

const repositoryAt = (endpoint: string, zone: string): Repository =>
  makeRepository({
    targets: {
      aws: { provider: 'route53', endpoint, verify: 'api', requests_per_second: 1_000, burst: 1_000, sync_wait: '2s' },
    },
    zones: { [zone]: { create: true } },
    files: { [zone]: fileOf('192.0.2.1') },
    guards: { max_delete_percent: 100, max_replace_percent: 100 },
  });

let zones = 0;

/** A zone that stands as its file says, and a file that wants more. */
const sceneAt = async (endpoint: string) => {
  zones += 1;
  const zone = `moved${zones}.test`;
  const repository = repositoryAt(endpoint, zone);
  const run = (...args: readonly string[]): Promise<Ended> => runHere([...args, '--config', repository.config]);
  expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
  repository.write(
    `zones/${zone}.yaml`,
    fileOf('192.0.2.2', 'new: {type: A, ttl: 300, value: 192.0.2.4}\n').replace(/^old.*\n/m, ''),
  );
  return { zone, www: `www.${zone}.`, repository, run };
};

/** What somebody else makes of the A of www. */
const moves = [
  ['another value', 300, ['192.0.2.77']],
  ['one more value', 300, ['192.0.2.1', '192.0.2.77']],
  ['another TTL alone', 301, ['192.0.2.1']],
] as const;

const heldIn = async (outsider: Outsider, zone: string): Promise<readonly string[]> =>
  (await outsider.sets(`${zone}.`))
    .filter(({ Type }) => Type !== 'SOA' && Type !== 'NS')
    .map(({ Name = '', ResourceRecords = [], TTL, Type }) =>
      [Name.slice(0, Name.indexOf('.')), TTL, Type, ...ResourceRecords.map(({ Value }) => Value)].join(' '),
    );

describe.each(["moto's server", 'the fake with its limits'] as const)('on %s', (what) => {
  let server: { readonly url: string; stop(): Promise<void> };
  let outsider: Outsider;
  let scene: Awaited<ReturnType<typeof sceneAt>>;

  beforeAll(async () => {
    server =
      what === "moto's server"
        ? await startMoto()
        : await startRoute53Fake({
            rate: { perSecond: 1_000, burst: 1_000 },
            operations: {},
            pending: 0,
            processing: 5,
          });
    outsider = outsiderAt(server.url);
  }, 300_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    scene = await sceneAt(server.url);
  });

  it('plan, apply and verify agree, and a second run is empty', async () => {
    const { run, zone, repository } = scene;
    const planned = await run('plan', '--exit-code');
    expect(planned).toMatchObject({ code: 2 });
    const applied = await run('apply', '--yes');
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout).toContain('Applied: 3 changes in 1 zone.');
    expect(await heldIn(outsider, zone)).toEqual(['new 300 A 192.0.2.4', 'www 300 A 192.0.2.2']);
    expect(await run('plan', '--exit-code', '--full')).toMatchObject({ code: 0 });
    expect(await run('verify')).toMatchObject({ code: 0 });
    await outsider.change(`${zone}.`, upsert(plain(scene.www, 'A', 300, '192.0.2.99')));
    const differs = await run('verify');
    expect(differs.code).toBe(4);
    expect(differs.stdout).toContain(
      `aws, read back: ${scene.www} A differs: expected 300 192.0.2.2; answered 300 192.0.2.99`,
    );
    expect((await run('dump', '--target', 'aws', '--zone', zone)).stdout).toContain('192.0.2.99');
    expect(repository.read(`zones/${zone}.yaml`)).toContain('192.0.2.2');
  });

  it.each(moves)('a reviewed plan is refused where somebody else has written %s', async (_, ttl, values) => {
    const { repository, run, www, zone } = scene;
    const plan = join(repository.folder, 'plan.json');
    expect(await run('plan', '--out', plan)).toMatchObject({ code: 0 });
    await outsider.change(`${zone}.`, upsert(plain(www, 'A', ttl, ...values)));
    const { code, stderr } = await run('apply', '--yes', '--plan', plan);
    expect(stderr).toContain(`${zone}. at aws: ${www} A`);
    expect(code).toBe(3);
    expect(await heldIn(outsider, zone)).toEqual(['old 300 A 192.0.2.3', `www ${ttl} A ${values.join(' ')}`]);
  });

  it('a reviewed plan is refused where somebody else has made the same name, or deleted one', async () => {
    const { repository, run, www, zone } = scene;
    const plan = join(repository.folder, 'plan.json');
    await run('plan', '--out', plan);
    await outsider.change(`${zone}.`, remove(plain(www, 'A', 300, '192.0.2.1')));
    await outsider.change(`${zone}.`, create(plain(`new.${zone}.`, 'A', 300, '192.0.2.4')));
    const { code, stderr } = await run('apply', '--yes', '--plan', plan);
    expect(code).toBe(3);
    expect(stderr).toContain(`new.${zone}. A`);
    expect(stderr).toContain(`${www} A`);
    expect(await heldIn(outsider, zone)).toEqual(['new 300 A 192.0.2.4', 'old 300 A 192.0.2.3']);
  });

  it('record sets of a kind of their own are left alone, said, and in the way only of their own name and type', async () => {
    const { run, repository, zone } = scene;
    const alias = { HostedZoneId: 'Z2', DNSName: 'lb.example.net.', EvaluateTargetHealth: false };
    const weighted = { ...plain(`shared.${zone}.`, 'A', 60, '192.0.2.50'), SetIdentifier: 'blue', Weight: 10 };
    await outsider.change(
      `${zone}.`,
      create({ Name: `new.${zone}.`, Type: 'AAAA', AliasTarget: alias }),
      create(weighted),
    );
    const before = (await run('plan', '--format', 'json')).stdout;
    expect(JSON.parse(before).changesets[0].unmanaged.slice(2)).toEqual([
      {
        name: `new.${zone}.`,
        type: 'Route53Provider/ALIAS',
        kind: 'alias',
        why: 'alias of Route 53 that the zone file does not state: AAAA lb.example.net. false Z2',
      },
      { name: `shared.${zone}.`, type: 'A', kind: 'unreadable', why: expect.stringContaining('weighted 10 "blue"') },
    ]);
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    const sets = await outsider.sets(`${zone}.`);
    expect(sets.find(({ AliasTarget }) => AliasTarget !== undefined)?.AliasTarget).toMatchObject(alias);
    expect(sets.find(({ SetIdentifier }) => SetIdentifier === 'blue')?.Weight).toBe(10);
    repository.write(`zones/${zone}.yaml`, fileOf('192.0.2.5', 'new: {type: TXT, value: x}\n'));
    await run('apply', '--yes');
    expect(await heldIn(outsider, zone)).toEqual(
      expect.arrayContaining(['new  AAAA', 'new 3600 TXT "x"', 'www 300 A 192.0.2.5']),
    );
    repository.write(
      `zones/${zone}.yaml`,
      fileOf('192.0.2.5', 'shared: {type: A, ttl: 60, value: 192.0.2.6}\nnew: {type: CNAME, ttl: 60, value: www}\n'),
    );
    const conflict = await run('plan');
    expect(conflict.code).toBe(1);
    expect(`${conflict.stdout}${conflict.stderr}`).toContain(`shared.${zone}. A: what exists there cannot be read`);
    expect(`${conflict.stdout}${conflict.stderr}`).toContain(
      'a CNAME cannot stand beside the Route53Provider/ALIAS that is left alone',
    );
  });
});

describe('while apply writes', () => {
  let fake: Route53Fake;
  let outsider: Outsider;
  beforeAll(async () => {
    fake = await startRoute53Fake({
      rate: { perSecond: 1_000, burst: 1_000 },
      operations: {},
      pending: 0,
      processing: 5,
    });
    outsider = outsiderAt(fake.url);
  });
  afterAll(() => fake.stop());

  /** Somebody else's write between our last read and our batch. */
  const between = (name: string, ttl: number, values: readonly string[]): void => {
    let done = false;
    fake.bend((operation, when) => {
      if (operation !== 'ChangeResourceRecordSets' || when !== 'before' || done) return undefined;
      done = true;
      for (const { sets } of fake.account.zones.values()) {
        for (const [key, set] of sets)
          if (set.name === name && set.type === 'A') sets.set(key, { ...set, ttl, values });
      }
      return undefined;
    });
  };

  it.each(moves)('a batch is refused that comes just after somebody else has written %s', async (_, ttl, values) => {
    const { run, www, zone } = await sceneAt(fake.url);
    between(www, ttl, values);
    const { code, stdout } = await run('apply', '--yes');
    fake.bend(null);
    expect(stdout).toMatch(/^moved\d+\.test\. at aws: .*www\.moved\d+\.test\. A.*nothing .*plan again$/m);
    expect(code).toBe(3);
    expect(await heldIn(outsider, zone)).toEqual(['old 300 A 192.0.2.3', `www ${ttl} A ${values.join(' ')}`]);
  });

  it('a batch whose answer is lost is read back, and not sent again', async () => {
    const { run, zone } = await sceneAt(fake.url);
    fake.clear();
    fake.bend((operation, when) => (operation === 'ChangeResourceRecordSets' && when === 'after' ? 'cut' : undefined));
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    fake.bend(null);
    expect(fake.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets')).toHaveLength(1);
    expect(await heldIn(outsider, zone)).toEqual(['new 300 A 192.0.2.4', 'www 300 A 192.0.2.2']);
  });
});
