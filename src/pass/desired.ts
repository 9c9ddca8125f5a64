import { composedOf, composition, evidenceFrom, withLastKnownServers, withoutSuperseded } from '../compose/index.ts';
import { askInventories, isReadOffline, withAllowedAbsences } from '../inventory/index.ts';
import { resolveSecrets } from '../load/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Store } from '../model/ports.ts';
import { knownHealth, nothingChecked } from '../model/probe.ts';
import { sortProblems } from '../model/problem.ts';
import type { InventoryDefinition } from '../model/roles.ts';
import { emptyRoster, type KnownInventory } from '../model/server.ts';
import { shrinkAllows } from '../plan/index.ts';
import { checkZones } from '../rules/index.ts';
import type { Desired, PassOptions, StoreOpener } from '../run.ts';
import type { RunContext } from '../target.ts';
import { type AbsenceAllows, absenceAllows, absentServers } from './absent-servers.ts';
import { hasRoles, readDefinitions, selectedZones } from './definitions.ts';
import type { IdentifiedState } from './identities.ts';
import { type OpenPass, withProblems, withStore } from './open.ts';
import { refuseOfPullRequest } from './pull-request.ts';
import { rulesElsewhere } from './rules-elsewhere.ts';
import { refuseStopped } from './stopped.ts';

/** What a pass reads inventories with. */
export interface ReadDesiredOptions {
  readonly now: number;
  readonly store: Pick<Store, 'inventory' | 'healthVerdicts'>;
  readonly allowShrink: ReadonlySet<string>;
  /** The absences that this run allows. Default is none. */
  readonly absences?: AllowedAbsences;
  /** Keep what the servers contribute. Default is no. */
  readonly keepComposed?: boolean;
  readonly signal?: AbortSignal;
}

/** What a run allows of absences, and the state that says what was written for whom. */
export interface AllowedAbsences {
  readonly allows: AbsenceAllows;
  readonly store: Pick<Store, 'inventory' | 'written'>;
}

/** What the repository and the inventories want together. */
export const want = async (
  { definitions, options, store }: OpenPass,
  { clock, signal }: Pick<RunContext, 'clock' | 'signal'>,
): Promise<Desired> => {
  const reading = {
    now: clock.now(),
    store,
    allowShrink: shrinkAllows(options.allow),
    absences: { allows: absenceAllows(options.allow), store },
    keepComposed: options.keepComposed === true,
    ...(signal === undefined ? {} : { signal }),
  };
  const { answers } = options;
  if (answers === undefined) return readDesired(definitions, reading);
  // Whoever said what the servers are said nothing of what answers.
  const said = { ...answers, health: knownHealth(await store.healthVerdicts(), reading.now) };
  return withAbsences(composed(definitions, said, reading.keepComposed), definitions, reading, said);
};

/** Asks the inventories and composes what is wanted, zone by zone, all of it checked by the rules. */
export const readDesired = async (definitions: Definitions, context: ReadDesiredOptions): Promise<Desired> => {
  if (!hasRoles(definitions)) {
    return withAbsences(withoutServers(definitions, context.now), definitions, context);
  }
  const { roles, targetsFolder } = definitions;
  refuseOfPullRequest(definitions, { targets: [], inventories: true, state: false });
  const known = new Map(
    await Promise.all(roles.inventories.map(async ({ name }) => [name, await context.store.inventory(name)] as const)),
  );
  const taken = await askInventories(roles.inventories, {
    maxShrink: roles.max_shrink,
    limits: roles.absence,
    secretsOf: async (definition: InventoryDefinition) => (await resolveSecrets(definition, targetsFolder)).secrets,
    folder: targetsFolder,
    known: (name) => known.get(name) ?? null,
    now: context.now,
    allowShrink: context.allowShrink,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  const answers = { ...taken, health: knownHealth(await context.store.healthVerdicts(), context.now) };
  return withAbsences(composed(definitions, answers, context.keepComposed), definitions, context, answers);
};

/** The same where the servers are gone whose absence this run allows. */
const withAbsences = async (
  desired: Desired,
  definitions: Definitions,
  { absences, keepComposed }: Pick<ReadDesiredOptions, 'absences' | 'keepComposed'>,
  answers: Answers = desired,
): Promise<Desired> => {
  const allows = absences?.allows;
  if (absences === undefined || allows === undefined || allows.servers.length + allows.absences.length === 0) {
    return desired;
  }
  const { roster } = desired;
  const known = { definitions, roster, zones: desired.definitions.zones };
  const { problems, servers } = await absentServers(allows, known, absences.store);
  const inventories = new Set(servers.map(({ inventory }) => inventory));
  const strangers = [...inventories].filter((name) => roster.inventories[name] === undefined);
  const left = new Map<string, KnownInventory>();
  for (const name of strangers) {
    const last = await absences.store.inventory(name);
    if (last !== null) left.set(name, last);
  }
  const gone = { ...withAllowedAbsences(answers, servers, left), health: desired.health };
  const again = servers.length === 0 ? desired : composed(definitions, gone, keepComposed);
  return {
    ...again,
    definitions: { ...again.definitions, problems: sortProblems([...again.definitions.problems, ...problems]) },
  };
};

type Answers = Pick<Desired, 'roster' | 'next'> & Partial<Pick<Desired, 'counts' | 'health'>>;

/** What is wanted with servers as `roster` has them. */
export const composed = (
  definitions: Definitions,
  { health = nothingChecked, roster, next, counts = false }: Answers,
  keepComposed = false,
): Desired => {
  const { zones, zoneNames, roles } = definitions;
  const servers = composition({ health, zones, zoneNames, roles, roster });
  const { registered, ...result } = composedOf(servers);
  const checked = checkZones(result.zones, { zoneNames, rulesElsewhere });
  return {
    repository: definitions,
    definitions: {
      ...definitions,
      zones: checked.zones,
      problems: sortProblems([
        ...withoutSuperseded([...definitions.problems, ...result.problems]),
        ...roster.problems,
        ...checked.problems,
      ]),
    },
    roster,
    next: withLastKnownServers(servers, next),
    counts,
    registered,
    health,
    evidence: hasRoles(definitions) || roster.servers.length > 0 ? { ...evidenceFrom(servers), counts } : null,
    ...(keepComposed ? { composed: { composition: servers, zones: result.zones } } : {}),
  };
};

/** Reads what is wanted now, with the state open for as long as `job` takes. */
export const withDesired = async <T>(
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
  job: (read: { readonly desired: Desired; readonly storeFor: IdentifiedState['storeFor'] }) => Promise<T>,
): Promise<T> => {
  const definitions = await readDefinitions(options, context);
  refuseOfPullRequest(definitions, { targets: options.targets, inventories: true, state: true });
  return withStore(definitions, openStore, context, async ({ problems, storeFor }) => {
    const now = context.clock.now();
    const signal = context.signal === undefined ? {} : { signal: context.signal };
    const reading = { now, store: storeFor(null), allowShrink: new Set<string>(), ...signal };
    const desired = await readDesired(withProblems(definitions, problems), reading);
    refuseStopped(context);
    return job({ desired, storeFor });
  });
};

/** Everything that can be known without a network: inventories are read where none of them needs one. */
export const checkedOffline = async (definitions: Definitions, options: PassOptions): Promise<Definitions> => {
  const isOffline = definitions.roles.inventories.every(isReadOffline);
  const context = { now: 0, store: emptyStore, allowShrink: new Set<string>() };
  const desired = isOffline ? await readDesired(definitions, context) : withoutServers(definitions, context.now);
  return { ...desired.definitions, zones: selectedZones(desired.definitions.zones, options) };
};

/** What the repository alone says, checked by the rules: no inventory is read, whatever it is. */
export const checkedWithoutServers = (definitions: Definitions): Definitions =>
  withoutServers(definitions, 0).definitions;

const emptyStore: ReadDesiredOptions['store'] = { inventory: async () => null, healthVerdicts: async () => [] };

/** The zone files alone, checked by the rules: no inventory is asked. */
const withoutServers = (definitions: Definitions, now: number): Desired => {
  const checked = checkZones(definitions.zones, { zoneNames: definitions.zoneNames, rulesElsewhere });
  const problems = sortProblems([...definitions.problems, ...checked.problems]);
  return {
    repository: definitions,
    definitions: { ...definitions, zones: checked.zones, problems },
    roster: { ...emptyRoster, now },
    next: {},
    counts: false,
    registered: new Map(),
    health: nothingChecked,
    evidence: null,
  };
};
