import type { LastSync } from '../model/ports.ts';
import type { ZoneResult } from '../model/result.ts';
import type { PlannedPart, PlannedWork, PlanPass } from '../run.ts';
import { digestAfter } from './desired-digest.ts';

/**
 * Brings the last sync of a zone to what it is after some names of it were written: nothing but that moved since. Where
 * somebody else wrote too, or not all of it stands, the zone is forgotten, so that the next pass reads it.
 */
export const rememberPartSync = async (
  work: PlannedWork & { readonly part: PlannedPart },
  result: ZoneResult | null,
  { store }: Pick<PlanPass, 'store'>,
  isProven: boolean,
): Promise<void> => {
  const { target, zone } = work;
  const { name } = target.definition;
  const known = await store.lastSync(zone.id, name);
  if (known === null) return;
  const next = isProven ? syncAfter(known, work, result) : null;
  if (next === null) return store.forgetSync(zone.id, name);
  if (next.desired !== known.desired || next.fingerprint !== known.fingerprint || hasUnmanaged(known, work.part))
    await store.saveSync(zone.id, name, next);
};

const syncAfter = (
  known: LastSync,
  { changeset, part, snapshot, zone }: PlannedWork & { readonly part: PlannedPart },
  result: ZoneResult | null,
): LastSync | null => {
  const isClean = part.isClean && changeset.withheld.length === 0 && zone.complete && zone.quarantined.length === 0;
  const isOurs = snapshot !== null && snapshot.fingerprint === known.fingerprint && known.desired !== '';
  const fingerprint = result === null ? known.fingerprint : result.status === 'applied' ? result.fingerprint : null;
  if (!isClean || !isOurs || fingerprint === null) return null;
  const isHere = ({ name }: { readonly name: string }) => part.names.has(name);
  const desired = digestAfter(known.desired, part.before, zone.rrsets.filter(isHere));
  if (desired === null) return null;
  const unmanaged = [...known.unmanaged.filter((each) => !isHere(each)), ...changeset.unmanaged];
  return { ...known, fingerprint, desired, unmanaged };
};

const hasUnmanaged = ({ unmanaged }: LastSync, { names }: PlannedPart): boolean =>
  unmanaged.some(({ name }) => names.has(name));
