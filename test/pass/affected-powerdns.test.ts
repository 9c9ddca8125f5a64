import { afterAll, beforeAll, expect, it } from 'vitest';
import { factory as powerdns } from '../../providers/powerdns/index.ts';
import type { Server } from '../../src/model/server.ts';
import { targetOf } from '../apply/pass.ts';
import { claim, grant, label, record, server, zone } from '../compose/compose-input.ts';
import { type Proxy as ApiProxy, dig, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { type Daemon, openDaemon, type World, type ZonePlace } from './history-scene.ts';
import { creatable } from './pass-scene.ts';

// What the move of one server sends to PowerDNS, counted at a proxy.

let pdns: PowerDns;
let proxy: ApiProxy;
let daemon: Daemon;

const roles = {
  labels: [
    label('web', {
      records: [record(3, '{{server.name}}.web.example.com')],
      claims: [claim(5, 'www.example.com'), claim(7, 'all.lab.internal')],
    }),
  ],
  grants: [grant('label', 'web', ['*.web.example.com', 'www.example.com', 'all.lab.internal'])],
};

const world: World = {
  roles,
  zones: [
    zone('lab.internal.'),
    zone('2.0.192.in-addr.arpa.'),
    zone('8.b.d.0.1.0.0.2.ip6.arpa.'),
    zone('example.com.'),
  ].map((each) => {
    const guards = { ...each.settings.guards, max_delete_percent: 100, max_replace_percent: 100 };
    return creatable({ ...each, settings: { ...each.settings, guards } });
  }),
  clock: { now: () => Date.now() },
};

const open = async (folder: string): Promise<ZonePlace> => {
  const config = { url: proxy.url, server: 'localhost', timeout: '30s', rectify: 'deferred' };
  const provider = await powerdns.open({ config, secrets: { api_key: pdns.apiKey }, folder });
  const target = targetOf(provider, config);
  const { address, port } = pdns.dns;
  const definition = { ...target.definition, verify_at: [{ label: 'pdns', address, port }], verify_wait: 2_000 };
  return { target: { ...target, definition }, close: async () => provider.close?.() };
};

const other = server('other', ['192.0.2.9', '2001:db8::9'], { labels: ['web'] });
const otherMoved = server('other', ['192.0.2.10', '2001:db8::9'], { labels: ['web'] });
const mover = (...ips: readonly string[]): Server => server('mover', ips, { labels: ['web'] });

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: { 'cache-ttl': '0', 'negquery-cache-ttl': '0' } });
  proxy = await startProxy(pdns.url);
  daemon = await openDaemon(world, true, open);
  for (let i = 0; i < 2; i += 1) await daemon.poll([mover('192.0.2.1', '2001:db8::1', '198.51.100.1'), other]);
});
afterAll(async () => {
  await daemon.close();
  await proxy.stop();
  await pdns.stop();
});

/** The writes of each zone, in their order. */
const writes = (): Readonly<Record<string, readonly string[]>> => {
  const sent = proxy.requests.filter(({ method }) => method !== 'GET');
  const of = (path: string) => /zones\/([^/?]+)/.exec(path)?.[1] ?? '';
  const words = ({ method, path }: (typeof sent)[number]) =>
    `${method} ${/zones\/[^/?]+\/?(.*)/.exec(path)?.[1] ?? ''}`.trim();
  return Object.fromEntries([...Map.groupBy(sent, ({ path }) => of(path))].map(([at, all]) => [at, all.map(words)]));
};

it('writes a zone once, and a reverse zone twice with one rectify', async () => {
  proxy.clear();
  expect(await daemon.hook([mover('192.0.2.2', '2001:db8::2', '198.51.100.1')])).toBe('fast');
  expect(daemon.last()).not.toBeNull();
  const twice = [
    'PUT metadata/X-HOSTMASTER-RECTIFY',
    'PATCH',
    'PATCH',
    'PUT rectify',
    'DELETE metadata/X-HOSTMASTER-RECTIFY',
  ];
  expect(writes()).toEqual({
    'lab.internal.': ['PATCH'],
    'example.com.': ['PATCH'],
    '2.0.192.in-addr.arpa.': twice,
    '8.b.d.0.1.0.0.2.ip6.arpa.': twice,
  });
  expect((await dig(pdns.dns, 'mover.lab.internal', 'A')).answers.map(({ rdata }) => rdata).sort()).toEqual([
    '192.0.2.2',
    '198.51.100.1',
  ]);
});

it('writes each zone once where no PTR changes', async () => {
  proxy.clear();
  expect(await daemon.hook([mover('192.0.2.2', '2001:db8::2', '198.51.100.7')])).toBe('fast');
  expect(writes()).toEqual({ 'lab.internal.': ['PATCH'], 'example.com.': ['PATCH'] });
  proxy.clear();
  await daemon.poll([mover('192.0.2.2', '2001:db8::2', '198.51.100.7'), other], false);
  // Every zone is as its last sync says: none is read.
  expect(proxy.requests.filter(({ path }) => /zones\/[^/]+$/.test(path))).toEqual([]);
});

const answersAt = async (name: string): Promise<readonly string[]> =>
  (await dig(pdns.dns, name, 'A')).answers.map(({ rdata }) => rdata).sort();

it('leaves a claim without the server whose PTR is refused, keeps the others, and hands nothing on', async () => {
  await daemon.poll([mover('192.0.2.2'), other]);
  const isRefused = async (body: Promise<Buffer>) => (await body).toString().includes('"66.2.0.192.in-addr.arpa."');
  proxy.handle(async ({ method, body }) =>
    method === 'PATCH' && (await isRefused(body()))
      ? { kind: 'answer', status: 422, body: '{"error": "Record 66.2.0.192.in-addr.arpa./PTR: not today"}' }
      : undefined,
  );
  const applied = await daemon.apply([mover('192.0.2.66'), otherMoved]);
  proxy.handle(null);
  if (!('results' in applied)) throw new Error(applied.reason);
  expect(applied.last).toBeNull();
  expect(applied.results.find(({ zone: at }) => at === '2.0.192.in-addr.arpa.')).toMatchObject({
    status: 'failed',
    code: 'WRITE_REFUSED',
  });
  expect(await answersAt('mover.lab.internal')).toEqual(['192.0.2.2']);
  expect(await answersAt('other.lab.internal')).toEqual(['192.0.2.10']);
  expect(await answersAt('www.example.com')).toEqual(['192.0.2.10', '192.0.2.2']);
  expect(await answersAt('all.lab.internal')).toEqual(['192.0.2.10', '192.0.2.2']);
  // What was said of it is kept all the same: the next pass makes it.
  const { servers: known = [] } = (await daemon.known()) ?? {};
  expect(known.map((each) => each.server.ips[0])).toEqual(['192.0.2.66', '192.0.2.10']);
  await daemon.poll(null);
  expect(await answersAt('www.example.com')).toEqual(['192.0.2.10', '192.0.2.66']);
});

it('hands nothing on where somebody else wrote in the moment of its write', async () => {
  let met = false;
  proxy.handle(async ({ method, path }) => {
    if (met || method !== 'PATCH' || !path.endsWith('/lab.internal.')) return undefined;
    met = true;
    const records = [{ content: '"by somebody else"', disabled: false }];
    const rrset = { name: 'x.lab.internal.', type: 'TXT', ttl: 60, changetype: 'REPLACE', records };
    await pdns.api('PATCH', '/zones/lab.internal.', { rrsets: [rrset] });
    return undefined;
  });
  const applied = await daemon.apply([mover('192.0.2.67')]);
  proxy.handle(null);
  expect(applied).toMatchObject({ last: null });
  await daemon.poll([mover('192.0.2.67'), otherMoved]);
  expect(await answersAt('mover.lab.internal')).toEqual(['192.0.2.67']);
});

it('hands nothing on where a name server answers otherwise', async () => {
  await daemon.poll([mover('192.0.2.67'), otherMoved]);
  const records = [{ content: '203.0.113.9', disabled: false }];
  const stray = { name: 'mover.web.example.com.', type: 'A', ttl: 300, changetype: 'REPLACE', records };
  proxy.handle(({ method, path }) =>
    method === 'PATCH' && path.endsWith('/example.com.')
      ? { kind: 'delay_answer', reached: () => pdns.api('PATCH', '/zones/example.com.', { rrsets: [stray] }) }
      : undefined,
  );
  const applied = await daemon.apply([mover('192.0.2.68')]);
  proxy.handle(null);
  if (!('results' in applied)) throw new Error(applied.reason);
  expect(applied.last).toBeNull();
  expect(applied.verify.differences.map(({ name }) => name)).toContain('mover.web.example.com.');
});
