import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { factory } from '../../../providers/embedded/index.ts';
import type { Change } from '../../../src/model/plan.ts';
import type { Write, ZoneSnapshot } from '../../../src/provider.ts';
import { dig } from '../../servers/dig.ts';
import { freePort } from '../../servers/ports.ts';
import { type Embedded, planned, putRecords, startEmbedded, zoneOf } from './zone.ts';

const zone = 'example.com.';
let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded.stop());
beforeEach(async () => {
  await embedded.provider.deleteZone(zoneOf(zone));
  await putRecords(embedded.provider, zone, [['www', 300, 'A', '192.0.2.1']]);
});

const context = () => ({
  config: { listen: '127.0.0.1:0', file: 'zones.sqlite' },
  secrets: {},
  folder: embedded.folder,
});

const read = async (names?: readonly string[]): Promise<ZoneSnapshot> => {
  const snapshot = await embedded.provider.read(zoneOf(zone), names === undefined ? {} : { names });
  if (snapshot.status !== 'read') throw new Error(snapshot.status);
  return snapshot;
};

const change = (name: string, type: string, before: readonly string[], after: readonly string[]): Change => ({
  action: before.length === 0 ? 'create' : after.length === 0 ? 'delete' : 'replace',
  name: name === '' ? zone : `${name}.${zone}`,
  type,
  before: before.length === 0 ? null : planned(zone, type, 300, before),
  after: after.length === 0 ? null : planned(zone, type, 300, after),
});

const write = (...changes: readonly Change[]): Write => ({ zone: zoneOf(zone), changes, expect: null });

describe('the embedded provider', () => {
  it('makes a zone with SOA and NS', async () => {
    await embedded.provider.createZone(zoneOf('made.example.'), {
      kind: 'Native',
      ns: ['ns1.made.example.'],
      soa_edit_api: 'INCREASE',
    });
    const made = await embedded.provider.read(zoneOf('made.example.'));
    expect(made.status === 'read' && made.rrsets.map(({ type, values }) => [type, values[0]?.rdata])).toEqual([
      ['NS', 'ns1.made.example.'],
      ['SOA', expect.stringMatching(/^ns1\.made\.example\. hostmaster\.made\.example\. \d+ 10800 3600 604800 300$/)],
    ]);
    await embedded.provider.deleteZone(zoneOf('made.example.'));
    expect((await embedded.provider.read(zoneOf('made.example.'))).status).toBe('missing');
  });

  it('says what it has not', async () => {
    expect(await embedded.provider.read(zoneOf('none.example.'))).toEqual({ status: 'missing' });
    const work = embedded.provider.apply({ zone: zoneOf('none.example.'), changes: [], expect: null });
    await expect(work).rejects.toMatchObject({ code: 'ZONE_MISSING' });
  });

  it('creates, replaces and deletes, and moves the fingerprint', async () => {
    const first = await read();
    const result = await embedded.provider.apply(
      write(change('www', 'A', ['192.0.2.1'], ['192.0.2.2']), change('new', 'TXT', [], ['"x"'])),
    );
    expect(result).toEqual({ status: 'applied', fingerprint: String(Number(first.fingerprint) + 1), raced: false });
    expect((await read([`www.${zone}`])).rrsets).toEqual([
      { name: `www.${zone}`, type: 'A', ttl: 300, values: [{ rdata: '192.0.2.2', origins: [] }] },
    ]);
    await embedded.provider.apply(write(change('new', 'TXT', ['"x"'], [])));
    expect((await read()).rrsets.map(({ type }) => type).sort()).toEqual(['A', 'NS', 'SOA']);
  });

  it('is unchanged where fingerprint and mark are the same', async () => {
    const { fingerprint } = await read();
    const since = { fingerprint: fingerprint ?? '', mark: 'ours' };
    expect((await embedded.provider.read(zoneOf(zone), { since })).status).toBe('read');
    await embedded.provider.mark?.(zoneOf(zone), 'ours');
    expect((await embedded.provider.read(zoneOf(zone), { since })).status).toBe('unchanged');
    await putRecords(embedded.provider, zone, [['www', 60, 'A', '192.0.2.9']]);
    expect((await embedded.provider.read(zoneOf(zone), { since })).status).toBe('read');
  });

  it.each([
    ['a replace of what changed', change('www', 'A', ['192.0.2.7'], ['192.0.2.8'])],
    ['a create of what exists', change('www', 'A', [], ['192.0.2.8'])],
    ['a delete of what is gone', change('gone', 'A', ['192.0.2.1'], [])],
  ])('refuses the whole write for %s, and names it', async (_what, stale) => {
    const before = await read();
    const work = embedded.provider.apply(write(change('new', 'A', [], ['192.0.2.3']), stale));
    await expect(work).rejects.toMatchObject({ code: 'STALE_PLAN', message: expect.stringContaining(stale.name) });
    expect(await read()).toEqual(before);
  });

  it.each([
    ['a CNAME beside others', [change('www', 'CNAME', [], ['x.example.com.'])], /stands alone/],
    ['others beside a CNAME', [change('c', 'CNAME', [], ['x.']), change('c', 'A', [], ['192.0.2.1'])], /stands alone/],
    ['a CNAME at the apex', [change('', 'CNAME', [], ['x.'])], /stands alone/],
    ['LUA', [change('lua', 'LUA', [], ['A "x"'])], /runs no code/],
    ['ALIAS', [change('', 'ALIAS', [], ['x.'])], /resolves no other names/],
    ['a name of another zone', [{ ...change('x', 'A', [], ['192.0.2.1']), name: 'x.example.net.' }], /is not in/],
    ['SOA elsewhere', [change('x', 'SOA', [], ['a. b. 1 2 3 4 5'])], /apex only/],
    ['two CNAME', [change('x', 'CNAME', [], ['a.', 'b.'])], /one CNAME only/],
    ['a type that is no record', [change('x', 'TYPE255', [], ['\\# 0'])], /no type/],
    [
      'too much',
      [
        change(
          'x',
          'TXT',
          [],
          Array.from({ length: 300 }, (_, i) => `"${i}${'x'.repeat(240)}"`),
        ),
      ],
      /octets/,
    ],
  ])('refuses %s, and nothing is written', async (_what, changes, message) => {
    const before = await read();
    const result = await embedded.provider.apply(write(change('good', 'A', [], ['192.0.2.3']), ...changes));
    expect(result.status).toBe('refused');
    expect(JSON.stringify(result)).toMatch(message);
    expect(JSON.stringify(result)).not.toContain('good');
    expect(await read()).toEqual(before);
  });

  it('keeps SOA and apex NS', async () => {
    const { rrsets } = await read();
    for (const type of ['SOA', 'NS']) {
      const rrset = rrsets.find((one) => one.type === type);
      const before = rrset === undefined ? null : { ttl: rrset.ttl, values: rrset.values, health_check: null };
      const result = await embedded.provider.apply(write({ action: 'delete', name: zone, type, before, after: null }));
      expect(result).toMatchObject({ status: 'refused', refused: [{ type, message: `a zone needs its ${type}` }] });
    }
  });

  it('swaps types at one name in one write', async () => {
    const changes = [change('www', 'A', ['192.0.2.1'], []), change('www', 'CNAME', [], ['other.example.com.'])];
    expect((await embedded.provider.apply(write(...changes))).status).toBe('applied');
    expect((await dig(embedded.serving, `www.${zone}`, 'A')).answers.map(({ type }) => type)).toEqual(['CNAME']);
  });

  it('does not count a moved serial as a changed SOA', async () => {
    const soa = (await read()).rrsets.find(({ type }) => type === 'SOA');
    const before = soa === undefined ? null : { ttl: soa.ttl, values: soa.values, health_check: null };
    await putRecords(embedded.provider, zone, [['other', 60, 'A', '192.0.2.9']]);
    const after = planned(zone, 'SOA', 60, ['ns1.example.com. h.example.com. 7 1 2 3 4']);
    const changes: readonly Change[] = [{ action: 'replace', name: zone, type: 'SOA', before, after }];
    const result = await embedded.provider.apply(write(...changes));
    expect(result.status).toBe('applied');
    const { answers } = await dig(embedded.serving, zone, 'SOA');
    const serial = result.status === 'applied' ? result.fingerprint : '';
    expect(answers[0]).toMatchObject({ ttl: 60, rdata: `ns1.example.com. h.example.com. ${serial} 1 2 3 4` });
  });

  it('shows what another process writes at once', async () => {
    const script = `
      import { DatabaseSync } from 'node:sqlite';
      const database = new DatabaseSync(${JSON.stringify(`${embedded.folder}/zones.sqlite`)}, { timeout: 5000 });
      database.exec("UPDATE rrsets SET rdata = '192.0.2.77' WHERE type = 'A'");`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    expect((await dig(embedded.serving, `www.${zone}`, 'A')).answers[0]?.rdata).toBe('192.0.2.77');
  });

  it('knows whether its server runs, and where', async () => {
    expect(embedded.provider.nameServers?.()).toEqual([
      { address: embedded.serving.address, port: embedded.serving.port },
    ]);
    const same = await factory.ensureServing?.(context());
    expect(same?.port).toBe(embedded.serving.port);
    await same?.stop();
    expect((await dig(embedded.serving, zone, 'SOA')).rcode).toBe('NOERROR');
  });

  it('starts its server where none of this file runs, and takes no other one for it', async () => {
    const listen = `127.0.0.1:${embedded.serving.port}`;
    const other = { ...context(), config: { listen, file: 'other.sqlite' } };
    await expect(factory.ensureServing?.(other)).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining(`cannot listen on 127.0.0.1 port ${embedded.serving.port}`),
    });
    const free = { ...context(), config: { listen: '127.0.0.1:0', file: 'other.sqlite' } };
    const started = await factory.ensureServing?.(free);
    expect((await dig(started ?? embedded.serving, zone, 'SOA')).rcode).toBe('REFUSED');
    await started?.stop();
    await started?.stop();
  });

  it('is started once by two that start it at the same moment', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const both = { ...context(), config: { listen, file: 'both.sqlite' } };
    const [one, two] = await Promise.all([factory.ensureServing?.(both), factory.ensureServing?.(both)]);
    expect(one?.port).toBe(two?.port);
    await one?.stop();
    await two?.stop();
  });

  it.each(['localhost:53', '127.0.0.1', '127.0.0.1:70000', '::1:53'])('refuses listen: %s', async (listen) => {
    const opening = factory.open({ ...context(), config: { listen } });
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG' });
  });
});
