import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { keyOf, type Provider, parseRdata } from '../../../src/provider.ts';
import { dig, type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../../servers/index.ts';
import { creating, creation, deleting, errorOf, openProvider, readAll, replacing, zone } from './harness.ts';
import { apexOnly, samples } from './samples.ts';

let pdns: PowerDns;
let proxy: FaultyProxy;
let provider: Provider;

const zonePath = '/zones/a.test.';
const write = async (...changes: Parameters<Provider['apply']>[0]['changes'][number][]) =>
  provider.apply({ zone, changes, expect: (await readAll(provider)).fingerprint });

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
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(async () => {
  provider = await openProvider({ url: proxy.url, apiKey: pdns.apiKey });
  await provider.createZone(zone, creation);
  proxy.clear();
});
afterEach(async () => {
  await provider.deleteZone(zone);
  await provider.close?.();
});

describe('supports', () => {
  it('takes every type that it says, and reads back the same', async () => {
    const types = provider.supports.types.filter((type) => type !== 'SOA' && type !== 'NSEC');
    expect(types.filter((type) => samples[type] === undefined)).toEqual([]);
    const changes = Object.entries(samples).flatMap(([type, sets]) =>
      sets.map((values, i) => {
        const name = apexOnly.has(type) ? zone.name : `${type.toLowerCase()}${i}.a.test.`;
        return creating(name, type, values.map((value) => parseRdata(type, value)).sort());
      }),
    );
    expect(await write(...changes)).toMatchObject({ status: 'applied', fingerprint: '2', raced: false });
    const { rrsets, unreadable } = await readAll(provider);
    expect(unreadable).toEqual([]);
    const read = new Map(rrsets.map((rrset) => [keyOf(rrset), rrset.values.map((value) => value.rdata)]));
    for (const change of changes) {
      expect(read.get(keyOf(change)), keyOf(change)).toEqual(change.after?.values.map((value) => value.rdata));
    }
  });

  it('says what this server would not answer, and why', async () => {
    const stock = await startPowerDns({ backend: 'sqlite' });
    const its = await openProvider(stock);
    expect(['LUA', 'ALIAS', 'DNAME'].filter((type) => its.supports.types.includes(type))).toEqual([]);
    expect(its.supports.refuses.LUA).toContain('enable-lua-records=yes');
    expect(its.supports).toMatchObject({ parallel_zones: 1, max_bytes: 1_900_000, health_checks: true });
    expect((await openProvider(stock, { parallel: 3 })).supports.parallel_zones).toBe(3);
    await stock.stop();
  });

  it('knows which names PowerDNS takes', async () => {
    const pattern = new RegExp(provider.supports.name_pattern ?? '');
    const special = [...'!#%&*+,-/0:<=>?[]^_`{|}~'].flatMap((c) => [`x${c}y`, `${c}x`]);
    for (const label of [...special, '*', '*.x', 'x.*.y', 'x.*', '**.x', '_a._b']) {
      const name = `${label}.a.test.`;
      const { status } = await write(creating(name, 'A', ['192.0.2.1']));
      expect(pattern.test(name) ? 'applied' : 'refused', name).toBe(status);
    }
    expect(['.', '*.', 'test.'].every((name) => pattern.test(name))).toBe(true);
  });

  it('counts the bytes of a write generously, and PowerDNS takes that many with its stock limit', async () => {
    const { bytes_per_change, bytes_per_value, max_bytes } = provider.supports;
    const changes = Array.from({ length: 11_000 }, (_, i) =>
      creating(`name-${i}.a.test.`, 'OPENPGPKEY', [parseRdata('OPENPGPKEY', 'AAAA')], 2_147_483_647),
    );
    const counted = changes.reduce(
      (sum, { after, name }) =>
        sum + bytes_per_change + name.length + bytes_per_value + JSON.stringify(after?.values[0]?.rdata).length,
      0,
    );
    expect(counted).toBeLessThan(max_bytes * 1.1);
    expect((await write(...changes)).status).toBe('applied');
    const patch = proxy.requests.find((request) => request.method === 'PATCH');
    expect(patch?.bytes).toBeLessThan(counted);
  });
});

describe('writing', () => {
  it('swaps a type in one PATCH and says nothing where nothing changes', async () => {
    await write(creating('x.a.test.', 'A', ['192.0.2.1']));
    proxy.clear();
    const before = await readAll(provider);
    const swap = [creating('x.a.test.', 'CNAME', ['y.test.']), deleting('x.a.test.', 'A', ['192.0.2.1'])];
    expect((await provider.apply({ zone, changes: swap, expect: before.fingerprint })).status).toBe('applied');
    expect(proxy.count('PATCH')).toBe(1);
    expect((await dig(pdns.dns, 'x.a.test', 'A')).answers[0]).toMatchObject({ type: 'CNAME', rdata: 'y.test.' });
    expect(await provider.apply({ zone, changes: [], expect: '3' })).toMatchObject({ fingerprint: '3', raced: false });
    expect(proxy.count('PATCH')).toBe(1);
  });

  it('leaves comments, kind, account and the other settings alone', async () => {
    await write(creating('x.a.test.', 'A', ['192.0.2.1']));
    await pdns.api('PUT', zonePath, { account: 'team', kind: 'Master' });
    const comments = [{ content: 'why', account: 'me' }];
    await pdns.api('PATCH', zonePath, { rrsets: [{ name: 'x.a.test.', type: 'A', changetype: 'REPLACE', comments }] });
    await write(replacing('x.a.test.', 'A', ['192.0.2.1'], ['192.0.2.2']));
    expect((await pdns.api('GET', zonePath)).body).toMatchObject({ account: 'team', kind: 'Master' });
    const { body } = await pdns.api('GET', `${zonePath}?rrset_name=x.a.test.`);
    expect(body).toMatchObject({ rrsets: [{ comments: [{ content: 'why' }], records: [{ content: '192.0.2.2' }] }] });
  });

  it('keeps disabled records, and serves one that is wanted now', async () => {
    const records = ['192.0.2.1', '192.0.2.8', '192.0.2.9'].map((content, i) => ({ content, disabled: i > 0 }));
    const rrset = { name: 'x.a.test.', type: 'A', ttl: 60, changetype: 'REPLACE', records };
    await pdns.api('PATCH', zonePath, { rrsets: [rrset, { ...rrset, name: 'y.a.test.', records: records.slice(1) }] });
    const before = await readAll(provider);
    const ours = before.rrsets.filter((each) => each.name !== zone.name).sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(ours).toMatchObject([
      { name: 'x.a.test.', values: [{ rdata: '192.0.2.1' }], disabled: ['192.0.2.8', '192.0.2.9'] },
      { name: 'y.a.test.', values: [], disabled: ['192.0.2.8', '192.0.2.9'] },
    ]);
    await write(replacing('x.a.test.', 'A', ['192.0.2.1'], ['192.0.2.8']), creating('y.a.test.', 'A', ['192.0.2.3']));
    const after = await readAll(provider);
    expect(after.rrsets.find((each) => each.name === 'x.a.test.')?.disabled).toEqual(['192.0.2.9']);
    expect(after.rrsets.find((each) => each.name === 'y.a.test.')?.disabled).toEqual(['192.0.2.8', '192.0.2.9']);
    expect((await dig(pdns.dns, 'x.a.test', 'A')).answers.map((each) => each.rdata)).toEqual(['192.0.2.8']);
  });

  it('names what PowerDNS refuses, and nothing of the write is applied', async () => {
    await write(creating('c.a.test.', 'CNAME', ['x.test.']));
    const cases = [
      [creating('c.a.test.', 'A', ['192.0.2.1']), 'Conflicts with pre-existing RRset'],
      [creating('two.a.test.', 'CNAME', ['a.', 'b.']), 'has more than one record'],
      [creating('d.a.test.', 'DNSKEY', ['257 3 13 AAAA']), 'only allowed at apex'],
      [creating('a.test.', 'DS', [`1 8 2 ${'ab'.repeat(32)}`]), 'not allowed at apex'],
      [creating('s.a.test.', 'SRV', ['1 2 3 a\\@b.test.']), 'non-hostname content'],
      [creating('sp\\032ace.a.test.', 'A', ['192.0.2.1']), 'contains unsupported characters'],
      [creating('k.a.test.', 'KEY', ['\\# 4 00010203']), 'expected digits'],
      [creating('h.a.test.', 'HTTPS', ['1 . alpn="a;b"']), 'HTTPS'],
      [creating('x.b.test.', 'A', ['192.0.2.1']), 'out of zone'],
    ] as const;
    for (const [bad, words] of cases) {
      const good = creating('good.a.test.', 'A', ['192.0.2.1']);
      const result = await write(good, bad);
      expect(result).toMatchObject({ status: 'refused', refused: [{ name: bad.name, type: bad.type }] });
      expect(result.status === 'refused' && result.refused[0]?.message).toContain(words);
    }
    expect((await readAll(provider)).fingerprint).toBe('2');
  });

  it('does not write to a zone that a primary elsewhere fills', async () => {
    await pdns.api('PUT', zonePath, { kind: 'Slave', masters: ['127.0.0.1:1'] });
    const error = await errorOf(write(creating('x.a.test.', 'A', ['192.0.2.1'])));
    expect([error.code, error.kind, proxy.count('PATCH')]).toEqual(['WRITE_REFUSED', 'stop', 0]);
    expect(error.message).toContain('Slave');
  });

  it('waits while SQLite is locked, and writes once', async () => {
    const before = await readAll(provider);
    const { DatabaseSync } = await import('node:sqlite');
    const lock = new DatabaseSync(pdns.database ?? '');
    lock.exec('begin immediate');
    const changes = [creating('x.a.test.', 'A', ['192.0.2.1'])];
    const written = provider.apply({ zone, changes, expect: before.fingerprint });
    await vi.waitUntil(() => proxy.count('PATCH') === 1, { timeout: 60_000 });
    // PowerDNS answers this one, too, and the PATCH came to it before.
    expect((await pdns.api('GET', zonePath)).status).toBe(200);
    lock.exec('rollback');
    lock.close();
    expect(await written).toMatchObject({ status: 'applied', fingerprint: '2', raced: false });
  });

  it.each(['INCREASE', 'DEFAULT', 'SOA-EDIT-INCREASE'])('finds a lost race by the serial of %s', async (scheme) => {
    await pdns.api('PUT', zonePath, { soa_edit_api: scheme });
    await write(creating('first.a.test.', 'A', ['192.0.2.1']));
    expect(await write(creating('x.a.test.', 'A', ['192.0.2.1']))).toMatchObject({ raced: false });
    const { fingerprint } = await readAll(provider);
    const theirs = {
      name: 'y.a.test.',
      type: 'A',
      ttl: 60,
      changetype: 'REPLACE',
      records: [{ content: '192.0.2.9' }],
    };
    proxy.handle(async ({ method }) => {
      if (method === 'PATCH') await pdns.api('PATCH', zonePath, { rrsets: [theirs] });
      return undefined;
    });
    const changes = [replacing('x.a.test.', 'A', ['192.0.2.1'], ['192.0.2.2'])];
    expect(await provider.apply({ zone, changes, expect: fingerprint })).toMatchObject({ raced: true });
    proxy.handle(null);
    await pdns.api('PUT', zonePath, { soa_edit_api: 'EPOCH' });
    expect(await write(deleting('x.a.test.', 'A', ['192.0.2.2']))).toMatchObject({ raced: null });
  });
});

describe('reading', () => {
  it('asks for up to 20 names only, once a full read showed nothing disabled', async () => {
    await write(creating('x.a.test.', 'A', ['192.0.2.1']), creating('y.a.test.', 'A', ['192.0.2.1']));
    proxy.clear();
    const snapshot = await readAll(provider, ['x.a.test.', 'no.a.test.']);
    expect(proxy.count('GET', /rrset_name=/)).toBe(2);
    expect(proxy.requests).toHaveLength(2);
    expect(snapshot.rrsets.map((each) => each.name)).toEqual(['x.a.test.']);
    expect(snapshot.fingerprint).toBe('2');
    proxy.clear();
    await readAll(
      provider,
      Array.from({ length: 21 }, (_, i) => `n${i}.a.test.`),
    );
    expect(proxy.requests.map((request) => request.path)).toEqual(['/api/v1/servers/localhost/zones/a.test.']);
    const fresh = await openProvider({ url: proxy.url, apiKey: pdns.apiKey });
    proxy.clear();
    await readAll(fresh, ['x.a.test.']);
    expect(proxy.count('GET', /rrset_name=/)).toBe(0);
    await fresh.close?.();
  });

  it('believes a serial only where it moves and our mark is there', async () => {
    const fresh = () => openProvider({ url: proxy.url, apiKey: pdns.apiKey });
    const since = { fingerprint: '1', mark: 'ours' };
    expect((await (await fresh()).read(zone, { since })).status).toBe('read');
    await provider.mark?.(zone, 'ours');
    expect((await (await fresh()).read(zone, { since })).status).toBe('unchanged');
    expect((await (await fresh()).read(zone, { since: { ...since, mark: 'other' } })).status).toBe('read');
    expect((await (await fresh()).read(zone, { since: { ...since, fingerprint: '2' } })).status).toBe('read');
    await pdns.api('PUT', `${zonePath}/metadata/SOA-EDIT-API`, { kind: 'SOA-EDIT-API', metadata: ['EPOCH'] });
    await pdns.api('PUT', zonePath, { soa_edit_api: 'OFF' });
    expect((await (await fresh()).read(zone, { since })).status).toBe('read');
    await pdns.api('PUT', zonePath, { soa_edit_api: 'INCREASE' });
    await provider.deleteZone(zone);
    await provider.createZone(zone, creation);
    expect((await (await fresh()).read(zone, { since })).status).toBe('read');
    proxy.clear();
    const many = await fresh();
    await Promise.all(Array.from({ length: 12 }, () => many.read(zone, { since })));
    expect(proxy.count('GET', /zones\?/)).toBe(1);
  });

  it('lists zones, finds names of every kind, and knows a missing zone', async () => {
    const names = ['0/25.2.0.192.in-addr.arpa.', '_x.y_z.test.', '.'];
    for (const name of names) {
      const each = { name, view: null };
      await provider.createZone(each, creation);
      expect(await provider.read(each)).toMatchObject({ status: 'read', zone: each });
      expect((await provider.listZones()).map((listed) => listed.name)).toContain(name);
      await provider.deleteZone(each);
      expect(await provider.read(each)).toEqual({ status: 'missing' });
      expect(await provider.read(each, { names: [name] })).toEqual({ status: 'missing' });
    }
    const gone = { name: 'gone.test.', view: null };
    const changes = [creating('x.gone.test.', 'A', ['192.0.2.1'])];
    expect(await errorOf(provider.apply({ zone: gone, changes, expect: '1' }))).toMatchObject({ code: 'ZONE_MISSING' });
    expect((await errorOf(provider.createZone(zone, creation))).code).toBe('STALE_PLAN');
  });

  it('does not stumble over what others put there', async () => {
    const rrset = (name: string, type: string, ttl: number, content: string) => ({
      rrsets: [{ name, type, ttl, changetype: 'REPLACE', records: [{ content }] }],
    });
    await pdns.api('PATCH', zonePath, rrset('odd.a.test.', 'A', -5, '192.0.2.1'));
    await pdns.api('PATCH', zonePath, rrset('key.a.test.', 'KEY', 60, '256 3 5 AAAA'));
    await pdns.sql("update records set name = 'ODD.a.test' where name = 'odd.a.test'");
    const { rrsets, unreadable } = await readAll(provider);
    expect(rrsets.find((each) => each.name === 'odd.a.test.')).toMatchObject({ ttl: 2 ** 32 - 5, type: 'A' });
    expect(unreadable).toMatchObject([{ name: 'key.a.test.', type: 'KEY' }]);
  });
});
