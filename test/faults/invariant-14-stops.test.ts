import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runHere } from '../cli/here.ts';
import { type Ended, start } from '../command.ts';
import { startProxy } from '../servers/index.ts';
import { startRoute53Fake } from '../servers/route53-fake/index.ts';
import { holdWrites, proxiedPowerDns } from './proxied.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf } from './zone.ts';

// Invariant 14, by command and by stage: what is read is given up at once, what was written is told in one line, and nobody
// is blamed who had no time to answer.

const zones = ['one.test.', 'two.test.', 'three.test.'] as const;
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\n`;
const nothing = 'hostmaster: interrupted: nothing was applied; run it again\n';

describe('invariant 14: a command that is stopped', () => {
  const scene = proxiedPowerDns(zones);
  let repository: Repository;

  beforeEach(() => {
    repository = repositoryOf({});
  });

  const repositoryOf = (extra: Readonly<Record<string, unknown>>): Repository =>
    makeRepository({
      targets: { pdns: targetOf({ ...scene.pdns, url: scene.proxy.url }, { timeout: '20s', parallel: 1, ...extra }) },
      zones: Object.fromEntries(zones.map((zone) => [zone, {}])),
      files: Object.fromEntries(zones.map((zone) => [zone.slice(0, -1), fileOf('192.0.2.2')])),
    });

  /** Runs a command that is stopped as soon as a request is on its way; those that match get no answer at all. */
  const stoppedAt = async (args: readonly string[], method: string, path: RegExp, at = 1): Promise<Ended> => {
    const stop = new AbortController();
    let seen = 0;
    scene.proxy.handle((request) => {
      if (request.method !== method || !path.test(request.path)) return undefined;
      seen += 1;
      if (seen >= at) stop.abort();
      return method === 'GET' ? { kind: 'silent' } : undefined;
    });
    const since = Date.now();
    const ended = await runHere([...args, '--config', repository.config], Date.now, stop.signal);
    expect(stop.signal.aborted).toBe(true);
    // Not the target's timeout.
    expect(Date.now() - since).toBeLessThan(15_000);
    return ended;
  };

  it.each([
    ['plan', /\/config$/],
    ['plan', /\/zones/],
    ['plan --format json', /\/zones/],
    ['plan --exit-code --out plan.json', /\/zones/],
    ['apply --yes', /\/zones/],
    ['apply --yes --format json', /\/zones/],
    ['verify', /\/zones/],
    ['dump --target pdns --zone one.test', /\/zones/],
    ['dump --target pdns --out all', /\/zones/],
    ['explain www.one.test', /\/zones/],
    ['zone delete four.test --target pdns --confirm four.test', /\/zones/],
  ])('%s gives up what it reads (%s), in one line and without a result', async (command, path) => {
    expect(await stoppedAt(command.split(' '), 'GET', path)).toEqual({ code: 130, stdout: '', stderr: nothing });
    expect(scene.proxy.count('PATCH')).toBe(0);
  });

  it('apply tells how much it wrote, and the zones that it did not reach are no failures', async () => {
    const { code, stdout, stderr } = await stoppedAt(['apply', '--yes'], 'PATCH', /./, 2);
    expect(stderr).toBe('hostmaster: interrupted: 2 of 3 changes written, and not verified; run it again to go on\n');
    expect(stdout).toMatch(/\nPlan: 3 replaces\.\n$/);
    expect(code).toBe(130);
    scene.proxy.handle(null);
    expect(await repository.run('apply', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Applied: 1 change'),
    });
  });

  it('apply --format json is one document, where nothing counts as verified', async () => {
    const { code, stdout, stderr } = await stoppedAt(['apply', '--yes', '--format', 'json'], 'PATCH', /./, 2);
    const { results, verify } = JSON.parse(stdout);
    expect(results.map(({ status }: { status: string }) => status).sort()).toEqual(['applied', 'applied', 'skipped']);
    expect(results.find(({ status }: { status: string }) => status === 'skipped')).toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(verify).toEqual({ checked: 0, differences: [] });
    expect(stderr).toBe('hostmaster: interrupted: 2 of 3 changes written, and not verified; run it again to go on\n');
    expect(code).toBe(130);
  });

  it('apply --plan rolls back the zone that is half written, and says the same line', async () => {
    const file = `${repository.folder}/plan.json`;
    expect(await repository.run('plan', '--out', file)).toMatchObject({ code: 0 });
    const { code, stderr } = await stoppedAt(['apply', '--yes', '--plan', file], 'PATCH', /./, 1);
    expect(stderr).toBe('hostmaster: interrupted: 1 of 3 changes written, and not verified; run it again to go on\n');
    expect(code).toBe(130);
  });

  it('apply blames no name server that it stopped asking, and the next plan reads what it wrote', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    repository = repositoryOf({ verify_at: [`127.0.0.1:${silent.address().port}`], verify_wait: '1h' });
    const stop = new AbortController();
    silent.once('message', () => stop.abort());
    const ended = await runHere(['apply', '--yes', '--config', repository.config], Date.now, stop.signal);
    expect(ended.stderr).toBe(
      'hostmaster: interrupted: 3 of 3 changes written, and not verified; run it again to go on\n',
    );
    expect(ended.stdout).not.toMatch(/no answer|Verified/);
    expect(ended.code).toBe(130);
    scene.proxy.clear();
    expect(await repository.run('plan')).toMatchObject({ code: 0, stdout: 'Plan: no changes.\n' });
    expect(scene.proxy.count('GET', /\/zones\/one\.test\.$|search-data/)).toBeGreaterThan(0);
  });

  it('a write without an answer is waited for until the target’s timeout, and told as what it is', async () => {
    repository = repositoryOf({ timeout: '1500ms' });
    const stop = new AbortController();
    scene.proxy.handle(({ method }) => {
      if (method !== 'PATCH') return undefined;
      stop.abort();
      return { kind: 'silent' };
    });
    const since = Date.now();
    const ended = await runHere(['apply', '--yes', '--config', repository.config], Date.now, stop.signal);
    expect(Date.now() - since).toBeGreaterThan(1_400);
    expect(ended.stdout).toMatch(/ at pdns: .*stopped, and read back: nothing of it was applied\n/);
    expect(ended.stderr).toBe('hostmaster: interrupted: 0 of 3 changes written; run it again to go on\n');
    expect(ended.code).toBe(130);
  });

  it.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('by %s, in a process of its own, ends with %i', async (signal, code) => {
    const reached = Promise.withResolvers<void>();
    scene.proxy.handle(({ method }) => {
      if (method !== 'PATCH') return undefined;
      reached.resolve();
      return { kind: 'delay', ms: 1_500 };
    });
    const apply = start(['apply', '--yes', '--config', repository.config]);
    await reached.promise;
    const ended = await apply.end(signal);
    expect(ended.stderr).toBe(
      'hostmaster: interrupted: 1 of 3 changes written, and not verified; run it again to go on\n',
    );
    expect(ended.code).toBe(code);
  });

  it('ends after stop_within, and the next apply waits for what it left on its way', async () => {
    repository = makeRepository({
      targets: { pdns: targetOf({ ...scene.pdns, url: scene.proxy.url }, { timeout: '4s' }) },
      zones: { [zones[0]]: {} },
      files: { 'one.test': fileOf('192.0.2.2') },
      more: { stop_within: '500ms' },
    });
    const [reached, passing] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()];
    scene.proxy.handle(async ({ method, body }) => {
      if (method !== 'PATCH') return undefined;
      await body();
      reached.resolve(Date.now());
      await passing.promise;
      return undefined;
    });
    const apply = start(['apply', '--yes', '--config', repository.config]);
    const sent = await reached.promise;
    const { code, stderr, stdout } = await apply.end('SIGTERM');
    expect({ code, stderr }).toEqual({
      code: 143,
      stderr: 'hostmaster: interrupted: 0 of 1 change written; run it again to go on\n',
    });
    expect(stdout).toMatch(/it may or may not have been applied/);
    repository.write('zones/one.test.yaml', fileOf('192.0.2.3'));
    const next = repository.run('apply', '--yes');
    await sleep(500);
    passing.resolve();
    expect(await next).toMatchObject({ code: 0 });
    expect(Date.now() - sent).toBeGreaterThan(3_900);
    expect(await contentOf(scene.pdns, zones[0])).toEqual(['www A 300 192.0.2.3']);
  });
});

describe('invariant 14: on Route 53', () => {
  it('a batch on its way is waited for, and not until every name server has it', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'any');
    const fake = await startRoute53Fake({ pending: 600_000, rate: { perSecond: 1_000, burst: 1_000 } });
    const proxy = await startProxy(fake.url);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await proxy.stop();
      await fake.stop();
    });
    const aws = { provider: 'route53', endpoint: proxy.url, requests_per_second: 500, burst: 500, verify: 'api' };
    const repository = makeRepository({
      targets: { aws },
      zones: { 'held.test': { create: true } },
      files: { 'held.test': 'www: {type: A, ttl: 300, value: 192.0.2.1}\n' },
    });
    const stop = new AbortController();
    proxy.handle(({ method, path }) => {
      if (method !== 'POST' || !/\/rrset\/?$/.test(path)) return undefined;
      stop.abort();
      return { kind: 'delay', ms: 300 };
    });
    const ended = await runHere(['apply', '--yes', '--config', repository.config], Date.now, stop.signal);
    expect(ended).toMatchObject({
      code: 130,
      stderr: 'hostmaster: interrupted: 1 of 1 change written, and not verified; run it again to go on\n',
    });
    const sets = [...fake.account.zones.values()].flatMap((zone) => [...zone.sets.values()]);
    expect(sets.find(({ name }) => name === 'www.held.test.')?.values).toEqual(['192.0.2.1']);
  });
});

describe('invariant 14: two applies at once', () => {
  const many = Array.from({ length: 6 }, (_, i) => `many${i}.test.`);
  const scene = proxiedPowerDns(many);

  it('the second says once that it waits, for all of its zones, and then does what is left', async () => {
    const repository = makeRepository({
      targets: { pdns: targetOf({ ...scene.pdns, url: scene.proxy.url }) },
      zones: Object.fromEntries(many.map((zone) => [zone, {}])),
      files: Object.fromEntries(many.map((zone) => [zone.slice(0, -1), fileOf('192.0.2.2')])),
    });
    const held = holdWrites(scene);
    const args = ['apply', '--yes', '--config', repository.config];
    const first = start(args);
    await held.reached;
    for (const zone of many) repository.write(`zones/${zone}yaml`, fileOf('192.0.2.3'));
    const second = runHere(args);
    await sleep(3_000);
    held.letGo();
    expect(await first.ended).toMatchObject({ code: 0 });
    const { code, stderr } = await second;
    expect(stderr).toMatch(/^hostmaster: another Hostmaster \(pid \d+\) is writing .*; waiting for it\n$/);
    expect(code).toBe(0);
    const contents = await Promise.all(many.map((zone) => contentOf(scene.pdns, zone)));
    expect(new Set(contents.flat())).toEqual(new Set(['www A 300 192.0.2.3']));
  });
});
