import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Provider, parseRdata, type ZoneId } from '../../../src/provider.ts';
import { type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../../servers/index.ts';
import { creating, creation, openProvider, zone } from './harness.ts';
import { apexOnly, samples } from './samples.ts';

let pdns: PowerDns;
let proxy: FaultyProxy;
let provider: Provider;
const others = Array.from({ length: 59 }, (_, i): ZoneId => ({ name: `z${i}.test.`, view: null }));
const zones = [zone, ...others];

beforeAll(async () => {
  pdns = await startPowerDns({
    backend: 'sqlite',
    settings: {
      'enable-lua-records': 'yes',
      'expand-alias': 'yes',
      'dname-processing': 'yes',
      resolver: '127.0.0.1:1',
    },
  });
  proxy = await startProxy(pdns.url);
  provider = await openProvider({ url: proxy.url, apiKey: pdns.apiKey });
  for (const each of zones) await provider.createZone(each, creation);
  const changes = Object.entries(samples).flatMap(([type, sets]) =>
    sets.map((values, i) => {
      const name = apexOnly.has(type) ? zone.name : `${type.toLowerCase()}${i}.deep.a.test.`;
      return creating(name, type, values.map((value) => parseRdata(type, value)).sort());
    }),
  );
  await provider.apply({ zone, changes, expect: null });
  const add = (name: string, content: string, ttl: number, disabled: number): Promise<unknown> =>
    pdns.sql(
      `insert into records (domain_id, name, type, content, ttl, disabled, auth)
       select id, '${name}', 'A', '${content}', ${ttl}, ${disabled}, 1 from domains where name = 'a.test'`,
    );
  await add('odd.a.test', '192.0.2.2', 300, 0);
  await add('odd.a.test', '192.0.2.1', 60, 0);
  await add('odd.a.test', '192.0.2.3', 30, 1);
  await add('off.a.test', '192.0.2.4', 60, 1);
});
afterAll(async () => {
  await provider.close?.();
  await proxy.stop();
  await pdns.stop();
});
beforeEach(() => proxy.clear());

const zoneReads = (): number => proxy.count('GET', /\/zones\/[^?]/);

it('reads many zones at once, and each like one by one', async () => {
  const alone = await openProvider(pdns);
  await provider.expect?.(zones);
  for (const each of zones) {
    const [ahead, single] = [await provider.read(each), await alone.read(each)];
    if (ahead.status !== 'read' || single.status !== 'read') throw new Error(`${each.name} was not read`);
    const byName = (a: { name: string; type: string }, b: { name: string; type: string }): number =>
      `${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1;
    expect(ahead.rrsets.toSorted(byName)).toEqual(single.rrsets.toSorted(byName));
    expect({ ...ahead, rrsets: [] }).toEqual({ ...single, rrsets: [] });
  }
  expect(zoneReads()).toBe(0);
  expect(proxy.requests).toHaveLength(4);
  await alone.close?.();
});

it('reads a zone anew the second time, and for some of its names', async () => {
  await provider.expect?.(zones);
  await provider.read(zone, { names: ['odd.a.test.'] });
  expect(zoneReads()).toBe(1);
  await provider.read(zone);
  expect(zoneReads()).toBe(2);
});

it('reads those zones one by one that moved meanwhile, are missing, or have no SOA', async () => {
  const [moved, bare] = [others[0] ?? zone, others[1] ?? zone];
  await pdns.sql(`delete from records where type = 'SOA' and name = '${bare.name.slice(0, -1)}'`);
  proxy.handle(async ({ path }) => {
    if (path.includes('search-data')) await pdns.api('PATCH', `/zones/${moved.name}`, { rrsets: [] });
    return undefined;
  });
  const missing = { name: 'missing.test.', view: null };
  await provider.expect?.([...zones, missing]);
  proxy.handle(null);
  for (const each of zones) await provider.read(each);
  expect(proxy.requests.flatMap(({ path }) => /\/zones\/([^/?]+)$/.exec(path)?.[1] ?? [])).toEqual([
    moved.name,
    bare.name,
  ]);
  expect(await provider.read(missing)).toEqual({ status: 'missing' });
});

it('leaves it be for few zones, and where the server has no search', async () => {
  await provider.expect?.(zones.slice(0, 49));
  expect(proxy.requests).toHaveLength(0);
  proxy.handle(({ path }) => (path.includes('search-data') ? { kind: 'answer', status: 404 } : undefined));
  await provider.expect?.(zones);
  proxy.handle(null);
  expect((await provider.read(zone)).status).toBe('read');
  expect(zoneReads()).toBe(1);
});

it('leaves it be where the server has many more zones', async () => {
  await pdns.sql(
    `insert into domains (name, type)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 200) select 'm' || i || '.test', 'NATIVE' from n`,
  );
  await provider.expect?.(zones);
  expect(proxy.requests).toHaveLength(1);
  await pdns.sql("delete from domains where name like 'm%'");
});

it('leaves it be where there is more than one answer should hold', async () => {
  await pdns.sql(
    `insert into records (domain_id, name, type, content, ttl, auth)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 80000)
     select (select id from domains where name = 'z9.test'), 'n' || i || '.z9.test', 'A', '192.0.2.1', 60, 1 from n`,
  );
  await provider.expect?.(zones);
  await provider.read(zone);
  expect(zoneReads()).toBe(1);
});
