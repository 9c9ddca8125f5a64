import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HostmasterError } from '../../src/model/errors.ts';
import { providerFinder } from '../../src/plugins/index.ts';
import type { Change, PlannedRRset, Provider, Write } from '../../src/provider.ts';
import { hostmaster } from '../command.ts';
import { writeJsonFileProvider } from '../conformance/json-file.ts';
import { tempFolder } from '../servers/child.ts';

// What providers/README.md promises of the provider that it builds, beyond what the suite sees.

const zone = { name: 'example.com.', view: null };
const key = 'www.example.com. A';

const planned = (ttl: number, ...values: readonly string[]): PlannedRRset => ({
  ttl,
  values: values.map((rdata) => ({ rdata, origins: [] })),
  health_check: null,
});

const www = (before: PlannedRRset | null, after: PlannedRRset | null): Change => ({
  action: before === null ? 'create' : after === null ? 'delete' : 'replace',
  name: 'www.example.com.',
  type: 'A',
  before,
  after,
});

describe('the JSON-file provider', () => {
  const folder = tempFolder('json-file-provider');
  const file = join(folder, 'zones.json');
  let provider: Provider;
  const text = (): string => readFileSync(file, 'utf8');
  const held = () => JSON.parse(text())['example.com.'].rrsets;
  const edit = (change: (rrsets: Record<string, unknown>) => void): void => {
    const zones = JSON.parse(text());
    change(zones['example.com.'].rrsets);
    writeFileSync(file, JSON.stringify(zones));
  };
  const write = (...changes: readonly Change[]): Write => ({ zone, changes, expect: null });
  const read = async () => {
    const snapshot = await provider.read(zone);
    if (snapshot.status !== 'read') throw new Error(snapshot.status);
    return snapshot;
  };
  const thrownBy = async (work: Promise<unknown>): Promise<HostmasterError> => {
    const error: unknown = await work.then(
      () => null,
      (reason) => reason,
    );
    if (!(error instanceof HostmasterError)) throw new Error(`not thrown, or no error of ours: ${String(error)}`);
    return error;
  };

  beforeAll(async () => {
    writeJsonFileProvider(folder);
    const found = await providerFinder()('./json-file.ts', folder);
    if (found.status !== 'found') throw new Error(JSON.stringify(found));
    provider = await found.provider.open({ config: { file: 'zones.json' }, secrets: {}, folder });
  });

  beforeEach(async () => {
    writeFileSync(file, '{}');
    await provider.createZone(zone, { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'INCREASE' });
    await provider.apply(write(www(null, planned(300, '192.0.2.1'))));
  });

  it.each([
    ['rdata', { ttl: 300, values: ['192.0.2.9'] }],
    ['TTL alone', { ttl: 60, values: ['192.0.2.1'] }],
    ['a value more', { ttl: 300, values: ['192.0.2.1', '192.0.2.9'] }],
    ['gone', undefined],
  ])('overwrites nothing that somebody else changed: %s', async (_, theirs) => {
    edit((rrsets) => {
      rrsets[key] = theirs;
    });
    const before = text();
    const error = await thrownBy(provider.apply(write(www(planned(300, '192.0.2.1'), planned(300, '192.0.2.2')))));
    expect(error).toMatchObject({ code: 'STALE_PLAN', message: expect.stringContaining(`${key} in ${file}`) });
    expect(text()).toBe(before);
  });

  it('makes nothing that somebody else made', async () => {
    expect(await thrownBy(provider.apply(write(www(null, planned(300, '192.0.2.2')))))).toMatchObject({
      code: 'STALE_PLAN',
    });
    const again = provider.createZone(zone, { kind: 'Native', ns: [], soa_edit_api: 'INCREASE' });
    expect(await thrownBy(again)).toMatchObject({ code: 'STALE_PLAN' });
  });

  it('lets one of many writers at once win, and tells the others', async () => {
    const writes = Array.from({ length: 8 }, (_, i) =>
      provider.apply(write(www(planned(300, '192.0.2.1'), planned(300, `192.0.2.1${i}`)))),
    );
    const ended = await Promise.allSettled(writes);
    const winners = ended.flatMap(({ status }, i) => (status === 'fulfilled' ? [`192.0.2.1${i}`] : []));
    expect(winners).toHaveLength(1);
    expect(held()[key]).toEqual({ ttl: 300, values: winners });
    for (const each of ended) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'STALE_PLAN' });
  });

  it('loses none of many writes to many names', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `n${i}.example.com.`);
    await Promise.all(names.map((name) => provider.apply(write({ ...www(null, planned(300, '192.0.2.1')), name }))));
    expect(Object.keys(held())).toEqual(expect.arrayContaining(names.map((name) => `${name} A`)));
  });

  it('says that nothing moved only where nothing did', async () => {
    const mark = await provider.mark?.(zone, 'ours');
    const { fingerprint } = await read();
    const since = { fingerprint: fingerprint ?? '', mark: mark ?? '' };
    expect([mark, await provider.mark?.(zone, 'another')]).toEqual(['ours', 'ours']);
    expect(await provider.read(zone, { since })).toEqual({ status: 'unchanged' });
    expect(await provider.read(zone, { since: { ...since, mark: 'another' } })).toMatchObject({ status: 'read' });
    edit((rrsets) => {
      rrsets[key] = { ttl: 301, values: ['192.0.2.1'] };
    });
    expect(await provider.read(zone, { since })).toMatchObject({ status: 'read' });
  });

  it('leaves alone what a person wrote otherwise', async () => {
    edit((rrsets) => {
      rrsets['WWW.example.com. AAAA'] = { ttl: 300, values: ['2001:db8::1'] };
      rrsets['x.example.com. A'] = { ttl: 300, values: ['192.0.2.999'] };
      rrsets['y.example.com. AAAA'] = { ttl: 300, values: ['2001:0DB8::1', '2001:db8::1'] };
    });
    const { rrsets, unreadable } = await read();
    expect(unreadable.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'WWW.example.com. AAAA',
      'x.example.com. A',
    ]);
    expect(rrsets.find(({ name }) => name === 'y.example.com.')?.values).toMatchObject([{ rdata: '2001:db8::1' }]);
  });

  it.each([
    ['cut off', '{ "example.com.": { "rrs'],
    ['of another shape', '{ "example.com.": { "rrsets": { "www.example.com. A": ["192.0.2.1"] } } }'],
    ['a list', '[]'],
    ['without its RRsets', '{ "example.com.": {} }'],
  ])('takes a file that is %s for no zone', async (_, content) => {
    writeFileSync(file, content);
    expect(await thrownBy(provider.read(zone))).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(await thrownBy(provider.listZones())).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(await thrownBy(provider.apply(write()))).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(text()).toBe(content);
  });

  it('is missing a zone that was deleted', async () => {
    await provider.deleteZone(zone);
    expect([await provider.read(zone), await provider.listZones()]).toEqual([{ status: 'missing' }, []]);
    expect(await thrownBy(provider.apply(write()))).toMatchObject({ code: 'ZONE_MISSING' });
  });

  it('is all that the command needs: a reviewed plan, and somebody else’s write before it', async () => {
    writeFileSync(file, '{}');
    writeFileSync(
      join(folder, 'hostmaster.yaml'),
      'targets: { file: { provider: ./json-file.ts } }\nzones: { example.com: { targets: [file], create: true, static: zone.yaml } }\n',
    );
    const want = (address: string): void =>
      writeFileSync(join(folder, 'zone.yaml'), `www: { type: A, ttl: 300, value: ${address} }\n`);
    want('192.0.2.1');
    const applied = await hostmaster(['apply', '--yes'], { cwd: folder });
    expect([applied.code, held()[key]]).toEqual([0, { ttl: 300, values: ['192.0.2.1'] }]);
    want('192.0.2.2');
    expect(await hostmaster(['plan', '--out', 'plan.json'], { cwd: folder })).toMatchObject({ code: 0 });
    edit((rrsets) => {
      rrsets[key] = { ttl: 60, values: ['192.0.2.1'] };
    });
    const refused = await hostmaster(['apply', '--plan', 'plan.json', '--yes'], { cwd: folder });
    expect([refused.code, held()[key]]).toEqual([3, { ttl: 60, values: ['192.0.2.1'] }]);
    expect(refused.stdout + refused.stderr).toContain('www.example.com.');
    const again = await hostmaster(['apply', '--yes'], { cwd: folder });
    expect([again.code, held()[key]]).toEqual([0, { ttl: 300, values: ['192.0.2.2'] }]);
    expect(again.stdout).toMatch(/^Verified: (?!nothing)/m);
  });
});
