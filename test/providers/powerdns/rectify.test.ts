import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dig, type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../../servers/index.ts';
import { creating, creation, deleting, openProvider, replacing } from './harness.ts';

let pdns: PowerDns;
let proxy: FaultyProxy;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(() => proxy.clear());

it('defers the rectify to the end of a change of names, in zones that it made so', async () => {
  const its = await openProvider({ url: proxy.url, apiKey: pdns.apiKey }, { rectify: 'deferred' });
  const other = { name: 'b.test.', view: null };
  await its.createZone(other, { ...creation, ns: [] });
  const snapshot = await its.read(other);
  const expected = snapshot.status === 'read' ? snapshot.fingerprint : null;
  const changes = [creating('x.deep.b.test.', 'A', ['192.0.2.1'])];
  await its.apply({ zone: other, changes, expect: expected });
  await its.finish?.(other, changes);
  expect((await dig(pdns.dns, 'deep.b.test', 'A')).rcode).toBe('NOERROR');
  const swap = [replacing('x.deep.b.test.', 'A', ['192.0.2.1'], ['192.0.2.2'])];
  expect(proxy.count('PUT', /rectify$/)).toBe(1);
  await its.finish?.(other, swap);
  expect(proxy.count('PUT', /rectify$/)).toBe(1);
  await its.deleteZone(other);
  await its.close?.();
});

it('leaves word at the zone that it is owed a rectify, for whoever comes next', async () => {
  const open = () => openProvider({ url: proxy.url, apiKey: pdns.apiKey }, { rectify: 'deferred' });
  const [killed, next] = [await open(), await open()];
  const other = { name: 'b.test.', view: null };
  await killed.createZone(other, { ...creation, ns: [] });
  await next.finish?.(other, []);
  expect(proxy.count('PUT')).toBe(0);
  const values = [replacing('x.deep.b.test.', 'A', ['192.0.2.1'], ['192.0.2.2'])];
  await killed.apply({ zone: other, changes: values, expect: '1' });
  expect(proxy.count('PUT')).toBe(0);
  const names = [deleting('x.deep.b.test.', 'A', ['192.0.2.2']), creating('y.deeper.b.test.', 'A', ['192.0.2.1'])];
  for (const change of names) await killed.apply({ zone: other, changes: [change], expect: '2' });
  expect(proxy.count('PUT', /metadata/)).toBe(1);
  expect(proxy.requests.findIndex(({ method }) => method === 'PUT')).toBeLessThan(
    proxy.requests.findLastIndex(({ method }) => method === 'PATCH') - 1,
  );
  await next.finish?.(other, values);
  expect((await dig(pdns.dns, 'deeper.b.test', 'A')).rcode).toBe('NOERROR');
  await (await open()).finish?.(other, values);
  expect(proxy.count('PUT', /rectify$/)).toBe(1);
  const { body } = await pdns.api('GET', '/zones/b.test./metadata');
  expect(JSON.stringify(body)).not.toContain('X-HOSTMASTER');
  await killed.deleteZone(other);
});
