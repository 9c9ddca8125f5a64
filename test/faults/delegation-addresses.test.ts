import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../src/cli/registry.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Asker } from '../../src/model/ports.ts';
import { closePass, planPass, type RunContext } from '../../src/pass.ts';
import { readStore } from '../../src/state/index.ts';
import { addressLookup, askByDns } from '../../src/verify/index.ts';
import { type Bind, freePort, type PowerDns, startBind, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, expectPlain, makeZone, rrset } from './zone.ts';

// Where the addresses of new name servers come from, and what becomes of a delegation where nobody knows one.

const zone = 'parent.test.';
const other = 'other.test.';
const sub = `sub.${zone}`;
const child = `child.${zone}`;
const head = '$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns.example.net.\n';

/** A UDP port that takes everything and says nothing. */
const startSwallower = async (): Promise<{ readonly port: number; readonly seen: () => number; stop(): void }> => {
  const socket: Socket = createSocket('udp4');
  let seen = 0;
  socket.on('message', () => {
    seen += 1;
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, seen: () => seen, stop: () => void socket.close() };
};

let pdns: PowerDns;
let serving: Bind;
let without: Bind;
/** The ports that the addresses stand for: port 53 is not ours to take. */
const ports = new Map<string, number>();
const address = { serving: '192.0.2.1', without: '192.0.2.2', silent: '192.0.2.3', silent6: '2001:db8::3' } as const;
let swallower: Awaited<ReturnType<typeof startSwallower>>;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  serving = await startBind({
    zones: [
      { name: sub, text: head },
      { name: 'dns.test.', text: `${head}ns1 A ${address.serving}\nns2 A ${address.without}\n` },
    ],
  });
  without = await startBind({ zones: [] });
  swallower = await startSwallower();
  ports.set(address.serving, serving.dns.port);
  ports.set(address.without, without.dns.port);
  ports.set(address.silent, swallower.port);
  ports.set(address.silent6, swallower.port);
  await makeZone(pdns, zone, []);
  await makeZone(pdns, child, []);
  await makeZone(pdns, other, [
    rrset(`ns1.${other}`, 'A', address.serving),
    rrset(`ns2.${other}`, 'A', address.without),
  ]);
});
afterAll(async () => {
  swallower?.stop();
  await Promise.all([pdns, serving, without].map((server) => server?.stop()));
});

const ask: Asker = (nameserver, question, signal) => {
  const port = ports.get(nameserver.address);
  const at = port === undefined ? nameserver : { ...nameserver, address: '127.0.0.1', port };
  return askByDns({ timeoutMs: 1000, attempts: 2 })(at, question, signal);
};
const resolvedBy = (port: number): string => `127.0.0.1:${port}`;
const filesOf = (records: string): Readonly<Record<string, string>> => ({
  'child.parent.test': apexYaml,
  'lost.parent.test': apexYaml,
  'parent.test': `${apexYaml}${records}`,
  'other.test': `${apexYaml}ns1: {type: A, ttl: 300, value: ${address.serving}}\nns2: {type: A, ttl: 300, value: ${address.without}}\n`,
});
const repositoryWith = (records: string, zones: readonly string[] = [zone, other]): Repository =>
  makeRepository({
    targets: { pdns: targetOf(pdns) },
    zones: Object.fromEntries(zones.map((name) => [name, {}])),
    files: filesOf(records),
  });

interface PlanOptions {
  /** The port of the resolver. Default is a name server that knows dns.test. alone. */
  readonly resolver?: number;
  readonly allow?: readonly string[];
}
const planOf = async (
  repository: Repository,
  { allow = [sub], resolver = serving.dns.port }: PlanOptions = {},
): Promise<Plan> => {
  const context: RunContext = {
    registry,
    ask,
    lookup: addressLookup({ servers: [resolvedBy(resolver)], timeout: 2000 }),
    clock: { now: () => Date.now() },
    sleep: async (ms) => void (await sleep(ms)),
  };
  const allows = allow.map((name) => `delegation:${zone}/pdns:${name}`);
  const pass = await planPass(
    { config: repository.config, allow: allows, full: false, serve: false },
    context,
    readStore,
  );
  await closePass(pass);
  return pass.plan;
};
const created = (plan: Plan): readonly string[] =>
  plan.changesets.flatMap(({ changes }) => changes.map(({ name, type }) => `${name} ${type}`));
const refused = (plan: Plan): readonly string[] =>
  plan.changesets.flatMap(({ withheld }) => withheld.map(({ reason }) => reason));
/** The reasons that name a new name server. */
const notReady = (plan: Plan): readonly string[] =>
  refused(plan).filter((each) => each.startsWith('the new name server'));
const unasked = (plan: Plan): readonly string[] =>
  plan.problems.filter(({ rule }) => rule === 'delegation-unasked').map(({ message }) => message);

describe('the address of a new name server', () => {
  it.each([
    ['another configured zone', `ns1.${other}`, `ns2.${other}`],
    ['DNS', 'ns1.dns.test.', 'ns2.dns.test.'],
  ])('comes from %s: one that answers goes through, one that does not is refused', async (_where, good, bad) => {
    const plan = await planOf(repositoryWith(`sub: {type: NS, ttl: 300, value: ${good}}\n`));
    expect(created(plan)).toEqual([`${sub} NS`]);
    expect(unasked(plan)).toEqual([]);
    const wrong = await planOf(repositoryWith(`sub: {type: NS, ttl: 300, values: [${good}, ${bad}]}\n`));
    expect(created(wrong)).toEqual([]);
    expect(refused(wrong)).toEqual([
      `the new name server ${bad} (${address.without}) does not answer SOA of ${sub} with authority (REFUSED)`,
    ]);
  });

  it('is that of verify_at where the delegated zone is configured', async () => {
    const records = 'child: {type: NS, ttl: 300, value: ns1.nowhere.invalid.}\n';
    const plan = await planOf(repositoryWith(records, [zone, other, child]), { allow: [child] });
    expect(created(plan)).toEqual([`${child} NS`]);
    expect(unasked(plan)).toEqual([]);
    // The name servers of verify_at are not those of a zone that is not there.
    const lost = 'lost: {type: NS, ttl: 300, value: ns1.nowhere.invalid.}\n';
    const missing = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { [zone]: {}, [`lost.${zone}`]: { create: true } },
      files: filesOf(lost),
    });
    expect(refused(await planOf(missing, { allow: [`lost.${zone}`] }))).toEqual([
      expect.stringMatching(/^the new name server 127\.0\.0\.1:\d+ does not answer SOA of lost\.parent\.test\./),
    ]);
  });

  it('that nobody knows: the allow by name is enough, and the report says that it was not asked', async () => {
    const records = 'sub: {type: NS, ttl: 300, values: [ns1.nowhere.invalid., ns2.nowhere.invalid.]}\n';
    const repository = repositoryWith(records);
    const plan = await planOf(repository);
    expect(created(plan)).toEqual([`${sub} NS`]);
    expect(unasked(plan)).toEqual([
      `${sub}: nobody knows an address of the new name servers ns1.nowhere.invalid. and ns2.nowhere.invalid. (no configured zone, no verify_at, no DNS): they were not asked for ${sub}`,
    ]);
    const held = await planOf(repository, { allow: [] });
    expect(created(held)).toEqual([]);
    expect(unasked(held)).toEqual([]);
    const ended = await repository.run('plan', '--allow', `delegation:${zone}/pdns:${sub}`);
    expectPlain(pdns, ended);
    expect(ended.stdout).toContain('[delegation-unasked]');
    expect(ended.stdout).toContain('Plan: 1 create; 1 warning.');
    expect(ended.code).toBe(0);
  });

  it('one that is known and does not answer is refused beside one that nobody knows', async () => {
    const plan = await planOf(
      repositoryWith(`sub: {type: NS, ttl: 300, values: [ns1.nowhere.invalid., ns2.${other}]}\n`),
    );
    expect(created(plan)).toEqual([]);
    expect(refused(plan)[0]).toContain(`ns2.${other} (${address.without}) does not answer SOA`);
  });

  it('one of two that cannot be reached from here is enough, as where there is no IPv6', async () => {
    const plan = await planOf(
      repositoryWith(
        `sub: {type: NS, ttl: 300, value: ns1.sub.${zone}}\nns1.sub:\n  - {type: A, ttl: 300, value: ${address.serving}}\n  - {type: AAAA, ttl: 300, value: "${address.silent6}"}\n`,
      ),
    );
    expect(refused(plan)).toEqual([]);
    expect(created(plan)).toContain(`${sub} NS`);
  });
});

describe('name servers that are not new', () => {
  it('are not asked: one that is down does not keep the TTL or another one from changing', async () => {
    const old = `down.${zone}`;
    await makeZone(pdns, old, [
      rrset(`sub.${old}`, 'NS', `ns1.sub.${old}`),
      rrset(`ns1.sub.${old}`, 'A', address.silent),
    ]);
    const allow = [`delegation:${old}/pdns:sub.${old}`];
    const repository = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { [old]: {} },
      files: {
        'down.parent.test': `${apexYaml}sub: {type: NS, ttl: 60, value: ns1.sub.${old}}\nns1.sub: {type: A, ttl: 300, value: ${address.silent}}\n`,
      },
    });
    const context: RunContext = {
      registry,
      ask,
      clock: { now: () => Date.now() },
      sleep: async (ms) => void (await sleep(ms)),
    };
    const pass = await planPass({ config: repository.config, allow, full: false, serve: false }, context, readStore);
    await closePass(pass);
    expect(created(pass.plan)).toEqual([`sub.${old} NS`]);
  });
});

describe('179 delegations', () => {
  const names = [...new Array(179).keys()].map((i) => `d${i}.${zone}`);
  const recordsOf = (nameServer: (i: number) => string): string =>
    names.map((name, i) => `${name.split('.')[0]}: {type: NS, ttl: 300, value: ${nameServer(i)}}\n`).join('');

  it('without a resolver that answers are planned in seconds, and it is not asked for every name', async () => {
    const resolver = await startSwallower();
    const began = performance.now();
    const plan = await planOf(repositoryWith(recordsOf((i) => `ns${i}.far${i}.invalid.`)), {
      allow: names,
      resolver: resolver.port,
    });
    const seconds = (performance.now() - began) / 1000;
    resolver.stop();
    expect(created(plan)).toHaveLength(179);
    expect(unasked(plan)).toHaveLength(179);
    expect(seconds).toBeLessThan(30);
    expect(resolver.seen()).toBeLessThan(200);
  });

  it('to one name server that gives no answer ask it once', async () => {
    const before = swallower.seen();
    const glue = `nsx: {type: A, ttl: 300, value: ${address.silent}}\n`;
    const plan = await planOf(repositoryWith(`${glue}${recordsOf(() => `nsx.${zone}`)}`), { allow: names });
    expect(created(plan)).toEqual([]);
    expect(notReady(plan)).toHaveLength(179);
    expect(notReady(plan)[0]).toContain('guards: {delegation: false}');
    expect(swallower.seen() - before).toBeLessThanOrEqual(2);
  });

  it('to name servers that nobody listens at are planned in seconds', async () => {
    const closed = await freePort();
    for (let i = 0; i < 179; i += 1) ports.set(`198.51.100.${i}`, closed);
    const glue = names.map((_, i) => `ns${i}: {type: A, ttl: 300, value: 198.51.100.${i}}\n`).join('');
    const began = performance.now();
    const plan = await planOf(repositoryWith(`${glue}${recordsOf((i) => `ns${i}.${zone}`)}`), { allow: names });
    expect(notReady(plan)).toHaveLength(179);
    expect((performance.now() - began) / 1000).toBeLessThan(30);
  });
});
