import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, hostmaster, type Started, start } from '../command.ts';
import { key, statements } from '../providers/rfc2136/harness.ts';
import { type DnsProxy, opcodeOfUpdate, startDnsProxy } from '../servers/dns-proxy.ts';
import {
  type Proxy as ApiProxy,
  dig,
  type PowerDns,
  startBind,
  startPowerDns,
  startProxy,
  uncached,
} from '../servers/index.ts';
import { secretOf } from '../servers/secret.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, makeZone, rrset } from './zone.ts';

// Invariant 14: www is .1; the write of .2 is held on its way when its apply is told to stop, and a newer apply writes .3.
// Whatever becomes of the older write, the newer one stands.

/** How the older apply ends, and whether the newer one begins before that. */
type Way = 'stopped' | 'stopped, the newer at once' | 'cut by a second signal' | 'killed';
const ways: readonly Way[] = ['stopped', 'stopped, the newer at once', 'cut by a second signal', 'killed'];
const runs = Array.from({ length: 20 }, (_, i) => ({
  i,
  way: ways[i % ways.length] ?? 'stopped',
  server: Math.floor(i / ways.length) % 2 === 0 ? ('PowerDNS' as const) : ('BIND' as const),
}));

/** The target's timeout in milliseconds, and how long its write is held after the signal. */
const timeout = 6_000;
const heldFor = 1_500;
const zoneOf = (i: number): string => `held${i}.test.`;
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\n`;

/** What holds the write to a zone at its name server, until it is let go. */
interface Held {
  readonly reached: Promise<void>;
  letGo(): void;
}

interface World {
  repositoryOf(zone: string): Repository;
  hold(zone: string): Held;
  answered(zone: string): Promise<readonly string[]>;
}

const holding = () => {
  const gates = new Map<string, { readonly reach: () => void; readonly passing: Promise<void> }>();
  return {
    hold: (zone: string): Held => {
      const [reached, passing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      gates.set(zone, { reach: reached.resolve, passing: passing.promise });
      return { reached: reached.promise, letGo: passing.resolve };
    },
    /** The first write to a zone waits; those after it pass. */
    pass: async (zone: string): Promise<void> => {
      const gate = gates.get(zone);
      gates.delete(zone);
      gate?.reach();
      await gate?.passing;
    },
  };
};

/** Ends the older apply while its write is held; gives how it ended. */
const ended = async (older: Started, way: Way, held: Held): Promise<Ended> => {
  if (way === 'killed') return older.end('SIGKILL');
  const over = older.end('SIGTERM');
  if (way === 'cut by a second signal') {
    await sleep(1_100);
    return older.end('SIGTERM');
  }
  if (way === 'stopped') {
    await sleep(heldFor);
    held.letGo();
  }
  return over;
};

const theNewerStands = async (world: World, zone: string, way: Way): Promise<void> => {
  const repository = world.repositoryOf(zone);
  const held = world.hold(zone);
  repository.write(`zones/${zone}yaml`, fileOf('192.0.2.2'));
  const args = ['apply', '--yes', '--config', repository.config];
  const older = start(args);
  await held.reached;
  repository.write(`zones/${zone}yaml`, fileOf('192.0.2.3'));
  const ending = ended(older, way, held);
  if (way !== 'stopped, the newer at once') await ending;
  const newer = hostmaster(args);
  await sleep(heldFor);
  held.letGo();
  const [{ code: olderCode, stderr }, newest] = await Promise.all([ending, newer]);
  if (way !== 'killed') {
    expect(stderr).toMatch(
      /^hostmaster: interrupted: [01] of 1 change written(, and not verified)?; run it again to go on\n$/,
    );
  }
  expect(olderCode).toBe(way === 'killed' ? -1 : 143);
  expect(newest, JSON.stringify(newest)).toMatchObject({ code: 0 });
  expect(await world.answered(zone)).toEqual(['192.0.2.3']);
};

describe('invariant 14: a held write and a newer apply', () => {
  let pdns: PowerDns;
  let bind: Awaited<ReturnType<typeof startBind>>;
  let toPdns: ApiProxy;
  let toBind: DnsProxy;
  let worlds: Readonly<Record<'PowerDNS' | 'BIND', World>>;

  beforeAll(async () => {
    const text = `$TTL 300\n@ SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 60\n@ NS ns1.example.net.\n@ NS ns2.example.net.\nwww A 192.0.2.1\n`;
    const zones = runs.map(({ i }) => zoneOf(i));
    [pdns, bind] = await Promise.all([
      startPowerDns({ backend: 'sqlite', settings: uncached }),
      startBind({ keys: [key], zones: zones.map((name) => ({ name, text, statements })) }),
    ]);
    for (const zone of zones) await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
    [toPdns, toBind] = await Promise.all([startProxy(pdns.url), startDnsProxy(bind.dns)]);
    const [api, updates] = [holding(), holding()];
    toPdns.handle(async ({ method, path, body }) => {
      if (method !== 'PATCH') return undefined;
      await body();
      await api.pass(path.split('/').at(-1) ?? '');
      return undefined;
    });
    toBind.handle(async ({ opcode, name }) => {
      if (opcode === opcodeOfUpdate) await updates.pass(name);
      return undefined;
    });
    const answeredBy = (server: { readonly dns: typeof bind.dns }) => async (zone: string) =>
      (await dig(server.dns, `www.${zone}`, 'A')).answers.map(({ rdata }) => rdata);
    const span = `${timeout}ms`;
    worlds = {
      PowerDNS: {
        ...api,
        answered: answeredBy(pdns),
        repositoryOf: (zone) =>
          makeRepository({
            targets: { ns: targetOf({ ...pdns, url: toPdns.url }, { timeout: span }) },
            zones: { [zone]: {} },
          }),
      },
      BIND: {
        ...updates,
        answered: answeredBy(bind),
        repositoryOf: (zone) =>
          makeRepository({
            targets: {
              ns: {
                provider: 'rfc2136',
                host: toBind.dns.address,
                port: toBind.dns.port,
                tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
                timeout: span,
                verify_at: [`${bind.dns.address}:${bind.dns.port}`],
                verify_wait: '5s',
              },
            },
            zones: { [zone]: {} },
          }),
      },
    };
  });
  afterAll(async () => {
    await Promise.all([toPdns?.stop(), toBind?.stop()]);
    await Promise.all([pdns?.stop(), bind?.stop()]);
  });

  it.concurrent.each(runs)('run $i on $server, $way: the newer stands', async ({ i, server, way }) => {
    await theNewerStands(worlds[server], zoneOf(i), way);
  });
});
