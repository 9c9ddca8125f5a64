import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../faults/target-repository.ts';
import { type PowerDns, startPowerDns, startProxy, uncached } from '../servers/index.ts';
import { type InventoryEntry, type InventoryServer, startInventory } from '../servers/inventory.ts';
import { answerOf, expectApplied, type Lab, makeLab, reverseOf } from './inventory/lab.ts';
import { alwaysOneOf, type Look, startWatch } from './inventory/watch.ts';

// Servers come, move and go, by the real command on a real PowerDNS, read over DNS.

const labels = `
labels:
  web:
    dns:
      records:
        - { type: A, name: "{{server.name}}.hosts.lab.internal" }
        - { type: TXT, name: "{{server.name}}.lab.internal", value: "rack {{server.rack}}" }
      claims:
        - { name: www.example.com, type: A }
        - { name: www.example.com, type: AAAA }
        - { name: checked.example.com, type: A, health_check: { port: 9 } }
`;
const groups = `
groups:
  prod-web:
    match: { labels: [web], environment: prod }
    dns:
      claims:
        - { name: prod.example.com, type: A }
`;

type Server = InventoryEntry & { readonly name: string; readonly ips: readonly string[] };
const serverOf = (name: string, host: number, more: InventoryEntry = {}): Server => ({
  name,
  ips: [`127.0.0.${host}`, `2001:db8::${host}`],
  labels: ['web'],
  environment: 'prod',
  rack: `r${host}`,
  ...more,
});

describe.each(['sqlite', 'pgsql'] as const)('on PowerDNS with %s', (backend) => {
  let pdns: PowerDns;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let inventory: InventoryServer;
  let lab: Lab;
  const ask = (name: string, type = 'A') => answerOf(pdns.dns, name, type);
  const writesSlowly = (isSlow: boolean): void =>
    proxy.handle(isSlow ? async ({ method }) => (method === 'PATCH' ? { kind: 'delay', ms: 150 } : undefined) : null);

  beforeAll(async () => {
    pdns = await startPowerDns({
      backend,
      settings: { 'enable-lua-records': 'yes', 'lua-health-checks-interval': '1', ...uncached },
    });
    proxy = await startProxy(pdns.url);
    inventory = await startInventory();
    lab = makeLab({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }) },
      zones: {
        'lab.internal': {},
        'example.com': {},
        '0.0.127.in-addr.arpa': {},
        '8.b.d.0.1.0.0.2.ip6.arpa': {},
      },
      config: {
        inventory: { lab: { type: 'http', url: inventory.url, interval: '1s' } },
        // A zone of three servers: one of them is over 30 % of it.
        guards: { max_delete_percent: 100, max_replace_percent: 100 },
        registration: { zone: 'lab.internal', ttl: 300, reverse: true },
        grants: [
          { label: 'web', names: ['*.lab.internal', '*.hosts.lab.internal'], types: ['A', 'AAAA', 'TXT'] },
          { label: 'web', names: ['*.example.com'], types: ['A', 'AAAA'] },
          { group: 'prod-web', names: ['prod.example.com'], types: ['A'], cidrs: ['127.0.0.0/8'] },
        ],
      },
      files: { 'labels.yaml': labels, 'groups.yaml': groups },
    });
  });
  afterAll(async () => {
    await Promise.all([pdns?.stop(), proxy?.stop(), inventory?.stop()]);
  });

  it('a server that comes has A, AAAA and PTR', async () => {
    inventory.set([serverOf('web1', 11), serverOf('web2', 12)]);
    expectApplied(await lab.apply());
    expect(await ask('web1.lab.internal')).toBe('NOERROR 300 127.0.0.11');
    expect(await ask('web1.lab.internal', 'AAAA')).toBe('NOERROR 300 2001:db8::11');
    expect(await ask(reverseOf('127.0.0.11'), 'PTR')).toBe('NOERROR 300 web1.lab.internal.');
    expect(await ask(reverseOf('2001:db8::11'), 'PTR')).toBe('NOERROR 300 web1.lab.internal.');
    expect(await ask('web1.lab.internal', 'TXT')).toBe('NOERROR 300 "rack r11"');
    await lab.settled();
  });

  it('a label and a group are round-robins', async () => {
    inventory.set([serverOf('web1', 11), serverOf('web2', 12), serverOf('web3', 13)]);
    expectApplied(await lab.apply());
    const all = 'NOERROR 60 127.0.0.11 60 127.0.0.12 60 127.0.0.13';
    for (const name of ['www', 'prod', 'checked']) expect(await ask(`${name}.example.com`)).toBe(all);
    expect(await ask('www.example.com', 'AAAA')).toBe('NOERROR 60 2001:db8::11 60 2001:db8::12 60 2001:db8::13');
    await lab.settled();
  });

  it('an address changes everywhere in one apply, without a wrong answer in between', async () => {
    inventory.set([serverOf('web1', 21), serverOf('web2', 12), serverOf('web3', 13)]);
    const [web1, hosts1] = ['web1.lab.internal', 'web1.hosts.lab.internal'];
    const noError = (...values: readonly string[]) => ['NOERROR', ...values].join(' ');
    const moved = (name: string, type: string, pre: string, ...rest: readonly string[]): Look =>
      alwaysOneOf(name, type, noError(...[`${pre}11`, ...rest].sort()), noError(...[`${pre}21`, ...rest].sort()));
    const claims = ['www', 'prod', 'checked'].map((name) => `${name}.example.com`);
    const others = ['127.0.0.12', '127.0.0.13'];
    const still = [
      ...[12, 13].flatMap((host) => {
        const name = `web${host - 10}.lab.internal`;
        return [
          alwaysOneOf(name, 'A', noError(`127.0.0.${host}`)),
          alwaysOneOf(name, 'AAAA', noError(`2001:db8::${host}`)),
          alwaysOneOf(reverseOf(`127.0.0.${host}`), 'PTR', noError(`${name}.`)),
          alwaysOneOf(reverseOf(`2001:db8::${host}`), 'PTR', noError(`${name}.`)),
        ];
      }),
    ];
    const watch = startWatch(pdns.dns, [
      moved(web1, 'A', '127.0.0.'),
      moved(web1, 'AAAA', '2001:db8::'),
      moved(hosts1, 'A', '127.0.0.'),
      ...claims.map((name) => moved(name, 'A', '127.0.0.', ...others)),
      moved('www.example.com', 'AAAA', '2001:db8::', '2001:db8::12', '2001:db8::13'),
      ...still,
      inOrder(web1, 'A', '127.0.0.11', '127.0.0.21', claims),
      inOrder(web1, 'AAAA', '2001:db8::11', '2001:db8::21', ['www.example.com']),
    ]);
    await watch.round();
    writesSlowly(true);
    expectApplied(await lab.apply());
    writesSlowly(false);
    await watch.round();
    const { rounds, seen, wrong } = await watch.stop();
    expect(wrong).toEqual([]);
    expect(rounds).toBeGreaterThan(5);
    expect(seen.get(`${reverseOf('127.0.0.21')} PTR`)).toEqual(['NXDOMAIN', `NOERROR ${web1}.`]);
    expect(seen.get(`${reverseOf('127.0.0.11')} PTR`)).toEqual([`NOERROR ${web1}.`, 'NXDOMAIN']);
    for (const name of claims) expect(await ask(name)).toBe('NOERROR 60 127.0.0.12 60 127.0.0.13 60 127.0.0.21');
    expect(await ask(hosts1)).toBe('NOERROR 300 127.0.0.21');
    await lab.settled();
  });

  it('an address changes by a plan that was reviewed, and again by the next apply', async () => {
    const file = join(lab.folder, 'plan.json');
    inventory.set([serverOf('web1', 31), serverOf('web2', 12), serverOf('web3', 13)]);
    expect(await lab.run('plan', '--out', file)).toMatchObject({ code: 0 });
    expect(await lab.run('apply', '--plan', file, '--yes')).toMatchObject({ code: 0 });
    const claims = ['www', 'prod', 'checked'].map((name) => `${name}.example.com`);
    for (const name of claims) expect(await ask(name)).toBe('NOERROR 60 127.0.0.12 60 127.0.0.13 60 127.0.0.31');
    inventory.set([serverOf('web1', 21), serverOf('web2', 12), serverOf('web3', 13)]);
    expectApplied(await lab.apply());
    for (const name of claims) expect(await ask(name)).toBe('NOERROR 60 127.0.0.12 60 127.0.0.13 60 127.0.0.21');
    expect(await ask(reverseOf('127.0.0.31'), 'PTR')).toBe('NXDOMAIN');
    await lab.settled();
  });

  it('a server in maintenance leaves the claims, one that is decommissioned goes at once', async () => {
    inventory.set([
      serverOf('web1', 21, { state: 'maintenance' }),
      serverOf('web2', 12),
      serverOf('web3', 13, { state: 'decommissioned' }),
    ]);
    expectApplied(await lab.apply());
    for (const name of ['www', 'prod', 'checked'])
      expect(await ask(`${name}.example.com`)).toBe('NOERROR 60 127.0.0.12');
    expect(await ask('web1.lab.internal')).toBe('NOERROR 300 127.0.0.21');
    for (const [name, type] of [
      ['web3.lab.internal', 'A'],
      ['web3.lab.internal', 'AAAA'],
      [reverseOf('127.0.0.13'), 'PTR'],
      [reverseOf('2001:db8::13'), 'PTR'],
    ] as const) {
      expect(await ask(name, type)).toBe('NXDOMAIN');
    }
    await lab.settled();
  });

  it('a claim keeps its last answer when its last server is decommissioned, and the plan says why', async () => {
    inventory.set([serverOf('web1', 21, { state: 'maintenance' }), serverOf('web2', 12, { state: 'decommissioned' })]);
    const { code, changesets } = await lab.apply();
    const withheld = changesets.flatMap((each) => each.withheld);
    expect(code).toBe(3);
    expect([...new Set(withheld.map(({ guard, name }) => `${guard} ${name}`))].sort()).toEqual([
      'never_empty checked.example.com.',
      'never_empty prod.example.com.',
      'never_empty www.example.com.',
    ]);
    for (const name of ['www', 'prod', 'checked'])
      expect(await ask(`${name}.example.com`)).toBe('NOERROR 60 127.0.0.12');
    expect(await ask('web2.lab.internal')).toBe('NXDOMAIN');
  });
});

/** New PTR before new address before claims before the old PTR goes: each is asked after what must come after it. */
const inOrder =
  (name: string, type: string, before: string, after: string, claims: readonly string[]): Look =>
  async (ask) => {
    const isGone = async (address: string) => (await ask(reverseOf(address), 'PTR')).values.length === 0;
    const oldIsGone = await isGone(before);
    const claimed = await Promise.all(claims.map(async (claim) => ({ claim, ...(await ask(claim, type)) })));
    const { values } = await ask(name, type);
    const newIsGone = await isGone(after);
    const hasNew = values.includes(after);
    return [
      oldIsGone && newIsGone ? `the PTR of ${before} went before that of ${after} came` : null,
      oldIsGone && !hasNew ? `the PTR of ${before} went before ${name} ${type} moved` : null,
      hasNew && newIsGone ? `${name} has ${after}, and its PTR is not there` : null,
      ...claimed.flatMap(({ claim, values: answered }) => [
        oldIsGone && answered.includes(before) ? `${claim} has ${before}, whose PTR is gone` : null,
        answered.includes(after) && !hasNew ? `${claim} has ${after} before ${name}` : null,
      ]),
    ];
  };
