import { join } from 'node:path';
import { factory as embedded, startEmbeddedServer } from '../../providers/embedded/index.ts';
import { answersWith } from '../../src/inventory/answers-with.ts';
import type { SnapshotContext } from '../../src/inventory/count-absences.ts';
import { takeSnapshot } from '../../src/inventory/snapshot.ts';
import type { Change } from '../../src/model/plan.ts';
import type { Roles } from '../../src/model/roles.ts';
import { emptyRoster, type KnownInventory, type Server } from '../../src/model/server.ts';
import type { DesiredZone } from '../../src/model/zone.ts';
import {
  type AppliedAffected,
  affectedPass,
  applyAffected,
  changesTo,
  type LastPass,
  lastPassOf,
  type NeedsFullPass,
} from '../../src/pass/affected/index.ts';
import { applyPass } from '../../src/pass/apply.ts';
import type { PlanPass } from '../../src/run.ts';
import { openStore } from '../../src/state/index.ts';
import type { OpenTarget } from '../../src/target.ts';
import { askByDns } from '../../src/verify/index.ts';
import { contextOf, targetOf, targetsOf } from '../apply/pass.ts';
import { inputOf } from '../compose/compose-input.ts';
import { removeFolder, tempFolder } from '../servers/child.ts';
import { fullPass, type Scene } from './pass-scene.ts';

/** A daemon's life without a daemon: an inventory, hooks, polls and restarts, on the embedded name server and a state. */
export interface Daemon {
  readonly scene: Omit<Scene, 'close'>;
  readonly last: () => LastPass | null;
  /** Servers as a hook has them: by the fast way where that can be, else by a pass over all. Says which it was. */
  readonly hook: (servers: readonly Server[]) => Promise<'fast' | 'full'>;
  /** The fast way alone, with all that came of it. */
  readonly apply: (servers: readonly Server[]) => Promise<AppliedAffected | NeedsFullPass>;
  /** A pass over all; null: the inventory gives no answer. */
  readonly poll: (servers: readonly Server[] | null, isFull?: boolean) => Promise<PlanPass>;
  readonly stateFile: string;
  /** What is in memory is gone. */
  readonly restart: () => void;
  /** Somebody else writes to a zone. */
  readonly write: (zone: string, change: Change) => Promise<void>;
  readonly known: () => Promise<KnownInventory | null>;
  /** What is kept of the zones, in words. */
  readonly content: () => Promise<{ readonly zones: readonly string[]; readonly state: readonly string[] }>;
  readonly close: () => Promise<void>;
}

export interface World {
  readonly roles: Partial<Roles>;
  readonly zones: readonly DesiredZone[];
  readonly clock: { readonly now: () => number };
}

export const interval = 30_000;
const limits = { snapshots: 2, grace: 60_000 };

/** Where the zones are, and how it is closed. */
export interface ZonePlace {
  readonly target: OpenTarget;
  readonly close: () => Promise<void>;
}

const embeddedPlace = async (folder: string): Promise<ZonePlace> => {
  const file = join(folder, 'zones.sqlite');
  const config = { listen: '127.0.0.1:1', file };
  const provider = await embedded.open({ config, secrets: {}, folder });
  const server = await startEmbeddedServer({ listen: { address: '127.0.0.1', port: 0 }, file });
  return {
    target: targetOf(provider, config),
    close: async () => {
      await server.stop();
      await provider.close?.();
    },
  };
};

export const openDaemon = async (
  { roles, zones, clock }: World,
  isFast = true,
  open: (folder: string) => Promise<ZonePlace> = embeddedPlace,
): Promise<Daemon> => {
  const folder = tempFolder('history');
  const { target, close } = await open(folder);
  const { provider } = target;
  const store = await openStore(join(folder, 'state.sqlite'));
  const context = { ...contextOf(), clock, ask: askByDns() };
  const scene = { targets: targetsOf(target), store, context };
  let last: LastPass | null = null;
  let roster = emptyRoster;

  const over = async (
    { roster: of, next, counts }: ReturnType<typeof answersWith>,
    isFull = true,
  ): Promise<PlanPass> => {
    const input = inputOf(of.servers, { ...roles, absence: limits }, zones);
    await store.changedByOthers();
    const pass = await fullPass({ ...input, roster: of }, scene, { keep: true, isFull, next, counts });
    const { interrupted, results, verify } = await applyPass(pass, context);
    const failed = results.filter(({ status: became }) => became !== 'applied');
    if (interrupted || failed.length > 0 || verify.differences.length > 0)
      throw new Error(JSON.stringify([interrupted, failed, verify.differences]));
    last = lastPassOf(pass, results);
    roster = of;
    return pass;
  };

  const poll: Daemon['poll'] = async (servers, isFull) => {
    const known = await store.inventory('lab');
    const judged: SnapshotContext = {
      ...{ inventory: 'lab', interval, limits, now: clock.now(), allowShrink: true },
      maxShrink: { percent: 100, min_servers: 100 },
    };
    const { next, servers: found, status } = takeSnapshot(answerOf(servers), known, judged);
    const isDue = known === null || clock.now() - known.countedAt >= interval;
    const answers = {
      roster: { servers: found, inventories: { lab: status }, problems: [], now: clock.now() },
      next: next === null ? {} : { lab: next },
      counts: status.complete && isDue && found.length > 0,
    };
    return over(answers, isFull);
  };

  const apply: Daemon['apply'] = async (servers) => {
    if (last === null) return { status: 'needs_full_pass', reason: 'there is no last pass' };
    const changes = changesTo(last, servers, clock.now());
    const planned = 'status' in changes ? changes : await affectedPass(last, changes, scene, context);
    if (planned.status !== 'planned') return planned;
    const applied = await applyAffected(last, planned, scene, context);
    last = applied.last;
    return applied;
  };

  return {
    scene,
    apply,
    last: () => last,
    poll,
    stateFile: join(folder, 'state.sqlite'),
    restart: () => {
      last = null;
    },
    hook: async (servers) => {
      const known = await store.inventory('lab');
      const answers = answersWith({ roster, next: known === null ? {} : { lab: known } }, servers, {
        limits,
        now: clock.now(),
      });
      if (isFast && 'results' in (await apply(servers))) {
        roster = answers.roster;
        return 'fast';
      }
      await over(answers);
      return 'full';
    },
    write: async (zone, change) => {
      const id = { name: zone, view: null };
      await provider.apply({ zone: id, changes: [change], expect: null }).catch(() => undefined);
    },
    known: () => store.inventory('lab'),
    content: async () => {
      const found = await Promise.all(
        zones.map(async ({ id }) => {
          const read = await provider.read(id);
          const rrsets = read.status === 'read' ? read.rrsets : [];
          const written = await store.written(id, 'pdns');
          const orphans = await store.orphans(id, 'pdns');
          return {
            zones: rrsets
              .filter(({ type }) => type !== 'SOA')
              .map(
                ({ name, ttl, type, values }) => `${name} ${ttl} ${type} ${values.map(({ rdata }) => rdata).join(' ')}`,
              ),
            state: [
              ...written.map((each) => `${id.name} wrote ${JSON.stringify(each)}`),
              ...orphans.map((each) => `${id.name} counts ${JSON.stringify(each)}`),
            ],
          };
        }),
      );
      return {
        zones: found.flatMap((each) => each.zones).sort(),
        state: found.flatMap((each) => each.state).sort(),
      };
    },
    close: async () => {
      await close();
      await store.close();
      removeFolder(folder);
    },
  };
};

const answerOf = (servers: readonly Server[] | null): Parameters<typeof takeSnapshot>[0] =>
  servers === null
    ? { kind: 'failed', message: 'it gives no answer' }
    : {
        kind: 'answered',
        servers: new Map(servers.map((each) => [each.name, each])),
        ...{ unusable: new Map(), entryProblems: [], faults: [], etag: null },
      };

/** What a later pass of a few servers goes by. */
export const lastPassContent = (last: LastPass) => ({
  zones: [...last.zones.values()].flat().map(({ at, bad, leadingTo, protected: protections, quarantined, zone }) => ({
    zone: zone.id.name,
    ...{ at: sorted(at), bad: sorted(bad), quarantined: sorted(quarantined), protected: sorted(protections) },
    leadingTo: sorted(leadingTo)
      .map(([name, from]) => [name, [...from].sort()] as const)
      .filter(([, from]) => from.length > 0),
  })),
  targets: sorted(last.zoneTargets).map(([key, { foreign, open, total }]) => ({
    ...{ key, total },
    ...{ foreign: [...foreign].sort(), open: [...open.keys()].sort() },
  })),
  registered: sorted(last.registered),
  evidence: last.evidence && {
    servers: sorted(last.evidence.servers),
    names: sorted(last.evidence.names),
    addresses: sorted(last.evidence.addresses),
    present: [...last.evidence.present].sort(),
  },
  names: sorted(last.composition.byName).map(([name, there]) => [name, 'kind' in there ? 1 : there.length]),
  servers: sorted(last.composition.entries).map(([key, { server, standing }]) => ({ key, server, standing })),
  inventory: last.plan.inventory,
});

const sorted = <V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));
