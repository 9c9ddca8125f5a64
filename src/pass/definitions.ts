import { load } from '../load/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { PassOptions } from '../run.ts';
import type { ProviderLookup, RunContext } from '../target.ts';
import { parseAllows } from './allows.ts';
import { refuseUnknown, sourcesOf, zoneName } from './options.ts';
import { refuseStopped } from './stopped.ts';

/** What a repository is read with. */
export type ReadContext = ProviderLookup & Pick<RunContext, 'signal' | 'onStopWithin'>;

/** Reads hostmaster.yaml without the zone files. */
export const readConfigOnly = async (options: PassOptions, context: ReadContext): Promise<Definitions> => {
  const definitions = await load({ ...sourcesOf(options, context), only: 'config' });
  context.onStopWithin?.(definitions.stopWithin);
  return definitions;
};

/** Reads the zone files of these zones, as far as they can be read. */
export const readZoneFiles = async (
  zones: readonly string[],
  options: PassOptions,
  context: ReadContext,
): Promise<readonly DesiredZone[]> => (await load({ ...sourcesOf(options, context), zones })).zones;

/** Reads the repository: its zone files, and what it says of servers. Throws USAGE where an option names what is not there. */
export const readDefinitions = async (options: PassOptions, context: ReadContext): Promise<Definitions> => {
  const zones = options.zones?.map(zoneName);
  const sources = sourcesOf(options, context);
  const some = await load(zones === undefined ? sources : { ...sources, zones });
  context.onStopWithin?.(some.stopWithin);
  refuseStopped(context);
  refuseUnknown('--zone', zones ?? [], some.zoneNames);
  const refused = some.pullRequest?.refused ?? [];
  refuseUnknown(
    '--target',
    options.targets ?? [],
    [...some.targets, ...refused].map(({ name }) => name),
  );
  return zones !== undefined && needsAll(some, options) ? load(sources) : some;
};

/** A server's names lie in several zones: what one of them gets depends on all. New name servers may be in any of them, too. */
const needsAll = (definitions: Definitions, { allow }: Pick<PassOptions, 'allow'>): boolean =>
  hasRoles(definitions) || parseAllows(allow).some((each) => each.allow.guard === 'delegation');

/** Does the repository speak of servers? Also where it only says what they would get: an inventory that is left out is no empty one. */
export const hasRoles = ({
  roles: { inventories, registration, grants, labels, groups, unusable },
}: Definitions): boolean =>
  registration !== null || [inventories, grants, labels, groups, unusable].some(({ length }) => length > 0);

/** Without --zone, all; one that was only read for the sake of others is not asked for. */
export const selectedZones = (
  zones: readonly DesiredZone[],
  { zones: names }: Pick<PassOptions, 'zones'>,
): readonly DesiredZone[] => {
  if (names === undefined) return zones;
  const wanted = new Set(names.map(zoneName));
  return zones.filter(({ id }) => wanted.has(id.name));
};
