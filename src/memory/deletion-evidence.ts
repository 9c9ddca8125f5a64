import { type DeletionEvidence, isForServer } from '../model/deletion-evidence.ts';
import type { Store } from '../model/ports.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { SharedEvidence } from '../run.ts';

/**
 * The evidence for deciding deletions in this zone at this target, or at some names of it. null: no inventory owns anything
 * here, so unwanted values may be deleted.
 */
export const deletionEvidenceAt = async (
  { id, scope, settings }: DesiredZone,
  target: string,
  shared: SharedEvidence,
  store: Pick<Store, 'written' | 'orphans'>,
  now: number,
  names?: readonly string[],
): Promise<DeletionEvidence | null> => {
  const written = await store.written(id, target, names);
  // What was written for a server keeps needing evidence when Git takes registration or grants out of the zone.
  if (scope === undefined && settings.owns === 'all' && !written.some(isForServer)) return null;
  const orphans = await store.orphans(id, target);
  return { ...(shared ?? { ...noEvidence, now }), written, orphans };
};

const noEvidence = { servers: new Map(), names: new Map(), addresses: new Map() } as const;
