import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../../src/cli/registry.ts';
import type { Provider, ZoneId } from '../../../src/provider.ts';
import { type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../../servers/index.ts';
import { creating, creation, errorOf, readAll, replacing, zone } from './harness.ts';

// Something that answers in PowerDNS's place, or garbage in its database: what does not add up is not believed.

const other: ZoneId = { name: 'b.test.', view: null };
let pdns: PowerDns;
let proxy: FaultyProxy;
let provider: Provider;

const open = (): Promise<Provider> => {
  const context = { config: { url: proxy.url, timeout: '5s' }, secrets: { api_key: pdns.apiKey }, folder: '.' };
  return (registry.powerdns ?? fail()).open(context);
};
const fail = (): never => {
  throw new Error('there is no such provider');
};

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(async () => {
  provider = await open();
  for (const each of [zone, other]) await provider.createZone(each, creation);
  const changes = [creating('www.a.test.', 'A', ['192.0.2.1'])];
  await provider.apply({ zone, changes, expect: (await readAll(provider)).fingerprint });
});
afterEach(async () => {
  proxy.handle(null);
  for (const each of [zone, other]) await provider.deleteZone(each);
  await provider.close?.();
});

interface ZoneBody {
  name: string;
  serial: unknown;
  rrsets: { name: string; type: string }[];
}

/** Answers what PowerDNS answers to GET of these paths, but for what was made of it. */
const lie = (path: RegExp, alter: (text: string) => string | Promise<string>): void =>
  proxy.handle(async (request) => {
    if (request.method !== 'GET' || !path.test(request.path)) return undefined;
    const reply = await fetch(`${pdns.url}${request.path}`, { headers: { 'x-api-key': pdns.apiKey } });
    return { kind: 'answer', status: reply.status, body: await alter(await reply.text()) };
  });

const altered =
  (alter: (body: ZoneBody) => unknown) =>
  (text: string): string => {
    const body: ZoneBody = JSON.parse(text);
    return JSON.stringify(alter(body) ?? body);
  };

const withWww = (keys: object) =>
  inRRsets((rrsets) => rrsets.map((rrset) => (rrset.name === 'www.a.test.' ? { ...rrset, ...keys } : rrset)));

const inRRsets = (alter: (rrsets: ZoneBody['rrsets']) => unknown) =>
  altered((body) => ({ ...body, rrsets: alter(body.rrsets) }));

const stray = (name: string, disabled = false) => ({
  ...{ name, type: 'A', ttl: 60, comments: [] },
  records: [{ content: '192.0.2.9', disabled }],
});

const flagged = (disabled: unknown) => [{ content: '192.0.2.1', disabled }];

const answers: readonly (readonly [string, string, (text: string) => string | Promise<string>])[] = [
  ['without the SOA', 'no SOA at the apex', inRRsets((all) => all.filter(({ type }) => type !== 'SOA'))],
  ['without anything', 'no SOA at the apex', inRRsets(() => [])],
  [
    'of another zone',
    'is the zone "b.test."',
    async () => JSON.stringify((await pdns.api('GET', '/zones/b.test.')).body),
  ],
  ['that names another zone', 'is the zone "b.test."', altered((body) => ({ ...body, name: 'b.test.' }))],
  ['without a name', 'is no zone', altered(({ name: _, ...rest }) => rest)],
  ['with an RRset outside', 'www.c.test. A is not in the zone', inRRsets((all) => [...all, stray('www.c.test.')])],
  [
    'with a disabled RRset outside',
    'xa.test. A is not in the zone',
    inRRsets((all) => [...all, stray('xa.test.', true)]),
  ],
  [
    'with what cannot be read outside',
    'www.c.test. NONE is not in the zone',
    inRRsets((all) => [...all, { ...stray('www.c.test.'), type: 'NONE' }]),
  ],
  ['with an RRset twice', 'www.a.test. A is there twice', inRRsets((all) => [...all, stray('www.a.test.')])],
  ['with disabled as text', 'what is no RRset at "www.a.test."', withWww({ records: flagged('true') })],
  ['with disabled as a number', 'what is no RRset', withWww({ records: flagged(0) })],
  ['with disabled null', 'what is no RRset', withWww({ records: flagged(null) })],
  ['without disabled', 'what is no RRset', withWww({ records: flagged(undefined) })],
  ['with a negative TTL', 'a TTL of -5, which is none', withWww({ ttl: -5 })],
  ['with half a second of TTL', 'a TTL of 60.5', withWww({ ttl: 60.5 })],
  ['with a TTL of 2^31', 'a TTL of 2147483648', withWww({ ttl: 2 ** 31 })],
  ['with a TTL as text', 'what is no RRset', withWww({ ttl: '60' })],
  ['with a TTL of null', 'what is no RRset', withWww({ ttl: null })],
  ['with no records', 'what is no RRset', withWww({ records: null })],
  ['with [null] as records', 'what is no RRset', withWww({ records: [null] })],
  ['with a number as content', 'what is no RRset', withWww({ records: [{ content: 7, disabled: false }] })],
  ['with [null] as RRsets', 'what is no RRset', altered((body) => ({ ...body, rrsets: [null] }))],
  ['with a mapping as RRsets', 'is no zone', altered((body) => ({ ...body, rrsets: {} }))],
  ['with RRsets twice', 'two lists of RRsets', (text) => `${text.trimEnd().slice(0, -1)},"rrsets":[{}]}`],
  ['without a serial', 'without a serial', altered(({ serial: _, ...rest }) => rest)],
  ['with a serial beyond all', 'without a serial', (text) => text.replace(/"serial": ?\d+/, '"serial":1e999')],
  ['with a negative serial', 'without a serial', altered((body) => ({ ...body, serial: -1 }))],
  ['without a kind', 'without a kind', altered((body) => ({ ...body, kind: null }))],
  ['that is a list', 'is no zone', () => '[null]'],
  ['that is null', 'is no zone', () => 'null'],
  ['that is text', 'is no zone', () => '"a.test."'],
  ['that is empty', 'is no JSON', () => ''],
  [
    'that is nested deep',
    'nested more than',
    inRRsets((all) => [...all, JSON.parse(`${'['.repeat(99)}${']'.repeat(99)}`)]),
  ],
];

describe('an answer', () => {
  it.each(answers)('%s is believed of no zone, and the next zone is read', async (_case, says, alter) => {
    lie(/\/zones\/a\.test\.$/, alter);
    const error = await errorOf(provider.read(zone));
    expect(error.code).toBe('ZONE_UNREADABLE');
    expect(error.message).toContain(says);
    expect(error.message).not.toMatch(/\n| at .*:\d+/);
    expect((await provider.read(other)).status).toBe('read');
  });

  it.each([
    ['another name', altered((body) => ({ ...body, rrsets: [stray('www.a.test.'), stray('api.a.test.')] }))],
    ['another zone', altered((body) => ({ ...body, name: 'b.test.' }))],
    ['disabled as text', withWww({ records: flagged('false') })],
    ['[null]', altered((body) => ({ ...body, rrsets: [null] }))],
  ])('to the question for one name that has %s is not believed', async (_case, alter) => {
    await readAll(provider);
    lie(/rrset_name=/, alter);
    const error = await errorOf(provider.read(zone, { names: ['www.a.test.'] }));
    expect(error.code).toBe('ZONE_UNREADABLE');
  });
});

describe('a list that has', () => {
  it.each([
    ['null', '[null]'],
    ['a number', '[7]'],
    ['a list', '[[]]'],
    ['a zone without a name', '[{"serial":1}]'],
    ['a name that is none', '[{"name":7,"serial":1}]'],
    ['a zone twice', '[{"name":"a.test.","serial":1},{"name":"A.test","serial":1}]'],
    ['a serial as text', '[{"name":"a.test.","serial":"1"}]'],
    ['no members, being a mapping', '{}'],
  ])('%s is the failure of its target, in one line', async (_case, body) => {
    for (const path of [/\/zones\?dnssec/, /\/config$/]) {
      proxy.handle((request) => (path.test(request.path) ? { kind: 'answer', status: 200, body } : undefined));
      const error = await errorOf(path.test('/config') ? open() : provider.listZones());
      expect(error.code).toBe('TARGET_UNREACHABLE');
      expect(error.message).toMatch(/^GET .*: its (?:answer|list) .*\?$/);
    }
  });

  it('null among the metadata is one of its zone', async () => {
    proxy.handle(({ path }) =>
      path.includes('/metadata') ? { kind: 'answer', status: 200, body: '[null]' } : undefined,
    );
    expect(await errorOf((provider.mark ?? fail)(zone, 'ours'))).toMatchObject({ code: 'ZONE_UNREADABLE' });
  });
});

describe('many zones that are read at once', () => {
  const zones = Array.from({ length: 50 }, (_, i): ZoneId => ({ name: `z${i}.test.`, view: null }));
  beforeAll(async () => {
    const maker = await open();
    for (const each of zones) await maker.createZone(each, creation);
    await maker.close?.();
  });

  it('are read one by one where the answer has what is outside its zone', async () => {
    lie(/search-data/, (text) => {
      const rows: { zone?: string; name: string; type: string }[] = JSON.parse(text);
      return JSON.stringify(
        rows.map((row) => (row.zone === 'z7.test.' && row.type === 'NS' ? { ...row, name: 'x.z8.test.' } : row)),
      );
    });
    await provider.expect?.(zones);
    proxy.clear();
    for (const each of zones) expect((await provider.read(each)).status).toBe('read');
    expect(proxy.requests.map(({ path }) => path)).toEqual(['/api/v1/servers/localhost/zones/z7.test.']);
  });

  it.each([
    ['null', (rows: unknown[]) => [null, ...rows]],
    ['disabled as text', (rows: object[]) => rows.map((row) => ({ ...row, disabled: 'false' }))],
    ['nothing of a zone', () => []],
    ['a mapping instead', () => ({})],
  ])('are read one by one where the answer has %s', async (_case, alter) => {
    lie(/search-data/, (text) => JSON.stringify(alter(JSON.parse(text))));
    await provider.expect?.(zones);
    proxy.clear();
    await provider.read(zones[3] ?? zone);
    expect(proxy.requests).toHaveLength(1);
  });
});

describe('what is disabled', () => {
  it('between a full read and a write stays so, although a question for one name hides it', async () => {
    const { fingerprint } = await readAll(provider);
    const records = [{ content: '192.0.2.8', disabled: true }];
    const off = { name: 'off.a.test.', type: 'A', ttl: 60, changetype: 'REPLACE', records };
    await pdns.api('PATCH', '/zones/a.test.', { rrsets: [off] });
    const now = await readAll(provider, ['off.a.test.']);
    expect(now.fingerprint).not.toBe(fingerprint);
    const changes = [creating('off.a.test.', 'A', ['192.0.2.9'])];
    await provider.apply({ zone, changes, expect: now.fingerprint });
    const after = (await readAll(provider)).rrsets.find(({ name }) => name === 'off.a.test.');
    expect(after).toMatchObject({ values: [{ rdata: '192.0.2.9' }], disabled: ['192.0.2.8'] });
  });

  it('is looked for in all of the zone where no serial tells, and only there', async () => {
    const asksNames = async (): Promise<number> => {
      proxy.clear();
      await provider.read(zone, { names: ['www.a.test.'] });
      return proxy.count('GET', /rrset_name=/);
    };
    const before = await readAll(provider);
    expect(await asksNames()).toBe(1);
    const changes = [replacing('www.a.test.', 'A', ['192.0.2.1'], ['192.0.2.2'])];
    await provider.apply({ zone, changes, expect: before.fingerprint });
    expect(await asksNames()).toBe(1);
    await pdns.api('PUT', '/zones/a.test.', { soa_edit_api: 'EPOCH' });
    await readAll(provider);
    expect(await asksNames()).toBe(0);
  });
});

describe('a write that was taken', () => {
  it.each(['null', '7', '[]'])('is applied where the next answer says that soa_edit_api is %s', async (value) => {
    const { fingerprint } = await readAll(provider);
    lie(/zones\/a\.test\./, (text) => text.replace(/"soa_edit_api": ?"[^"]*"/, `"soa_edit_api":${value}`));
    await readAll(provider);
    const changes = [replacing('www.a.test.', 'A', ['192.0.2.1'], ['192.0.2.2'])];
    expect(await provider.apply({ zone, changes, expect: fingerprint })).toMatchObject({
      status: 'applied',
      raced: null,
    });
  });
});

describe('a zone that was made and is not shown', () => {
  const made: ZoneId = { name: 'c.test.', view: null };
  const isThere = async (): Promise<boolean> => (await pdns.api('GET', '/zones/c.test.')).status === 200;

  it('is taken back, however often it is tried', async () => {
    proxy.handle(({ method, path }) =>
      method === 'GET' && path.includes('c.test.')
        ? { kind: 'answer', status: 404, body: '{"error":"Not Found"}' }
        : undefined,
    );
    for (let run = 1; run <= 3; run += 1) {
      const error = await errorOf(provider.createZone(made, creation));
      expect(error.code).toBe('ZONE_UNREADABLE');
      expect(error.message).toContain('(id c.test.) and does not show it, so the new, empty zone was deleted again');
      expect(await isThere()).toBe(false);
    }
  });

  it('says so where it cannot be taken back', async () => {
    proxy.handle(({ method, path }) =>
      method !== 'POST' && path.includes('c.test.') ? { kind: 'answer', status: 404, body: '' } : undefined,
    );
    const answers404 = await errorOf(provider.createZone(made, creation));
    expect(answers404.message).toContain('deleted again');
    const both = await errorOf(provider.createZone(made, creation));
    expect(both.message).toContain('answers 409 (it is there) where c.test. is to be made, and 404 (it is not there)');
    proxy.handle(null);
    await provider.deleteZone(made);
  });

  it('is no zone of somebody else where its own answer was lost, and is made once', async () => {
    let lost = 0;
    proxy.clear();
    proxy.handle(({ method }) => {
      lost += Number(method === 'POST');
      return method === 'POST' && lost === 1 ? { kind: 'drop_answer' } : undefined;
    });
    await provider.createZone(made, creation);
    expect(await isThere()).toBe(true);
    expect(proxy.count('POST')).toBe(1);
    await provider.deleteZone(made);
  });

  it('was made where the question after it fails', async () => {
    proxy.handle(({ method, path }) =>
      method === 'GET' && path.includes('c.test.')
        ? { kind: 'answer', status: 422, body: '{"error":"odd"}' }
        : undefined,
    );
    const error = await errorOf(provider.createZone(made, creation));
    expect(error.message).toMatch(/^c\.test\. was made, and then: GET .*answered 422/);
    proxy.handle(null);
    await provider.deleteZone(made);
  });
});
