import { type DeletionEvidence, isForServer } from '../model/deletion-evidence.ts';
import type { Store } from '../model/ports.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { SharedEvidence } from '../run.ts';

/** What accounts for values of this zone at this target, or at some names of it; null where all that Git does not want may go. */
export const deletionEvidenceAt = async (
  { id, scope, settings }: DesiredZone,
  target: string,
  shared: SharedEvidence,
  store: Pick<Store, 'written' | 'orphans'>,
  now: number,
  names?: readonly string[],
): Promise<DeletionEvidence | null> => {
  const written = await store.written(id, target, names);
  // What was written for a server stays one's own affair when Git takes registration or grants out of the zone.
  if (scope === undefined && settings.owns === 'all' && !written.some(isForServer)) return null;
  const orphans = await store.orphans(id, target);
  return { ...(shared ?? { ...noFacts, now }), written, orphans };
};

const noFacts = { servers: new Map(), names: new Map(), addresses: new Map() } as const;
