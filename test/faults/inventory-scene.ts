import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Plan, Withheld } from '../../src/model/plan.ts';
import { runHere } from '../cli/here.ts';
import type { Ended } from '../command.ts';
import { type PowerDns, type ProbeQuestion, type Prober, startProber } from '../servers/index.ts';
import { type InventoryEntry, type InventoryServer, startInventory } from '../servers/inventory.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { contentOf, expectPlain, makeZone } from './zone.ts';

// One lab of its own on a PowerDNS that several share: a registration zone, its reverse zone, a zone of claims, an
// inventory over HTTP, and a clock that only moves when it is told to. A prober asks all the while.

export const minute = 60_000;
/** Of what `apply` and `plan` give where nothing is to be done. */
export const nothing = { code: 0, stdout: 'Plan: no changes.\n' };
/** The servers of a scene, if it does not say otherwise. */
export const three = ['web1', 'web2', 'web3'];
export const twelve = [...new Array(12).keys()].map((i) => `web${i + 1}`);

export interface SceneOptions {
  /** Default is `three`. */
  readonly servers?: readonly string[];
  /** labels.yaml's text. Default is a label `web` with a claim of www for A. */
  readonly labels?: (shared: string) => unknown;
  readonly groups?: (shared: string) => unknown;
  /** hostmaster.yaml's keys, over those of this file. */
  readonly settings?: (scene: SceneNames) => Readonly<Record<string, unknown>>;
  /** A zone's settings, over those of this file. */
  readonly zones?: Readonly<Partial<Record<keyof SceneNames, Readonly<Record<string, unknown>>>>>;
  /** What the inventory's definition has besides. */
  readonly inventory?: Readonly<Record<string, unknown>>;
  /** Where the target's API is asked. Default is PowerDNS itself. */
  readonly api?: string;
}

/** The zones of a scene. */
export interface SceneNames {
  readonly forward: string;
  readonly reverse: string;
  readonly shared: string;
}

export interface Scene extends SceneNames {
  readonly repository: Repository;
  readonly inventory: InventoryServer;
  readonly url: string;
  /** A server `web7` of this lab, with the label web and the address that ends in 7. */
  server(name: string, more?: InventoryEntry): InventoryEntry;
  address(number: number): string;
  /** What the inventory answers from now on: these of the lab, by their names. */
  has(...servers: readonly (string | InventoryEntry)[]): void;
  /** Moves the clock on. */
  pass(milliseconds: number): void;
  /** Runs a command on the repository, in this process, by the clock. */
  run(...args: readonly string[]): Promise<Ended>;
  /** `apply --yes`, and what else is to be said. */
  apply(...more: readonly string[]): Promise<Ended>;
  /** `plan --format json`. */
  plan(...more: readonly string[]): Promise<{ readonly code: number; readonly plan: Plan }>;
  /** All three zones, `NAME TYPE TTL contents`. */
  content(): Promise<readonly string[]>;
  /** What content() gives of servers that are registered and of those that are in the claim. */
  lines(registered: readonly string[], claimed?: readonly string[]): readonly string[];
  /** Expects just that, and that nothing that should have answered did not. */
  expectAll(registered: readonly string[], claimed?: readonly string[]): Promise<void>;
  /** The prober asks for these names, and for A at `more`, and no longer for others. */
  watch(registered: readonly string[], claimed?: readonly string[], more?: readonly string[]): Promise<void>;
  /** The prober asks no more; nothing should have gone unanswered. */
  unwatch(): Promise<void>;
  /** Throws the state away. */
  forget(): void;
  readonly state: string;
  stop(): Promise<void>;
}

let count = 0;

const numberOf = (name: string): number => Number(/[0-9]+$/.exec(name)?.[0] ?? 0);

const labelsOf = (shared: string): unknown => ({
  labels: { web: { dns: { claims: [{ name: `www.${shared}`, type: 'A' }] } } },
});

/** Makes the zones, and the repository, and an inventory; runs nothing yet. */
export const makeScene = async (pdns: PowerDns, options: SceneOptions = {}): Promise<Scene> => {
  count += 1;
  const number = count;
  const names: SceneNames = {
    forward: `lab${number}.test.`,
    reverse: `${number}.0.10.in-addr.arpa.`,
    shared: `shared${number}.test.`,
  };
  const { forward, reverse, shared } = names;
  for (const zone of [forward, reverse, shared]) await makeZone(pdns, zone, []);
  const inventory = await startInventory();
  const repository = repositoryOf(pdns, names, inventory, options);
  const address = (last: number): string => `10.0.${number}.${last}`;
  const server = (name: string, more: InventoryEntry = {}): InventoryEntry => ({
    name,
    ips: [address(numberOf(name))],
    labels: ['web'],
    ...more,
  });
  const has: Scene['has'] = (...servers) =>
    inventory.set(servers.map((each) => (typeof each === 'string' ? server(each) : each)));
  has(...(options.servers ?? three));
  let now = Date.parse('2026-03-01T12:00:00Z');
  const run: Scene['run'] = async (...args) => {
    const ended = await runHere([...args, '--config', repository.config], () => now);
    expectPlain(pdns, ended);
    return ended;
  };
  const lines: Scene['lines'] = (registered, claimed = registered) =>
    [
      ...registered.map((name) => `${name} A 300 ${address(numberOf(name))}`),
      ...registered.map((name) => `${numberOf(name)} PTR 300 ${name}.${forward}`),
      ...(claimed.length === 0
        ? []
        : [
            `www A 60 ${claimed
              .map((name) => address(numberOf(name)))
              .sort()
              .join(' ')}`,
          ]),
    ].sort();
  const content: Scene['content'] = async () => {
    const zones = await Promise.all([forward, reverse, shared].map((zone) => contentOf(pdns, zone)));
    return zones.flat().sort();
  };
  let prober: Prober | null = null;
  const rest = async (): Promise<void> => {
    const report = await prober?.stop();
    prober = null;
    if (report === undefined) return;
    expect(report.wrong).toEqual([]);
    expect(report.asked).toBeGreaterThan(0);
  };
  const watch: Scene['watch'] = async (registered, claimed = registered, more = []) => {
    await rest();
    const questions: readonly (ProbeQuestion & { readonly least: number })[] = [
      ...registered.map((name) => ({ name: `${name}.${forward}`, least: 1 })),
      ...registered.map((name) => ({ name: `${numberOf(name)}.${reverse}`, type: 12, least: 1 })),
      ...(claimed.length === 0 ? [] : [{ name: `www.${shared}`, least: claimed.length }]),
      ...more.map((name) => ({ name, least: 1 })),
    ];
    const least = new Map(questions.map((each) => [each.name, each.least]));
    const right = ({ name }: ProbeQuestion, rcode: number, answers: number): boolean =>
      rcode === 0 && answers >= (least.get(name) ?? 1);
    prober = await startProber(pdns.dns, questions, { right, pause: 20 });
  };
  const state = join(repository.folder, 'state.sqlite');
  return {
    ...names,
    repository,
    inventory,
    url: inventory.url,
    server,
    address,
    has,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    run,
    apply: (...more) => run('apply', '--yes', ...more),
    plan: async (...more) => {
      const { code, stdout, stderr } = await run('plan', '--format', 'json', ...more);
      expect(stderr).toBe('');
      return { code, plan: JSON.parse(stdout) };
    },
    content,
    lines,
    expectAll: async (registered, claimed) => {
      expect(await content()).toEqual(lines(registered, claimed));
    },
    watch,
    unwatch: rest,
    forget: () => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${state}${end}`, { force: true });
    },
    state,
    stop: async () => {
      await inventory.stop();
      await rest();
    },
  };
};

type Settings = Readonly<Record<string, unknown>>;

export const settingsOf = ({ repository }: Scene): Settings => JSON.parse(repository.read('hostmaster.yaml'));

/** Changes hostmaster.yaml. */
export const configure = (scene: Scene, change: (settings: Settings) => Settings): void =>
  scene.repository.write('hostmaster.yaml', JSON.stringify(change(settingsOf(scene)), null, 2));

const usual = '30s';

const inventoryAt = (url: string) => ({ type: 'http', url, interval: '30s', timeout: usual });

/** One answer of the inventory is waited for so long from now on. A busy machine needs time for one that comes. */
export const waitForInventory = (scene: Scene, timeout = usual): void =>
  configure(scene, (settings) => ({ ...settings, inventory: { lab: { ...inventoryAt(scene.url), timeout } } }));

/** A scene that was applied, where everything answers and is watched. */
export const appliedScene = async (pdns: PowerDns, options: SceneOptions = {}): Promise<Scene> => {
  const scene = await makeScene(pdns, options);
  expect(await scene.apply()).toMatchObject({ code: 0, stderr: '' });
  await scene.expectAll(options.servers ?? three);
  await scene.watch(options.servers ?? three);
  return scene;
};

const repositoryOf = (
  pdns: PowerDns,
  names: SceneNames,
  inventory: InventoryServer,
  { api, groups, inventory: how, labels = labelsOf, settings, zones = {} }: SceneOptions,
): Repository => {
  const { forward, reverse, shared } = names;
  const repository = makeRepository({
    targets: { pdns: targetOf(api === undefined ? pdns : { ...pdns, url: api }, { verify_wait: '25s' }) },
    zones: {
      [forward]: { static: 'none', ...zones.forward },
      [reverse]: { static: 'none', ...zones.reverse },
      [shared]: { static: 'none', ...zones.shared },
    },
    more: {
      inventory: { lab: { ...inventoryAt(inventory.url), ...how } },
      registration: { zone: forward, ttl: 300 },
      grants: [{ label: 'web', names: [`*.${shared}`], types: ['A', 'AAAA'] }],
      ...settings?.(names),
    },
  });
  repository.write('labels.yaml', JSON.stringify(labels(shared)));
  if (groups !== undefined) repository.write('groups.yaml', JSON.stringify(groups(shared)));
  return repository;
};

/** What a plan holds back, `GUARD: ACTION NAME TYPE`, sorted. */
export const withheldIn = (plan: Plan): readonly string[] =>
  plan.changesets
    .flatMap(({ withheld }) => withheld)
    .map(({ guard, action, name, type }: Withheld) => `${guard}: ${action} ${name} ${type}`)
    .sort();
