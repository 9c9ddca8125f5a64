import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyOf, type Provider, parseRdata } from '../../../src/provider.ts';
import { dig, type PowerDns, startPowerDns } from '../../servers/index.ts';
import { creating, creation, deleting, openProvider, readAll, zone } from './harness.ts';
import { apexOnly, samples } from './samples.ts';

let pdns: PowerDns;
let provider: Provider;

beforeAll(async () => {
  const settings = {
    'enable-lua-records': 'yes',
    'expand-alias': 'yes',
    'dname-processing': 'yes',
    resolver: '127.0.0.1:1',
  };
  pdns = await startPowerDns({ backend: 'pgsql', settings });
  provider = await openProvider(pdns);
});
afterAll(async () => {
  await provider.close?.();
  await pdns.stop();
});

it('takes every type on PostgreSQL as well, and zones at once', async () => {
  expect(provider.supports.parallel_zones).toBe(4);
  await provider.createZone(zone, creation);
  const { fingerprint } = await readAll(provider);
  const changes = Object.entries(samples).flatMap(([type, sets]) =>
    sets.map((values, i) => {
      const name = apexOnly.has(type) ? zone.name : `${type.toLowerCase()}${i}.a.test.`;
      return creating(name, type, values.map((value) => parseRdata(type, value)).sort());
    }),
  );
  expect(await provider.apply({ zone, changes, expect: fingerprint })).toMatchObject({
    status: 'applied',
    raced: false,
  });
  const read = new Map(
    (await readAll(provider)).rrsets.map((rrset) => [keyOf(rrset), rrset.values.map((v) => v.rdata)]),
  );
  for (const change of changes) {
    expect(read.get(keyOf(change)), keyOf(change)).toEqual(change.after?.values.map((value) => value.rdata));
  }
  const swap = [creating('a0.a.test.', 'CNAME', ['x.test.']), deleting('a0.a.test.', 'A')];
  expect(await provider.apply({ zone, changes: swap, expect: '2' })).toMatchObject({ fingerprint: '3', raced: false });
  expect((await dig(pdns.dns, 'a0.a.test', 'A')).answers[0]?.type).toBe('CNAME');
});

it('writes four zones at once without losing one', async () => {
  const zones = Array.from({ length: 8 }, (_, i) => ({ name: `p${i}.test.`, view: null }));
  await Promise.all(
    zones.map(async (each) => {
      await provider.createZone(each, creation);
      const changes = [creating(`x.${each.name}`, 'A', ['192.0.2.1'])];
      await provider.apply({ zone: each, changes, expect: null });
      expect(await provider.read(each)).toMatchObject({ status: 'read', fingerprint: '2' });
    }),
  );
});
