import { join } from 'node:path';
import { factory as embedded } from '../../providers/embedded/index.ts';
import { applyAll } from '../../src/apply/index.ts';
import type { ComposeInput } from '../../src/compose/index.ts';
import { type GuardRules, plainRules, rememberValues } from '../../src/memory/index.ts';
import type { Definitions } from '../../src/model/definitions.ts';
import type { Store } from '../../src/model/ports.ts';
import type { RosterServer } from '../../src/model/server.ts';
import { createSettingsOf, type DesiredZone } from '../../src/model/zone.ts';
import { type LastPass, lastPassOf } from '../../src/pass/affected/index.ts';
import { composed } from '../../src/pass/desired.ts';
import { planAll } from '../../src/pass/plan.ts';
import { selectionOf } from '../../src/pass/selection.ts';
import { withhold } from '../../src/pass/withhold.ts';
import { assemblePlan } from '../../src/plan/index.ts';
import type { Desired, PlanPass } from '../../src/run.ts';
import { openStore } from '../../src/state/index.ts';
import type { OpenTargets, RunContext } from '../../src/target.ts';
import { contextOf, targetOf, targetsOf } from '../apply/pass.ts';
import { tempFolder } from '../servers/child.ts';

/** A place where passes of composed servers run: the embedded provider's file and a state of its own. */
export interface Scene {
  readonly targets: OpenTargets;
  readonly store: Store;
  readonly context: RunContext;
  readonly close: () => Promise<void>;
}

export const openScene = async (now: number): Promise<Scene> => {
  const folder = tempFolder('affected');
  const config = { listen: '127.0.0.1:1', file: join(folder, 'zones.sqlite') };
  const provider = await embedded.open({ config, secrets: {}, folder });
  const store = await openStore(join(folder, 'state.sqlite'));
  return {
    targets: targetsOf(targetOf(provider, config)),
    store,
    context: { ...contextOf(), clock: { now: () => now } },
    close: async () => {
      await provider.close?.();
      await store.close();
    },
  };
};

export const definitionsOf = ({ zones, zoneNames, roles }: ComposeInput): Definitions => ({
  folder: '.',
  targetsFolder: '.',
  file: 'hostmaster.yaml',
  state: 'state.sqlite',
  stopWithin: 60_000,
  targets: [],
  zones,
  zoneNames,
  roles,
  windows: [],
  filesRead: [],
  pullRequest: null,
  problems: [],
});

/** What a full pass knows besides, and whether it keeps what the servers come to. */
interface FullPassOptions extends Partial<Pick<Desired, 'next' | 'counts'>> {
  readonly keep?: boolean;
  /** Read every zone, whatever the state says. Default is yes. */
  readonly isFull?: boolean;
  /** Default is that nothing is suspended, and nothing counted over time. */
  readonly rules?: GuardRules;
}

/** A full pass without load, inventories and verify. */
export const fullPass = async (
  input: ComposeInput,
  { targets, store, context }: Omit<Scene, 'close'>,
  { keep = false, isFull = true, next = {}, counts = false, rules = plainRules }: FullPassOptions = {},
): Promise<PlanPass> => {
  const definitions = definitionsOf(input);
  const desired = composed(definitions, { roster: input.roster, next, counts }, keep);
  const selection = selectionOf(definitions, { config: '', allow: [], full: true, serve: false });
  const planning = {
    allows: [],
    evidence: desired.evidence,
    isDue: selection.isDue,
    options: { full: isFull },
    rules,
    store,
    context,
  };
  const planned = await planAll(desired.definitions.zones, targets, planning);
  const { work, atomicSets } = withhold(planned, desired, { selection, allows: [] });
  const plan = assemblePlan({
    commit: null,
    targets: targets.statuses,
    changesets: work.map(({ changeset }) => changeset),
    problems: [...desired.definitions.problems, ...planned.problems],
    inventory: input.roster.inventories,
    atomicSets,
  });
  return { desired, plan, work, targets, store, unwritable: [], started: context.clock.now(), allows: [] };
};

/** Applies a pass, and keeps what it left. */
export const applied = async (pass: PlanPass, context: RunContext): Promise<LastPass> => {
  const work = pass.work.map((each) => ({ ...each, create: createSettingsOf(each.zone.settings, []) }));
  const options = { reviewed: false, store: pass.store, sets: pass.plan.atomic_sets };
  const results = await applyAll(work, options, context);
  await rememberValues(pass, results, context);
  const last = lastPassOf(pass, results);
  if (last === null) throw new Error('the pass was not asked to keep what servers come to');
  return last;
};

/** The input with one server in the place of another, or without it. */
export const withServer = (input: ComposeInput, key: string, next: RosterServer | null): ComposeInput => {
  const rest = input.roster.servers.filter(({ server }) => `${server.inventory}/${server.name}` !== key);
  return { ...input, roster: { ...input.roster, servers: next === null ? rest : [...rest, next] } };
};

/** A zone that is made where it is missing. */
export const creatable = (zone: DesiredZone): DesiredZone => ({
  ...zone,
  settings: { ...zone.settings, create: { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'DEFAULT' } },
});
