import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { type Proxy as ApiProxy, dig, type PowerDns, startPowerDns, startProxy, uncached } from '../servers/index.ts';
import { forgetUnanswered, makeRepository, targetOf } from './target-repository.ts';
import { apexYaml } from './zone.ts';

// `rectify: deferred`, and kill -9 between the last write and the rectify: there is nothing left to change, and an empty
// non-terminal answers NXDOMAIN until the next apply.

let pdns: PowerDns;
let proxy: ApiProxy;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});

it('the next apply rectifies, though nothing has changed', async () => {
  const zone = 'owed.test.';
  const { config, folder } = makeRepository({
    targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { rectify: 'deferred' }) },
    zones: { [zone]: { create: {} } },
    files: { 'owed.test': `${apexYaml}x.deep: {type: A, ttl: 300, value: 192.0.2.1}\n` },
  });
  const apply = (onStart: (pid: number) => void = () => undefined) =>
    hostmaster(['apply', '--yes', '--config', config], { onStart });
  const rcode = async () => (await dig(pdns.dns, 'deep.owed.test', 'A')).rcode;
  let pid = 0;
  proxy.handle(({ path }) => {
    if (!path.endsWith('/rectify')) return undefined;
    process.kill(pid, 'SIGKILL');
    return { kind: 'refuse' };
  });
  expect(
    await apply((started) => {
      pid = started;
    }),
  ).toMatchObject({ code: -1 });
  expect(await rcode()).toBe('NXDOMAIN');
  proxy.handle(null);
  proxy.clear();
  forgetUnanswered(folder);
  const { code, stdout, stderr } = await apply();
  expect(code, stdout + stderr).toBe(0);
  expect([proxy.count('PATCH'), proxy.count('PUT', /rectify$/)]).toEqual([0, 1]);
  expect(await rcode()).toBe('NOERROR');
  await apply();
  expect(proxy.count('PUT', /rectify$/)).toBe(1);
});
