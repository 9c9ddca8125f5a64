import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../../servers/index.ts';
import { creating, creation, errorOf, openProvider, readAll, replacing, zone } from './harness.ts';

let pdns: PowerDns;
let proxy: FaultyProxy;
let provider: Provider;

const zonePath = '/zones/a.test.';
const soaOf = async () => (await readAll(provider)).rrsets.find(({ type }) => type === 'SOA')?.values[0]?.rdata ?? '';
/** A SOA with another minimum and a serial that is long gone. */
const soaChange = (minimum: number, serial = 1) =>
  replacing(zone.name, 'SOA', [], [`ns1.a.test. hostmaster.a.test. ${serial} 10800 3600 604800 ${minimum}`]);
const a = (name: string) => creating(`${name}.a.test.`, 'A', ['192.0.2.1']);

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(async () => {
  provider = await openProvider({ url: proxy.url, apiKey: pdns.apiKey });
  proxy.clear();
});
afterEach(async () => {
  proxy.handle(null);
  await provider.deleteZone(zone);
  await provider.close?.();
});

it.each(['INCREASE', 'DEFAULT', 'EPOCH', 'OFF'])('a SOA never takes the serial of %s back', async (soa_edit_api) => {
  await provider.createZone(zone, { ...creation, soa_edit_api });
  const serials = [Number((await readAll(provider)).fingerprint)];
  let fingerprint: string | null = String(serials[0]);
  for (const changes of [[a('x')], [a('y'), soaChange(60)], [a('z')], [soaChange(120, 0)], [a('w')]]) {
    const result = await provider.apply({ zone, changes, expect: fingerprint });
    if (result.status !== 'applied') throw new Error('it was refused');
    expect(result.raced).not.toBe(true);
    fingerprint = (await readAll(provider)).fingerprint;
    if (result.fingerprint !== null) expect(result.fingerprint).toBe(fingerprint);
    serials.push(Number(fingerprint));
  }
  const moves = serials.slice(1).map((serial, i) => serial - (serials[i] ?? 0));
  if (['INCREASE', 'DEFAULT'].includes(soa_edit_api)) expect(moves).toEqual([1, 1, 1, 1, 1]);
  else expect(moves.every((move) => move >= 0)).toBe(true);
  expect(await soaOf()).toBe(`ns1.a.test. hostmaster.a.test. ${serials.at(-1)} 10800 3600 604800 120`);
});

it('a SOA is not sent over what somebody else wrote since the read', async () => {
  await provider.createZone(zone, creation);
  const { fingerprint } = await readAll(provider);
  await pdns.api('PATCH', zonePath, { rrsets: [] });
  const error = await errorOf(provider.apply({ zone, changes: [soaChange(60), a('x')], expect: fingerprint }));
  expect(error).toMatchObject({ code: 'LOST_RACE' });
  expect(error.message).toContain('serial 1, now 2');
  expect(proxy.count('PATCH')).toBe(0);
});

it('a serial that is behind the one before is a race', async () => {
  await provider.createZone(zone, creation);
  await pdns.api('PATCH', zonePath, { rrsets: [] });
  const { fingerprint } = await readAll(provider);
  proxy.handle(async ({ method }) => {
    if (method === 'PATCH')
      await pdns.sql("update records set content = replace(content, ' 2 ', ' 0 ') where type = 'SOA'");
    return undefined;
  });
  expect(await provider.apply({ zone, changes: [a('x')], expect: fingerprint })).toMatchObject({ raced: true });
});

it('a SOA whose new serial cannot be read is written, and nobody says that it was not raced', async () => {
  await provider.createZone(zone, creation);
  const { fingerprint } = await readAll(provider);
  let written = false;
  proxy.handle(({ method, path }) => {
    written ||= method === 'PATCH';
    return written && path.endsWith('rrsets=false') ? { kind: 'answer', status: 502 } : undefined;
  });
  const result = await provider.apply({ zone, changes: [soaChange(60)], expect: fingerprint });
  expect(result).toEqual({ status: 'applied', fingerprint: null, raced: null });
});
