import { join } from 'node:path';
import { expect } from 'vitest';
import type { JournalEntry } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/index.ts';
import { runHere } from '../cli/here.ts';
import { type Ended, hostmaster } from '../command.ts';
import { type Fault, type PowerDns, type ProxyRequest, startPowerDns, uncached } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { addressesOf, claimed, claimedOn, pairsIn, pairsOf, type Side, servers, side, zones } from './sets-lab.ts';
import { onPowerDns, type PowerDnsWorld, type SetsWorld, type Watch, type WriteFault } from './sets-world.ts';
import { forgetUnanswered, makeRepository, type Repository } from './target-repository.ts';

// The lab of sets-lab.ts, which commands lead from one side to the other while writes are hurt.

/** When a process is killed at a write: before it, in the middle of its body, or after it, before the answer. */
export type Moment = 'instead' | 'in_body' | 'taken';

export interface SetsScene extends Pick<SetsWorld, 'clear' | 'overApi' | 'overDns' | 'writes'> {
  readonly repository: Repository;
  readonly inventory: InventoryServer;
  /** Runs a command in this process. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs a command in a process that dies at its write of this number. Was it killed before it ended? */
  killed(args: readonly string[], write: number, moment: Moment): Promise<boolean>;
  /** Expects that A, AAAA and PTR of each server agree, by the API and over DNS, and are those of one side. */
  expectWhole(): Promise<void>;
  /** Expects all of a side, nothing in the journal, and that there is nothing to do. */
  expectSettled(which: Side): Promise<void>;
  journalled(): Promise<readonly JournalEntry[]>;
  /** Asks for what answers on both sides from now on, all the while. */
  watch(): Promise<void>;
  stop(): Promise<void>;
}

/** With what becomes of requests to its API. */
export type PowerDnsScene = SetsScene & Pick<PowerDnsWorld, 'handle'> & { readonly pdns: PowerDns };

/** The scene on one PowerDNS of its own, which is watched. */
export const makeSetsScene = async (timeout?: string): Promise<PowerDnsScene> => {
  const pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
  const world = await onPowerDns(pdns, timeout);
  const scene = await sceneIn(world);
  await scene.watch();
  return { ...scene, pdns, handle: world.handle, stop: () => scene.stop().finally(pdns.stop) };
};

/** Makes the repository and the inventory, and applies the side `before`. */
export const sceneIn = async (world: SetsWorld): Promise<SetsScene> => {
  const inventory = await startInventory(side('before'));
  const repository = repositoryOf(world, inventory);
  const run: SetsScene['run'] = async (...args) => {
    const ended = await runHere([...args, '--config', repository.config]);
    world.expectPlain(ended);
    return ended;
  };
  const journalled = async () => {
    const store = await openStore(join(repository.folder, 'state.sqlite'));
    const entries = await store.journalled();
    await store.close();
    return entries;
  };
  let watch: Watch | null = null;
  const { clear, overApi, overDns, writes } = world;
  const scene: SetsScene = {
    repository,
    inventory,
    writes,
    clear,
    run,
    killed: async (args, write, moment) => {
      clear();
      const isKilled = await killedAt(world, [...args, '--config', repository.config], write, moment);
      forgetUnanswered(repository.folder);
      return isKilled;
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
      watch = await world.watch();
    },
    stop: async () => {
      try {
        await watch?.stop();
      } finally {
        await Promise.all([world.stop(), inventory.stop()]);
      }
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

const repositoryOf = (world: SetsWorld, inventory: InventoryServer): Repository => {
  const repository = makeRepository({
    targets: world.targets,
    zones: world.zones,
    guards: { max_delete_percent: 100, max_replace_percent: 100 },
    more: {
      inventory: { lab: { type: 'http', url: inventory.url, interval: '30s', timeout: '30s' } },
      registration: { zone: zones.forward, ttl: 300 },
      grants: [{ label: 'web', names: [`*.${zones.shared}`], types: ['A', 'AAAA'] }],
    },
  });
  const claims = ['A', 'AAAA'].map((type) => ({ name: `www.${zones.shared}`, type }));
  repository.write('labels.yaml', JSON.stringify({ labels: { web: { dns: { claims } } } }));
  return repository;
};

/** What it sent before it died has arrived when this returns, or never will. */
const killedAt = async (world: SetsWorld, args: readonly string[], write: number, moment: Moment): Promise<boolean> => {
  let [begun, pid] = [0, 0];
  const kill = () => process.kill(pid, 'SIGKILL');
  world.onWrite((): WriteFault | undefined => {
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
  world.onWrite(null);
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
