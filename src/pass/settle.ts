import { randomUUID } from 'node:crypto';
import type { ZoneResult } from '../model/result.ts';
import type { PlannedWork, PlanPass, Rim } from './types.ts';

/**
 * Remembers the zones that are now as they should be, so that the next pass need not read them: after a write of ours,
 * under a mark at the target; after a read that confirmed the last such write, with the new time. All else is forgotten.
 */
export const settleAll = async (pass: PlanPass, results: readonly ZoneResult[], rim: Rim): Promise<void> => {
  const byZone = new Map(results.map((result) => [keyOfWork(result.zone, result.view, result.target), result]));
  for (const work of pass.work) {
    const { zone, view, target } = work.changeset;
    await settleOne(work, byZone.get(keyOfWork(zone, view, target)) ?? null, pass, rim).catch((error: unknown) =>
      rim.onNotice?.(
        `the state was not kept for ${zone} at ${target}: ${error instanceof Error ? error.message : error}`,
      ),
    );
  }
};

const keyOfWork = (zone: string, view: string | null, target: string): string => `${zone}@${view ?? ''}/${target}`;

const settleOne = async (
  { zone, target, changeset, snapshot, desiredDigest }: PlannedWork,
  result: ZoneResult | null,
  { store }: PlanPass,
  rim: Rim,
): Promise<void> => {
  const { name } = target.definition;
  const clean = desiredDigest() !== '' && changeset.withheld.length === 0;
  const known = await store.settled(zone.id, name);
  if (result === null) {
    if (snapshot === null) return;
    const confirmed =
      clean && changeset.changes.length === 0 && known !== null && known.fingerprint === snapshot.fingerprint;
    if (!confirmed) return store.forget(zone.id, name);
    return store.settle(zone.id, name, {
      ...known,
      desired: desiredDigest(),
      readAt: rim.clock.now(),
      unmanaged: changeset.unmanaged,
    });
  }
  if (!clean || result.status !== 'applied' || result.fingerprint === null || target.provider.mark === undefined) {
    return store.forget(zone.id, name);
  }
  const mark = await target.provider.mark(zone.id, randomUUID(), rim.signal);
  await store.settle(zone.id, name, {
    fingerprint: result.fingerprint,
    mark,
    desired: desiredDigest(),
    readAt: rim.clock.now(),
    unmanaged: changeset.unmanaged,
  });
};
