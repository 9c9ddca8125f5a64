import { composedOf, composition, evidenceFrom, withLastKnownServers, withoutSuperseded } from '../compose/index.ts';
import { isReadOffline, takeInventories } from '../inventory/index.ts';
import { load, resolveSecrets } from '../load/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Store } from '../model/ports.ts';
import { sortProblems } from '../model/problem.ts';
import type { InventoryDefinition } from '../model/roles.ts';
import { emptyRoster } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import { checkZones } from '../rules/index.ts';
import type { Desired, PassOptions } from '../run.ts';
import type { ProviderLookup } from '../target.ts';
import { refuseUnknown, sourcesOf, zoneName } from './options.ts';

/** What a pass reads inventories with. */
export interface ReadDesiredOptions {
  readonly now: number;
  readonly store: Pick<Store, 'inventory'>;
  readonly allowShrink: ReadonlySet<string>;
  /** Keep what the servers come to. Default is no. */
  readonly keepComposed?: boolean;
  readonly signal?: AbortSignal;
}

/** Reads the repository: its zone files, and what it says of servers. Throws USAGE where an option names what is not there. */
export const readDefinitions = async (options: PassOptions, context: ProviderLookup): Promise<Definitions> => {
  const zones = options.zones?.map(zoneName);
  const sources = sourcesOf(options, context);
  const some = await load(zones === undefined ? sources : { ...sources, zones });
  refuseUnknown('--zone', zones ?? [], some.zoneNames);
  refuseUnknown(
    '--target',
    options.targets ?? [],
    some.targets.map(({ name }) => name),
  );
  // A server's names lie in several zones: what one of them gets depends on all.
  return zones !== undefined && hasRoles(some) ? load(sources) : some;
};

/** Does the repository speak of servers? Also where it only says what they would get: an inventory that is left out is no empty one. */
export const hasRoles = ({
  roles: { inventories, registration, grants, labels, groups, unusable },
}: Definitions): boolean =>
  registration !== null || [inventories, grants, labels, groups, unusable].some(({ length }) => length > 0);

/** Asks the inventories and composes what is wanted, zone by zone, all of it checked by the rules. */
export const readDesired = async (definitions: Definitions, context: ReadDesiredOptions): Promise<Desired> => {
  if (!hasRoles(definitions)) return withoutServers(definitions);
  const { roles, targetsFolder } = definitions;
  const known = new Map(
    await Promise.all(roles.inventories.map(async ({ name }) => [name, await context.store.inventory(name)] as const)),
  );
  const taken = await takeInventories(roles.inventories, {
    maxShrink: roles.max_shrink,
    limits: roles.absence,
    secretsOf: async (definition: InventoryDefinition) => (await resolveSecrets(definition, targetsFolder)).secrets,
    folder: targetsFolder,
    known: (name) => known.get(name) ?? null,
    now: context.now,
    allowShrink: context.allowShrink,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  return composed(definitions, taken, context.keepComposed);
};

/** What is wanted with servers as `roster` has them. */
export const composed = (
  definitions: Definitions,
  { roster, next }: Pick<Desired, 'roster' | 'next'>,
  hold = false,
): Desired => {
  const { zones, zoneNames, roles } = definitions;
  const servers = composition({ zones, zoneNames, roles, roster });
  const { registered, ...result } = composedOf(servers);
  const checked = checkZones(result.zones, { zoneNames });
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
    registered,
    evidence: hasRoles(definitions) ? evidenceFrom(servers) : null,
    ...(hold ? { composed: { composition: servers, zones: result.zones } } : {}),
  };
};

/** Without --zone, all; a zone that was only read because servers have names in several is not asked for. */
export const selectedZones = (
  zones: readonly DesiredZone[],
  { zones: names }: Pick<PassOptions, 'zones'>,
): readonly DesiredZone[] => {
  if (names === undefined) return zones;
  const wanted = new Set(names.map(zoneName));
  return zones.filter(({ id }) => wanted.has(id.name));
};

/** Everything that can be known without a network: inventories are read where none of them needs one. */
export const checkedOffline = async (definitions: Definitions, options: PassOptions): Promise<Definitions> => {
  const isOffline = definitions.roles.inventories.every(isReadOffline);
  const context = { now: 0, store: { inventory: async () => null }, allowShrink: new Set<string>() };
  const desired = isOffline ? await readDesired(definitions, context) : withoutServers(definitions);
  return { ...desired.definitions, zones: selectedZones(desired.definitions.zones, options) };
};

/** Which servers there are nobody asks: what the rules say of the zone files counts, and nothing about servers. */
const withoutServers = (definitions: Definitions): Desired => {
  const checked = checkZones(definitions.zones, { zoneNames: definitions.zoneNames });
  const problems = sortProblems([...definitions.problems, ...checked.problems]);
  return {
    repository: definitions,
    definitions: { ...definitions, zones: checked.zones, problems },
    roster: emptyRoster,
    next: {},
    registered: new Map(),
    evidence: null,
  };
};
