import { factsAt } from '../memory/deletion-evidence.ts';
import { HostmasterError } from '../model/errors.ts';
import type { Store } from '../model/ports.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import { staying } from '../plan/with-retained.ts';
import type { SharedFacts } from '../run.ts';
import type { OpenTarget, Rim } from '../target.ts';

interface Hand {
  readonly facts: SharedFacts;
  readonly rim: Rim;
  readonly store: Store;
}

/**
 * The zone with what an apply leaves standing there though nobody wants it, as long as it is not proven that it is gone.
 * Where the target does not show what it has, the zone as it is wanted.
 */
export const withStaying = async (
  zone: DesiredZone,
  target: OpenTarget,
  { facts: shared, rim, store }: Hand,
): Promise<DesiredZone> => {
  const { name } = target.definition;
  const facts = await factsAt(zone, name, shared, store, rim.clock.now());
  const found = facts === null ? null : await readOrNull(zone, target, rim);
  if (facts === null || found === null) return zone;
  const { supports, healthChecks = null, nativeChecks = null } = target.provider;
  return staying({
    zone,
    target: { name, supports, healthChecks, nativeChecks, unanswerable: new Map(), unready: new Map() },
    existing: found.rrsets,
    facts,
    written: facts.written,
    allows: [],
  }).zone;
};

const readOrNull = async (
  { id }: DesiredZone,
  { provider }: OpenTarget,
  { signal }: Rim,
): Promise<ZoneSnapshot | null> => {
  try {
    const found = await provider.read(id, signal === undefined ? {} : { signal });
    return found.status === 'read' ? found : null;
  } catch (error) {
    if (error instanceof HostmasterError) return null;
    throw error;
  }
};
