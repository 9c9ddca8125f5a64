import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { rcodeName } from '../../../src/wire/codes.ts';
import { exchange } from '../../../src/wire/exchange.ts';
import { encodeUpdate, type UpdateStep } from '../../../src/wire/update.ts';
import { dig } from '../../servers/index.ts';
import {
  creating,
  deleting,
  openProvider,
  ours,
  type Running,
  readAll,
  replacing,
  shown,
  start,
  write,
  zone,
} from './harness.ts';

// Compare and swap by UPDATE's prerequisites, on real servers.

const www = 'www.a.test.';
const [one, two, three] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const;

describe.each(['BIND', 'Knot'] as const)('%s', (what) => {
  let server: Running;
  let provider: Provider;
  beforeAll(async () => {
    server = await start[what](`www A ${one}\nother A ${one}\ntext TXT "a b"\nalias CNAME www\n`);
    provider = await openProvider(server.dns);
  });
  afterAll(() => server.stop());

  const served = async (name: string, type = 'A'): Promise<readonly string[]> =>
    (await dig(server.dns, name, type)).answers.map(({ rdata, ttl }) => `${ttl} ${rdata}`).sort();
  /** Another writer. */
  const behind = async (...steps: readonly UpdateStep[]): Promise<void> => {
    const message = encodeUpdate(randomInt(0x10000), { zone: zone.name, prerequisites: [], steps });
    const { rcode } = await exchange(server.dns, message, { timeoutMs: 10_000, key: ours });
    expect(rcodeName(rcode)).toBe('NOERROR');
  };
  const add = (name: string, rdata: string, ttl = 60, type = 'A'): UpdateStep => ({
    kind: 'add',
    name,
    type,
    ttl,
    rdata,
  });
  const drop = (name: string, type = 'A'): UpdateStep => ({ kind: 'delete-rrset', name, type });

  it('reads the zone', async () => {
    expect(shown(await readAll(provider))).toEqual([
      `a.test. NS 60 ns1.a.test.`,
      expect.stringMatching(/^a\.test\. SOA 60 ns1\.a\.test\. hostmaster\.a\.test\. \d+ 3600 600 86400 60$/),
      `alias.a.test. CNAME 60 www.a.test.`,
      `ns1.a.test. A 60 192.0.2.53`,
      `other.a.test. A 60 ${one}`,
      `text.a.test. TXT 60 "a b"`,
      `www.a.test. A 60 ${one}`,
    ]);
  });

  it('creates, replaces and deletes in one update', async () => {
    const before = Number((await readAll(provider)).fingerprint);
    const result = await write(
      provider,
      creating('new.a.test.', 'MX', ['10 www.a.test.'], 300),
      replacing(www, 'A', [one], [two, three], 90),
      deleting('text.a.test.', 'TXT', ['"a b"']),
    );
    expect(result).toEqual({ status: 'applied', fingerprint: String(before + 1), raced: false });
    expect(await served(www)).toEqual([`90 ${two}`, `90 ${three}`]);
    expect(await served('new.a.test.', 'MX')).toEqual(['300 10 www.a.test.']);
    expect((await dig(server.dns, 'text.a.test.', 'TXT')).rcode).toBe('NXDOMAIN');
    expect(shown(await readAll(provider))).toEqual(shown(await readAll(await openProvider(server.dns))));
    await write(provider, replacing(www, 'A', [two, three], [one], 60, 90));
  });

  it('changes a TTL alone', async () => {
    expect(await write(provider, replacing(www, 'A', [one], [one], 3600))).toMatchObject({ status: 'applied' });
    expect(await served(www)).toEqual([`3600 ${one}`]);
    await write(provider, replacing(www, 'A', [one], [one], 60, 3600));
  });

  it('swaps the type of a name, both ways', async () => {
    const swap = await write(provider, deleting(www, 'A', [one]), creating(www, 'CNAME', ['other.a.test.']));
    expect(swap).toMatchObject({ status: 'applied', raced: false });
    expect(await served(www)).toEqual(['60 192.0.2.1', '60 other.a.test.']);
    await write(provider, deleting(www, 'CNAME', ['other.a.test.']), creating(www, 'A', [one]));
    expect(await served(www)).toEqual([`60 ${one}`]);
  });

  it.each([
    ['another value', [drop(www), add(www, three)], `60 ${three}`],
    ['one more value', [add(www, three)], `60 ${one}`],
    ['another TTL', [drop(www), add(www, one, 77)], `77 ${one}`],
  ] as const)('overwrites nothing where somebody else has written %s', async (_, steps, stands) => {
    const { fingerprint } = await readAll(provider);
    await behind(...steps);
    const changes = [replacing(www, 'A', [one], [two]), creating('beside.a.test.', 'A', [one])];
    await expect(provider.apply({ zone, changes, expect: fingerprint })).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining('www.a.test. A of a.test.'),
    });
    expect(await served(www)).toContain(stands);
    expect(await served('beside.a.test.')).toEqual([]);
    await behind(drop(www), add(www, one));
  });

  it('creates nothing where somebody else was first', async () => {
    const { fingerprint } = await readAll(provider);
    await behind(add('first.a.test.', one));
    const changes = [creating('first.a.test.', 'A', [two])];
    await expect(provider.apply({ zone, changes, expect: fingerprint })).rejects.toMatchObject({ code: 'STALE_PLAN' });
    expect(await served('first.a.test.')).toEqual([`60 ${one}`]);
  });

  it('goes on where somebody else has written elsewhere in the zone', async () => {
    const { fingerprint } = await readAll(provider);
    await behind(add('elsewhere.a.test.', one));
    const changes = [replacing(www, 'A', [one], [two])];
    expect(await provider.apply({ zone, changes, expect: fingerprint })).toMatchObject({
      status: 'applied',
      raced: false,
    });
    expect(await served(www)).toEqual([`60 ${two}`]);
    await write(provider, replacing(www, 'A', [two], [one]));
  });

  it('sees what the server would leave out, before it sends it', async () => {
    const beside = await write(provider, creating(www, 'CNAME', ['other.a.test.']), creating('z.a.test.', 'A', [one]));
    expect(beside).toEqual({
      status: 'refused',
      refused: [{ name: www, type: 'CNAME', message: expect.stringContaining('beside the A') }],
    });
    expect(await write(provider, creating('alias.a.test.', 'A', [one]))).toMatchObject({ status: 'refused' });
    expect(await served('z.a.test.')).toEqual([]);
  });

  it('replaces the NS at the apex, and their TTL alone', async () => {
    const apex = (before: readonly string[], after: readonly string[], ttl: number, was = 60) =>
      write(provider, replacing(zone.name, 'NS', before, after, ttl, was));
    const [ns1, ns2] = ['ns1.a.test.', 'ns.example.net.'] as const;
    expect(await apex([ns1], [ns1], 300)).toMatchObject({ status: 'applied' });
    expect(await served(zone.name, 'NS')).toEqual([`300 ${ns1}`]);
    expect(await apex([ns1], [ns1, ns2], 300, 300)).toMatchObject({ status: 'applied' });
    expect(await apex([ns1, ns2], [ns1, ns2], 90, 300)).toMatchObject({ status: 'applied' });
    expect(await served(zone.name, 'NS')).toEqual([`90 ${ns2}`, `90 ${ns1}`]);
    expect(await apex([ns1, ns2], [ns1], 60, 90)).toMatchObject({ status: 'applied' });
    expect(await served(zone.name, 'NS')).toEqual([`60 ${ns1}`]);
    expect(await write(provider, deleting(zone.name, 'NS', [ns1]))).toMatchObject({ status: 'refused' });
  });

  it('replaces the SOA', async () => {
    const soaOf = async () => (await readAll(provider)).rrsets.find(({ type }) => type === 'SOA');
    const before = await soaOf();
    const rdata = before?.values[0]?.rdata ?? '';
    const change = replacing(zone.name, 'SOA', [rdata], [rdata.replace(' 3600 ', ' 7200 ')], 120);
    expect(await write(provider, change)).toMatchObject({ status: 'applied', raced: false });
    expect((await soaOf())?.values[0]?.rdata).toContain(' 7200 600 86400 60');
    expect((await soaOf())?.ttl).toBe(120);
  });

  it('writes many changes as few updates, and reads them by IXFR', async () => {
    const changes = Array.from({ length: 3_000 }, (_, i) =>
      creating(`host${i}.a.test.`, 'A', [`10.0.${i >> 8}.${i & 255}`]),
    );
    const writes = provider.cut?.(zone, changes) ?? [];
    expect(writes.flat()).toEqual(changes);
    expect(writes.length).toBeGreaterThan(1);
    expect(writes.length).toBeLessThan(4);
    for (const each of writes) expect(await write(provider, ...each)).toMatchObject({ status: 'applied' });
    expect((await readAll(provider)).rrsets.filter(({ name }) => name.startsWith('host'))).toHaveLength(3_000);
  });

  it('says that it cannot make a zone, and how to', async () => {
    const message = expect.stringMatching(/allow-update.*Knot/);
    const made = provider.createZone({ name: 'no.test.', view: null }, { kind: '', ns: [], soa_edit_api: '' });
    await expect(made).rejects.toMatchObject({ code: 'WRITE_REFUSED', message });
    expect(provider.supports).toMatchObject({ creates_zones: false, zones_are_made: message });
  });
});
