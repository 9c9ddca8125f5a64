import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { key, statements } from '../providers/rfc2136/harness.ts';
import { opcodeOfUpdate, startDnsProxy } from '../servers/dns-proxy.ts';
import { type Fault, startBind, startPowerDns, startProxy, uncached } from '../servers/index.ts';
import { type Route53Fake, startRoute53Fake } from '../servers/route53-fake/index.ts';
import { secretOf } from '../servers/secret.ts';
import { questions, type Records, zones } from './sets-lab.ts';
import {
  always,
  recordsByApi,
  recordsByDns,
  type SetsWorld,
  type Watch,
  type WriteFault,
  watching,
} from './sets-world.ts';
import { targetOf } from './target-repository.ts';
import { expectPlain, makeZone } from './zone.ts';

// The lab of sets-lab.ts across three providers: its servers' names on PowerDNS, their PTRs on BIND, which is written by
// RFC 2136, and what they share on Route 53. Each behind a proxy.

const reverses: readonly string[] = [zones.here, zones.there, zones.six];
const isReverse = (name: string): boolean => reverses.some((zone) => name.endsWith(zone));
const isShared = (name: string): boolean => name.endsWith(zones.shared);

const emptyZone =
  '$TTL 300\n@ SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 60\n@ NS ns1.example.net.\n';

export interface AcrossWorld extends SetsWorld {
  /** BIND itself refuses to write these names; none, without any. */
  denyAtBind(...names: readonly string[]): Promise<void>;
  /** Nobody reaches BIND, or everybody again. */
  hideBind(isHidden: boolean): void;
}

export const acrossProviders = async (): Promise<AcrossWorld> => {
  const [pdns, bind, route53] = await Promise.all([
    startPowerDns({ backend: 'sqlite', settings: uncached }),
    startBind({ keys: [key], zones: reverses.map((name) => ({ name, text: emptyZone, statements })) }),
    startRoute53Fake({ pending: 0, processing: 0, rate: { perSecond: 1_000, burst: 1_000 } }),
  ]);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'any');
  await makeZone(pdns, zones.forward, []);
  await makeHostedZone(route53, zones.shared);
  const [toPdns, toBind, toRoute53] = await Promise.all([
    startProxy(pdns.url),
    startDnsProxy(bind.dns),
    startProxy(route53.url),
  ]);
  const written: string[] = [];
  let fault: (() => WriteFault | undefined) | null = null;
  let isHidden = false;
  const write = (zone: string): WriteFault | undefined => {
    written.push(zone);
    return fault?.();
  };
  toPdns.handle(({ method, path }): Fault | undefined =>
    method === 'PATCH' ? write(path.split('/').at(-1) ?? '') : undefined,
  );
  toBind.handle(({ opcode, name }) => {
    if (isHidden) return { kind: 'refuse' };
    return opcode === opcodeOfUpdate ? write(name) : undefined;
  });
  toRoute53.handle(({ method, path }) =>
    method === 'POST' && /\/rrset\/?$/.test(path) ? write(zones.shared) : undefined,
  );
  const [ofPdns, ofBind] = [(name: string) => !isReverse(name) && !isShared(name), isReverse];
  const shared = (): Records => recordsIn(route53);
  const reverse = (): Promise<Records> =>
    recordsByDns(
      bind,
      questions.filter(({ name }) => isReverse(name)),
    );
  const all = async (...parts: readonly (Records | Promise<Records>)[]): Promise<Records> =>
    new Map((await Promise.all(parts)).flatMap((part) => [...part]));
  return {
    targets: {
      pdns: targetOf({ ...pdns, url: toPdns.url }, { timeout: '60s', verify_wait: '1s' }),
      bind: {
        provider: 'rfc2136',
        host: toBind.dns.address,
        port: toBind.dns.port,
        tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
        verify_at: [`${bind.dns.address}:${bind.dns.port}`],
        verify_wait: '1s',
        // One after the other, so that each write has its number.
        parallel: 1,
      },
      aws: { provider: 'route53', endpoint: toRoute53.url, requests_per_second: 500, burst: 500, verify: 'api' },
    },
    zones: {
      [zones.forward]: { static: 'none', targets: ['pdns'] },
      [zones.shared]: { static: 'none', targets: ['aws'] },
      ...Object.fromEntries(reverses.map((zone) => [zone, { static: 'none', targets: ['bind'] }])),
    },
    overApi: () => all(recordsByApi(pdns, [zones.forward]), reverse(), shared()),
    overDns: () =>
      all(
        recordsByDns(
          pdns,
          questions.filter(({ name }) => ofPdns(name)),
        ),
        reverse(),
        shared(),
      ),
    writes: () => [...written],
    clear: () => {
      written.length = 0;
    },
    onWrite: (next) => {
      fault = next;
    },
    watch: async () => {
      const watches = await Promise.all([
        watching(
          pdns,
          always.filter(([{ name }]) => ofPdns(name)),
        ),
        watching(
          bind,
          always.filter(([{ name }]) => ofBind(name)),
        ),
        watchingShared(shared),
      ]);
      return { stop: async () => void (await Promise.all(watches.map((each) => each.stop()))) };
    },
    expectPlain: (ended) => {
      expectPlain(pdns, ended);
      expect(`${ended.stdout}${ended.stderr}`).not.toContain(key.secret);
    },
    denyAtBind: async (...names) => {
      const denials = names.map((name) => `deny "${key.name}" name "${name}";`).join(' ');
      const policy = `update-policy { ${denials} grant "${key.name}" zonesub ANY; }; allow-transfer { key "${key.name}"; };`;
      await bind.configure(reverses.map((name) => ({ name, statements: policy })));
    },
    hideBind: (hidden) => {
      isHidden = hidden;
    },
    stop: async () => {
      vi.unstubAllEnvs();
      await Promise.all([toPdns.stop(), toBind.stop(), toRoute53.stop()]);
      await Promise.all([pdns.stop(), bind.stop(), route53.stop()]);
    },
  };
};

const makeHostedZone = async ({ url }: Route53Fake, name: string): Promise<void> => {
  const body = `<?xml version="1.0"?><CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>${name}</CallerReference></CreateHostedZoneRequest>`;
  const { status } = await fetch(`${url}/2013-04-01/hostedzone`, { method: 'POST', body });
  expect(status).toBe(201);
};

const recordsIn = ({ account }: Route53Fake): Records => {
  const sets = [...account.zones.values()].flatMap((zone) => [...zone.sets.values()]);
  return new Map(sets.map(({ name, type, values }) => [`${name} ${type}`, values.toSorted()]));
};

/** No name server stands behind the fake: what its account holds is what Route 53 would answer. */
const watchingShared = async (records: () => Records): Promise<Watch> => {
  const asked = always.filter(([{ name }]) => isShared(name));
  const wrong: string[] = [];
  let [looks, isOver] = [0, false];
  const looking = (async () => {
    while (!isOver) {
      looks += 1;
      const now = records();
      for (const [{ name, type = 1 }, least] of asked) {
        const values = now.get(`${name} ${type === 1 ? 'A' : 'AAAA'}`) ?? [];
        if (values.length < least) wrong.push(`${name} ${type}: ${values.join(' ')}`);
      }
      await sleep(2);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await looking;
      expect(wrong).toEqual([]);
      expect(looks).toBeGreaterThan(0);
    },
  };
};
