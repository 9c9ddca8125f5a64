import { join } from 'node:path';
import { expect } from 'vitest';
import type { JournalEntry } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/sqlite.ts';
import { runHere } from '../cli/here.ts';
import { digAll } from '../servers/dig.ts';
import {
  type Fault,
  type PowerDns,
  type ProbeQuestion,
  type Prober,
  type ProxyRequest,
  startProber,
  startProxy,
} from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { type Ended, hostmaster, makeRepository, type Repository, targetOf } from './command.ts';
import {
  addressesOf,
  claimed,
  claimedOn,
  pairsIn,
  pairsOf,
  questions,
  type Records,
  reverseName,
  type Side,
  servers,
  side,
  zones,
} from './sets-lab.ts';
import { type ApiRRset, expectPlain, makeZone } from './zone.ts';

// The lab of sets-lab.ts on a PowerDNS behind a proxy that can hurt each write, read by the API and over DNS.

/** When a process is killed at a write: before it, in the middle of its body, or after it, before the answer. */
export type Moment = 'instead' | 'in_body' | 'taken';

export interface SetsScene {
  readonly repository: Repository;
  readonly inventory: InventoryServer;
  readonly handle: (handler: ((request: ProxyRequest) => Promise<Fault | undefined>) | null) => void;
  /** The zones of the writes since `clear`. */
  writes(): readonly string[];
  clear(): void;
  /** Runs a command in this process. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs a command in a process that dies at its write of this number. Was it killed before it ended? */
  killed(args: readonly string[], write: number, moment: Moment): Promise<boolean>;
  overApi(): Promise<Records>;
  overDns(): Promise<Records>;
  /** Expects that A, AAAA and PTR of each server agree, by the API and over DNS, and are those of one side. */
  expectWhole(): Promise<void>;
  /** Expects all of a side, nothing in the journal, and that there is nothing to do. */
  expectSettled(which: Side): Promise<void>;
  journalled(): Promise<readonly JournalEntry[]>;
  /** Asks for what answers on both sides from now on, all the while. */
  watch(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes the zones, the repository and the inventory, and applies the side `before`. */
export const makeSetsScene = async (pdns: PowerDns): Promise<SetsScene> => {
  for (const zone of Object.values(zones)) await makeZone(pdns, zone, []);
  const [proxy, inventory] = [await startProxy(pdns.url), await startInventory(side('before'))];
  const repository = repositoryOf({ ...pdns, url: proxy.url }, inventory);
  const run: SetsScene['run'] = async (...args) => {
    const ended = await runHere([...args, '--config', repository.config]);
    expectPlain(pdns, ended);
    return ended;
  };
  const journalled = async () => {
    const store = openStore(join(repository.folder, 'state.sqlite'));
    const entries = await store.journalled();
    await store.close();
    return entries;
  };
  const [overApi, overDns] = [() => recordsByApi(pdns), () => recordsByDns(pdns)];
  let prober: Prober | null = null;
  const scene: SetsScene = {
    repository,
    inventory,
    handle: proxy.handle,
    writes: () =>
      proxy.requests.flatMap(({ method, path }) => (method === 'PATCH' ? [path.split('/').at(-1) ?? ''] : [])),
    clear: proxy.clear,
    run,
    killed: (args, write, moment) => {
      proxy.clear();
      return killedAt(proxy.handle, [...args, '--config', repository.config], write, moment);
    },
    overApi,
    overDns,
    expectWhole: async () => {
      const [api, dns] = [pairsIn(await overApi()), pairsIn(await overDns())];
      expect(dns).toEqual(api);
      expect(api.reverse).toEqual(api.forward);
      for (const server of servers) {
        const sides = (['before', 'after'] as const).map((each) => wantedPairs(server, each));
        expect(sides).toContainEqual(pairsOf(server, api.forward));
      }
    },
    expectSettled: async (which) => {
      const records = await overDns();
      const all = servers.flatMap((server) => wantedPairs(server, which)).sort();
      expect(pairsIn(records)).toEqual({ forward: all, reverse: all });
      expect(claimed(records)).toEqual(claimedOn(which));
      expect(await journalled()).toEqual([]);
      expect(await run('plan', '--exit-code')).toEqual({ code: 0, stdout: 'Plan: no changes.\n', stderr: '' });
    },
    journalled,
    watch: async () => {
      prober = await startProber(
        pdns.dns,
        always.map(([question]) => question),
        { right: isRight, pause: 20 },
      );
    },
    stop: async () => {
      const report = await prober?.stop();
      await Promise.all([proxy.stop(), inventory.stop()]);
      if (report === undefined) return;
      expect(report.wrong).toEqual([]);
      expect(report.asked).toBeGreaterThan(0);
    },
  };
  expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
  await scene.expectSettled('before');
  return scene;
};

const wantedPairs = (server: string, which: Side): readonly string[] =>
  addressesOf(server, which)
    .map((address) => `${server} ${address}`)
    .sort();

/** What answers on both sides, with how many values at least. */
const always: readonly (readonly [ProbeQuestion, number])[] = [
  ...servers
    .filter((server) => addressesOf(server, 'before').length > 0 && addressesOf(server, 'after').length > 0)
    .map((server): readonly [ProbeQuestion, number] => [{ name: `${server}.${zones.forward}` }, 1]),
  [{ name: `web1.${zones.forward}`, type: 28 }, 1],
  [{ name: reverseName('10.0.1.5'), type: 12 }, 1],
  [{ name: reverseName('10.0.1.6'), type: 12 }, 1],
  [{ name: reverseName('10.0.1.9'), type: 12 }, 1],
  [{ name: `www.${zones.shared}` }, 3],
  [{ name: `www.${zones.shared}`, type: 28 }, 1],
];

const isRight = ({ name, type = 1 }: ProbeQuestion, rcode: number, answers: number): boolean => {
  const least = always.find(([question]) => question.name === name && (question.type ?? 1) === type)?.[1] ?? 1;
  return rcode === 0 && answers >= least;
};

const repositoryOf = (pdns: Pick<PowerDns, 'apiKey' | 'dns' | 'url'>, inventory: InventoryServer): Repository => {
  const repository = makeRepository({
    targets: { pdns: targetOf(pdns, { timeout: '60s', verify_wait: '1s' }) },
    zones: Object.fromEntries(Object.values(zones).map((zone) => [zone, { static: 'none' }])),
    guards: { max_delete_percent: 100, max_replace_percent: 100 },
    more: {
      inventory: { lab: { type: 'http', url: inventory.url, interval: '30s', timeout: '2s' } },
      registration: { zone: zones.forward, ttl: 300 },
      grants: [{ label: 'web', names: [`*.${zones.shared}`], types: ['A', 'AAAA'] }],
    },
  });
  const claims = ['A', 'AAAA'].map((type) => ({ name: `www.${zones.shared}`, type }));
  repository.write('labels.yaml', JSON.stringify({ labels: { web: { dns: { claims } } } }));
  return repository;
};

const recordsByApi = async ({ api }: PowerDns): Promise<Records> => {
  const read = await Promise.all(Object.values(zones).map((zone) => api('GET', `/zones/${zone}`)));
  const rrsets = read.flatMap(({ body }) => (body as { readonly rrsets: readonly ApiRRset[] }).rrsets);
  return new Map(
    rrsets.map(({ name, type, records }) => [`${name} ${type}`, records.map(({ content }) => content).sort()]),
  );
};

const recordsByDns = async ({ dns }: PowerDns): Promise<Records> => {
  const answers = await digAll(dns, questions);
  return new Map(
    questions.map(({ name, type }, i) => [
      `${name} ${type}`,
      (answers[i]?.answers ?? [])
        .filter((each) => each.type === type)
        .map(({ rdata }) => rdata)
        .sort(),
    ]),
  );
};

/** What it sent before it died has arrived when this returns, or never will. */
const killedAt = async (
  handle: SetsScene['handle'],
  args: readonly string[],
  write: number,
  moment: Moment,
): Promise<boolean> => {
  let [begun, pid] = [0, 0];
  const kill = () => process.kill(pid, 'SIGKILL');
  handle(async ({ method }): Promise<Fault | undefined> => {
    if (method !== 'PATCH') return undefined;
    begun += 1;
    if (begun !== write) return undefined;
    if (moment === 'in_body') return { kind: 'cut_body', reached: kill };
    if (moment === 'taken') return { kind: 'drop_answer', reached: kill };
    kill();
    return { kind: 'refuse' };
  });
  const { code } = await hostmaster(args, {
    onStart: (id) => {
      pid = id;
    },
  });
  handle(null);
  return code === -1;
};

/** Refuses writes of these names as PowerDNS does, after `meanwhile`. */
export const refusing =
  (names: readonly string[], meanwhile: () => Promise<void> = async () => undefined) =>
  async ({ method, body }: ProxyRequest): Promise<Fault | undefined> => {
    if (method !== 'PATCH') return undefined;
    const text = String(await body());
    const name = names.find((each) => text.includes(`"${each}"`));
    if (name === undefined) return undefined;
    await meanwhile();
    return { kind: 'answer', status: 422, body: JSON.stringify({ error: `RRset ${name} IN PTR: not today` }) };
  };
