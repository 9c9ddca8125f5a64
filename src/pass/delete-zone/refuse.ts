import type { Definitions, TargetDefinition } from '../../model/definitions.ts';
import { HostmasterError } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';
import { locationOf, visible } from '../../report/index.ts';
import type { OpenTarget } from '../../target.ts';

/** What `--allow` lets a deletion through for. */
export type DeleteAllow = 'delegation' | 'unreadable';

/**
 * Refuses a zone that hostmaster.yaml has for the target: it has to be taken out there first. Where the file has errors,
 * what it has is not certain, so that every zone is refused.
 */
export const refuseConfigured = (
  zone: string,
  { definition }: Pick<OpenTarget, 'definition'>,
  definitions: Definitions,
  serverIds: ReadonlyMap<string, string>,
): void => {
  refuseErrors(definitions);
  const { file, targets, zoneNames, zones } = definitions;
  // Where a view is, or a zone that is left alone, is not known.
  const inView = zoneNames.some((name) => name.startsWith(`${zone}@`));
  if (!inView && !zoneNames.includes(zone)) return;
  const named = inView ? undefined : zones.find(({ id }) => id.name === zone)?.settings.targets;
  const others = targets.filter(({ name }) => named?.includes(name));
  const [where] =
    named === undefined ? [definition] : others.filter((each) => isSameServer(each, definition, serverIds));
  if (where === undefined) return;
  throw configured(zone, where, definition, file);
};

/**
 * Where hostmaster.yaml has it for another target, that may be the same server by another address: then the zone has the mark
 * that was left at the other.
 */
export const refuseMarked = async (
  { fingerprint, zone }: ZoneSnapshot,
  { definition, provider }: OpenTarget,
  { file, targets, zones }: Definitions,
  store: Store,
): Promise<void> => {
  const named = zones.find(({ id }) => id.name === zone.name)?.settings.targets ?? [];
  if (fingerprint === null) return;
  for (const other of targets.filter(
    ({ name, provider: kind }) => named.includes(name) && kind === definition.provider,
  )) {
    const mark = (await store.lastSync(zone, other.name))?.mark;
    if (mark === undefined) continue;
    const { status } = await provider.read(zone, { since: { fingerprint, mark } });
    if (status === 'unchanged') throw configured(zone.name, other, definition, file);
  }
};

const configured = (
  zone: string,
  where: TargetDefinition,
  { name }: TargetDefinition,
  file: string,
): HostmasterError => {
  const beside = where.name === name ? '' : `, which is the same server as ${name}`;
  return new HostmasterError(
    'DELETE_REFUSED',
    `nothing was deleted: ${file} has the zone ${zone} at ${where.name}${beside}; take it out there first (its entry under zones:, or its file where "*" finds it), so that nobody makes it again or misses it`,
  );
};

const refuseErrors = ({ file, problems }: Definitions): void => {
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (first === undefined) return;
  const message = `nothing was deleted: which zones ${file} has is not certain, as it has an error: ${visible(locationOf(first))}: ${first.message}`;
  throw new HostmasterError('CONFIG', message);
};

const isSameServer = (
  one: TargetDefinition,
  other: TargetDefinition,
  serverIds: ReadonlyMap<string, string>,
): boolean => {
  const id = serverIds.get(one.name);
  return one.name === other.name || (id !== undefined && id === serverIds.get(other.name));
};
