import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factory as embedded } from '../../providers/embedded/index.ts';
import { providerLookup } from '../../src/cli/providers.ts';
import type { Definitions } from '../../src/model/definitions.ts';
import { HostmasterError } from '../../src/model/errors.ts';
import { type Plan, planDigest } from '../../src/model/plan.ts';
import { refuseUnfit } from '../../src/pass/planfile/index.ts';
import { checkPlan, validate } from '../../src/pass.ts';
import { runHere } from '../cli/here.ts';
import { freePort, type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, expectPlain, makeZone, rrset, serialOf } from './zone.ts';

// Invariant 6: what was reviewed is what is applied. A plan file is data from a stranger, who can compute a digest: whatever
// stands in it, it is a plan for the zones that are configured, or nothing is written.

/** With a digest that fits, where it has the shape for one. */
const digested = (plan: Plan): Plan => {
  try {
    return { ...plan, digest: planDigest(plan.changesets, plan.atomic_sets) };
  } catch {
    return plan;
  }
};

describe('invariant 6: a plan of an embedded target, changed at every place of it', () => {
  let repository: Repository;
  let planFile: string;
  let plan: Plan;
  const settings = (port: number) => ({
    targets: {
      try: { provider: 'embedded', listen: `127.0.0.1:${port}`, file: 'data/zones.sqlite', verify_wait: '200ms' },
    },
    zones: { 'one.test': {}, 'two.test': {}, '2.0.192.in-addr.arpa': { static: 'none' } },
    guards: { max_delete_percent: 100, max_replace_percent: 100, min_existing: 100 },
    more: {
      state: 'data/state.sqlite',
      inventory: { lab: { type: 'file', path: 'servers.json' } },
      registration: { zone: 'one.test', ttl: 300, reverse: true },
    },
  });
  const create = { create: { ns: ['ns1.one.test.'] } };
  const servers = (...names: readonly string[]): string =>
    JSON.stringify({ servers: names.map((name, i) => ({ name, ips: [`192.0.2.1${i}`] })), total: names.length });
  const data = (name: string): string => join(repository.folder, name);
  const run = (...args: readonly string[]) => runHere([...args, '--config', repository.config]);

  beforeAll(async () => {
    const port = await freePort();
    const { targets, zones, guards, more } = settings(port);
    const made = Object.fromEntries(Object.entries(zones).map(([name, zone]) => [name, { ...zone, ...create }]));
    repository = makeRepository({ targets, zones: made, guards, more });
    planFile = data('plan.json');
    repository.write('servers.json', servers('web1'));
    repository.write(
      'zones/one.test.yaml',
      'old: {type: A, value: 192.0.2.1}\nwww: {type: A, value: 192.0.2.2}\nmail: {type: MX, value: 10 www.one.test.}\n',
    );
    repository.write('zones/two.test.yaml', 'www: {type: TXT, value: one}\n');
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    await withStranger();
    repository.write('servers.json', servers('web1', 'web2'));
    repository.write(
      'zones/one.test.yaml',
      'www: {type: A, values: [192.0.2.2, 192.0.2.3]}\nmail: {type: MX, value: 10 www.one.test.}\n',
    );
    repository.write('zones/two.test.yaml', 'www: {type: TXT, value: one}\nnew: {type: TXT, value: two}\n');
    expect(await run('plan', '--out', planFile)).toMatchObject({ code: 0 });
    plan = JSON.parse(readFileSync(planFile, 'utf8'));
    cpSync(data('data'), data('kept'), { recursive: true });
  });

  /** What the target holds, and what no one here may touch: a zone that hostmaster.yaml does not have. */
  const opened = () =>
    embedded.open({
      config: { listen: '127.0.0.1:0', file: data('data/zones.sqlite') },
      secrets: {},
      folder: repository.folder,
    });
  const stranger = { name: 'stranger.test.', view: null };
  const withStranger = async (): Promise<void> => {
    const provider = await opened();
    await provider.createZone(stranger, { kind: 'Native', ns: ['ns1.stranger.test.'], soa_edit_api: 'INCREASE' });
    await provider.close?.();
  };
  type Content = Readonly<Record<string, readonly string[]>>;
  const contentNow = async (): Promise<Content> => {
    const provider = await opened();
    const zones = await provider.listZones();
    const entries = await Promise.all(
      zones.map(async ({ name }) => {
        const read = await provider.read({ name, view: null });
        const rrsets = read.status === 'read' ? read.rrsets : [];
        // The SOA's serial moves with every write.
        return [
          name,
          rrsets
            .map((each) => `${each.name} ${each.type} ${each.ttl} ${each.values.map(({ rdata }) => rdata).join(', ')}`)
            .sort(),
        ] as const;
      }),
    );
    await provider.close?.();
    return Object.fromEntries(entries);
  };
  const restored = (): void => {
    rmSync(data('data'), { recursive: true });
    cpSync(data('kept'), data('data'), { recursive: true });
  };
  /** What a plan says that the zones hold once it is applied; SOAs left out. */
  const withoutSoa = (content: Content): Content =>
    Object.fromEntries(
      Object.entries(content).map(([zone, lines]) => [zone, lines.filter((line) => !line.startsWith(`${zone} SOA `))]),
    );
  const after = (content: Content, { changesets }: Plan): Content => {
    const zones = new Map(Object.entries(withoutSoa(content)).map(([zone, lines]) => [zone, [...lines]]));
    for (const { zone, changes } of changesets) {
      for (const change of changes) {
        const rest = (zones.get(zone) ?? []).filter((line) => !line.startsWith(`${change.name} ${change.type} `));
        const line =
          change.after &&
          `${change.name} ${change.type} ${change.after.ttl} ${change.after.values.map(({ rdata }) => rdata).join(', ')}`;
        zones.set(zone, line === null ? rest : [...rest, line].sort());
      }
    }
    return Object.fromEntries(zones);
  };
  const applied = async (odd: unknown) => {
    writeFileSync(planFile, JSON.stringify(odd));
    return run('apply', '--yes', '--plan', planFile);
  };

  type Path = readonly string[];
  /** Every place of the plan. */
  const placesIn = (value: unknown, at: Path = []): readonly Path[] =>
    value === null || typeof value !== 'object'
      ? []
      : Object.entries(value).flatMap(([key, part]) => [[...at, key], ...placesIn(part, [...at, key])]);
  /** What is put in the place of a value; undefined: nothing. */
  const othersOf = (value: unknown): readonly unknown[] => [
    undefined,
    null,
    ...(typeof value === 'string'
      ? [7, '', `${value}x`, 'two.test.', 'www.one.test.', '192.0.2.9', '__proto__', 'A', 'NS', 'delete']
      : []),
    ...(typeof value === 'number' ? ['7', -1, 0, value + 1, 0.5, 2 ** 31] : []),
    ...(typeof value === 'boolean' ? [!value, 'true'] : []),
    ...(Array.isArray(value) ? [{}, [], [...value, ...value.slice(0, 1)], value.toReversed()] : []),
    ...(value !== null && typeof value === 'object' && !Array.isArray(value) ? [[], {}, 'x'] : []),
    ...(value === null
      ? [{}, 'x', { ttl: 300, values: [{ rdata: '192.0.2.9', origins: [] }], health_check: null }]
      : []),
  ];
  const mutated = (path: Path, other: unknown): Plan => {
    const copy = structuredClone(plan);
    const [last = '', ...before] = path.toReversed();
    const parent = before.toReversed().reduce<unknown>((node, key) => Reflect.get(Object(node), key), copy);
    if (other === undefined && Array.isArray(parent)) parent.splice(Number(last), 1);
    else if (other === undefined) Reflect.deleteProperty(Object(parent), last);
    else Reflect.set(Object(parent), last, other);
    return digested(copy);
  };

  const checkedOrWhyNot = (odd: Plan, definitions: Definitions): Plan | string => {
    try {
      const checked = checkPlan(JSON.parse(JSON.stringify(odd)));
      refuseUnfit(checked, definitions);
      return checked;
    } catch (error) {
      return error instanceof HostmasterError ? error.code : String(error);
    }
  };
  /** Places of one kind: in whichever changeset and change they are. */
  const kindOf = (path: Path): string => path.map((key) => (/^[0-9]+$/.test(key) ? '*' : key)).join('.');

  it('is refused before a write, or does what it says in the zones that are configured, and nothing else', async () => {
    const before = await contentNow();
    const definitions = await validate(
      { config: repository.config, allow: [], full: false, serve: false },
      providerLookup(),
    );
    const passing = new Map<string, Plan>();
    let refused = 0;
    let harmless = 0;
    for (const path of placesIn(plan)) {
      const value = path.reduce<unknown>((node, key) => Reflect.get(Object(node), key), plan);
      for (const other of othersOf(value)) {
        const odd = checkedOrWhyNot(mutated(path, other), definitions);
        if (typeof odd === 'string') {
          expect(odd, `${path.join('.')}: ${JSON.stringify(other)}`).toBe('PLAN_FILE');
          refused += 1;
        } else if (planDigest(odd.changesets, odd.atomic_sets) === plan.digest) harmless += 1;
        else passing.set(`${kindOf(path)} ${JSON.stringify(other)?.slice(0, 20)}`, odd);
      }
    }
    expect(refused).toBeGreaterThan(500);
    expect(harmless).toBeGreaterThan(100);
    expect(passing.size).toBeGreaterThan(10);
    for (const [kind, odd] of passing) {
      const { code, stderr } = await applied(odd);
      const now = await contentNow();
      if (code === 0) expect(withoutSoa(now), kind).toEqual(after(before, odd));
      else {
        expect(stderr, kind).toMatch(/nothing was written/);
        expect(now, kind).toEqual(before);
      }
      restored();
    }
  });

  it('is applied whole, where only what is told about it was changed', async () => {
    const before = await contentNow();
    const told = { ...plan, targets: [], problems: [], inventory: {}, config_commit: null, dirty: true, later: 1 };
    expect(await applied(told)).toMatchObject({ code: 0 });
    expect(withoutSoa(await contentNow())).toEqual(after(before, plan));
    restored();
  });
});

describe('invariant 6: a plan of PowerDNS that a stranger made', () => {
  let pdns: PowerDns;
  let repository: Repository;
  let genuine: Plan;
  const zones = ['one.test.', 'listed.test.', 'stranger.test.'] as const;
  const serials = () => Promise.all(zones.map((zone) => serialOf(pdns, zone)));
  const run = (...args: readonly string[]) => runHere([...args, '--config', repository.config]);

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    repository = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { 'one.test': { ignore: [{ name: 'manual.**' }] }, 'listed.test': { owns: 'listed' } },
    });
    for (const zone of zones) {
      await makeZone(
        pdns,
        zone,
        ['www', 'other', 'manual.a'].map((name) => rrset(`${name}.${zone}`, 'A', '192.0.2.1')),
      );
    }
    const rest = 'other: {type: A, ttl: 300, value: 192.0.2.1}\n';
    for (const zone of ['one.test', 'listed.test']) {
      repository.write(`zones/${zone}.yaml`, `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.2}\n${rest}`);
    }
    expect(await run('plan', '--out', join(repository.folder, 'plan.json'))).toMatchObject({ code: 0 });
    genuine = JSON.parse(repository.read('plan.json'));
  });
  afterAll(() => pdns?.stop());

  const side = (...rdatas: readonly string[]) => ({
    ttl: 300,
    values: rdatas.map((rdata) => ({ rdata, origins: [] })),
    health_check: null,
  });
  type Sides = readonly [before: ReturnType<typeof side> | null, after: ReturnType<typeof side> | null];
  const change = (name: string, type: string, ...[before, after]: Sides) => {
    const action = before === null ? ('create' as const) : after === null ? ('delete' as const) : ('replace' as const);
    return { action, name, type, before, after };
  };
  const planOf = (zone: string, changes: Plan['changesets'][number]['changes'], more: object = {}): Plan =>
    digested({
      ...genuine,
      changesets: genuine.changesets.slice(0, 1).map((each) => ({ ...each, zone, changes, ...more })),
    });
  const heritage = '"heritage=external-dns,external-dns/owner=k8s-a,external-dns/resource=x"';

  it.each<[string, () => Plan, number, string]>([
    [
      'a zone that hostmaster.yaml does not have',
      () => planOf('stranger.test.', [change('x.stranger.test.', 'A', null, side('192.0.2.9'))]),
      1,
      'does not have the zone of stranger.test.',
    ],
    [
      'the apex NS of another zone',
      () =>
        planOf('stranger.test.', [change('stranger.test.', 'NS', side('ns1.example.net.', 'ns2.example.net.'), null)]),
      1,
      'would leave the zone without it',
    ],
    [
      'the apex NS',
      () => planOf('one.test.', [change('one.test.', 'NS', side('ns1.example.net.', 'ns2.example.net.'), null)]),
      1,
      'would leave the zone without it',
    ],
    [
      'no values',
      () => planOf('one.test.', [change('www.one.test.', 'A', side('192.0.2.1'), side())]),
      1,
      'has no values',
    ],
    [
      'what ExternalDNS has',
      () => planOf('one.test.', [change('app.one.test.', 'A', side('203.0.113.1', '203.0.113.2'), side('192.0.2.9'))]),
      1,
      'is not ours (foreign: ExternalDNS owner k8s-a)',
    ],
    [
      "ExternalDNS's mark",
      () => planOf('one.test.', [change('app.one.test.', 'TXT', side(heritage), null)]),
      1,
      'is not ours (foreign',
    ],
    [
      'what is ignored',
      () => planOf('one.test.', [change('manual.a.one.test.', 'A', side('192.0.2.1'), null)]),
      1,
      'is of what hostmaster.yaml ignores (manual.**)',
    ],
    [
      'what nobody says that we wrote',
      () => planOf('listed.test.', [change('manual.a.listed.test.', 'A', side('192.0.2.1'), null)]),
      1,
      'is not ours (owns: listed',
    ],
    ['a zone that is there, made anew', () => planOf('one.test.', [], { create_zone: true }), 1, '"create" is not set'],
    [
      'code',
      () => planOf('one.test.', [change('x.one.test.', 'LUA', null, side('A "ifportup(1, {\'192.0.2.1\'})"'))]),
      1,
      '"allow_lua" is not set',
    ],
    [
      'the apex NS, moved',
      () =>
        planOf('one.test.', [
          change('one.test.', 'NS', side('ns1.example.net.', 'ns2.example.net.'), side('ns.example.org.')),
        ]),
      3,
      '--allow delegation:one.test./pdns:one.test.',
    ],
    [
      'another before',
      () => planOf('one.test.', [change('www.one.test.', 'A', side('192.0.2.7'), side('192.0.2.9'))]),
      3,
      'the plan is stale',
    ],
  ])('is refused in one line and writes nothing: %s', async (_what, make, expected, words) => {
    const before = await serials();
    repository.write('plan.json', JSON.stringify(make()));
    const ended = await run('apply', '--yes', '--plan', join(repository.folder, 'plan.json'));
    expectPlain(pdns, ended);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).toContain('nothing was written');
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.code).toBe(expected);
    expect(await serials()).toEqual(before);
  });

  it('is refused by a guard until the same is allowed again', async () => {
    const file = join(repository.folder, 'plan.json');
    repository.write('zones/one.test.yaml', apexYaml);
    const allow = ['--allow', 'never_empty:one.test./pdns'];
    expect(await run('plan', '--zone', 'one.test', '--out', file, ...allow)).toMatchObject({ code: 0 });
    const before = await serials();
    const refused = await run('apply', '--yes', '--plan', file);
    expect(refused.stderr).toContain(
      'the plan is refused, and nothing was written: one.test. at pdns: never_empty withholds',
    );
    expect(refused.stderr).toContain('--allow never_empty:one.test./pdns lets it through');
    expect(refused.code).toBe(3);
    expect(await serials()).toEqual(before);
    expect(await run('apply', '--yes', '--plan', file, ...allow)).toMatchObject({ code: 0 });
    expect(await serials()).not.toEqual(before);
  });
});
