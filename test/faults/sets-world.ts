import { expect } from 'vitest';
import type { Ended } from '../command.ts';
import { digAll } from '../servers/dig.ts';
import {
  type Fault,
  type PowerDns,
  type ProbeQuestion,
  type ProxyRequest,
  startProber,
  startProxy,
} from '../servers/index.ts';
import { addressesOf, questions, type Records, reverseName, servers, zones } from './sets-lab.ts';
import { targetOf } from './target-repository.ts';
import { type ApiRRset, expectPlain, makeZone } from './zone.ts';

// The name servers of the lab of sets-lab.ts, where each write can be hurt, and what answers is seen.

/** What becomes of one write, and with it of its connection. */
export type WriteFault = Extract<Fault, { readonly kind: 'refuse' | 'cut_body' | 'drop_answer' }>;

/** What looks all the while whether what should answer does. */
export interface Watch {
  /** Expects that all of it did. */
  stop(): Promise<void>;
}

export interface SetsWorld {
  /** As hostmaster.yaml has them. */
  readonly targets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Each zone's settings by its name. */
  readonly zones: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  overApi(): Promise<Records>;
  overDns(): Promise<Records>;
  /** The zones of the writes since `clear`. */
  writes(): readonly string[];
  clear(): void;
  /** Asked at each write, before it arrives; null: they all pass. */
  onWrite(fault: (() => WriteFault | undefined) | null): void;
  /** Asks for what answers on both sides from now on. */
  watch(): Promise<Watch>;
  /** Expects no secret and no stack trace in what a command said. */
  expectPlain(ended: Ended): void;
  stop(): Promise<void>;
}

/** All zones on one PowerDNS, behind a proxy. */
export interface PowerDnsWorld extends SetsWorld {
  readonly handle: (handler: ((request: ProxyRequest) => Promise<Fault | undefined>) | null) => void;
}

export const onPowerDns = async (pdns: PowerDns, timeout = '60s'): Promise<PowerDnsWorld> => {
  for (const zone of Object.values(zones)) await makeZone(pdns, zone, []);
  const proxy = await startProxy(pdns.url);
  return {
    targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { timeout, verify_wait: '1s' }) },
    zones: Object.fromEntries(Object.values(zones).map((zone) => [zone, { static: 'none' }])),
    overApi: () => recordsByApi(pdns, Object.values(zones)),
    overDns: () => recordsByDns(pdns, questions),
    writes: () =>
      proxy.requests.flatMap(({ method, path }) => (method === 'PATCH' ? [path.split('/').at(-1) ?? ''] : [])),
    clear: proxy.clear,
    onWrite: (fault) =>
      proxy.handle(fault === null ? null : ({ method }) => (method === 'PATCH' ? fault() : undefined)),
    watch: () => watching(pdns, always),
    expectPlain: (ended) => expectPlain(pdns, ended),
    handle: proxy.handle,
    stop: proxy.stop,
  };
};

/** A question that is answered on both sides, with how many values at least. */
export type Always = readonly [ProbeQuestion, number];

export const always: readonly Always[] = [
  ...servers
    .filter((server) => addressesOf(server, 'before').length > 0 && addressesOf(server, 'after').length > 0)
    .map((server): Always => [{ name: `${server}.${zones.forward}` }, 1]),
  [{ name: `web1.${zones.forward}`, type: 28 }, 1],
  [{ name: reverseName('10.0.1.5'), type: 12 }, 1],
  [{ name: reverseName('10.0.1.6'), type: 12 }, 1],
  [{ name: reverseName('10.0.1.9'), type: 12 }, 1],
  [{ name: `www.${zones.shared}` }, 3],
  [{ name: `www.${zones.shared}`, type: 28 }, 1],
];

/** Asks a name server these questions, again and again. */
export const watching = async ({ dns }: Pick<PowerDns, 'dns'>, asked: readonly Always[]): Promise<Watch> => {
  const isRight = ({ name, type = 1 }: ProbeQuestion, rcode: number, answers: number): boolean => {
    const least = asked.find(([question]) => question.name === name && (question.type ?? 1) === type)?.[1] ?? 1;
    return rcode === 0 && answers >= least;
  };
  const prober = await startProber(
    dns,
    asked.map(([question]) => question),
    { right: isRight, pause: 20 },
  );
  return {
    stop: async () => {
      const report = await prober.stop();
      expect(report.wrong).toEqual([]);
      expect(report.asked).toBeGreaterThan(0);
    },
  };
};

export const recordsByApi = async ({ api }: PowerDns, of: readonly string[]): Promise<Records> => {
  const read = await Promise.all(of.map((zone) => api('GET', `/zones/${zone}`)));
  const rrsets = read.flatMap(({ body }) => (body as { readonly rrsets: readonly ApiRRset[] }).rrsets);
  return new Map(
    rrsets.map(({ name, type, records }) => [`${name} ${type}`, records.map(({ content }) => content).sort()]),
  );
};

export const recordsByDns = async (
  { dns }: Pick<PowerDns, 'dns'>,
  asked: readonly { readonly name: string; readonly type: string }[],
): Promise<Records> => {
  const answers = await digAll(dns, asked);
  return new Map(
    asked.map(({ name, type }, i) => [
      `${name} ${type}`,
      (answers[i]?.answers ?? [])
        .filter((each) => each.type === type)
        .map(({ rdata }) => rdata)
        .sort(),
    ]),
  );
};
