import { randomUUID } from 'node:crypto';
import { isUnanswered } from '../apply/index.ts';
import { placeKey } from '../apply/phases.ts';
import { messageOf } from '../model/errors.ts';
import type { ZoneResult } from '../model/result.ts';
import type { PlannedWork, PlanPass } from '../run.ts';
import type { Rim } from '../target.ts';

/**
 * Remembers the zones that are now as they should be, so that the next pass need not read them: after a write of ours,
 * under a mark at the target; after a read that confirmed the last such write, with the new time. All else is forgotten,
 * and so are the zones of a target that stopped answering.
 */
export const settleAll = async (pass: PlanPass, results: readonly ZoneResult[], rim: Rim): Promise<void> => {
  const byZone = new Map(results.map((result) => [placeKey(result), result]));
  const silent = new Set(results.filter(isUnanswered).map(({ target }) => target));
  for (const work of pass.work) {
    const { zone, target } = work.changeset;
    const result = byZone.get(placeKey(work.changeset)) ?? null;
    try {
      if (result === null && work.snapshot !== null && !silent.has(target)) await payDebts(work, rim);
      await settleOne(work, result, pass, rim, silent.has(target));
    } catch (error) {
      silent.add(target);
      await pass.store.forget(work.zone.id, target).catch(() => undefined);
      rim.onNotice?.(
        `the state of ${zone} at ${target} was not kept, so that it will be read in full: ${messageOf(error)}`,
      );
    }
  }
};

/** An apply that was killed before its last step leaves nothing to change but that, and no state that knows the zone. */
const payDebts = async ({ target, zone }: PlannedWork, rim: Rim): Promise<void> =>
  target.provider.finish?.(zone.id, [], rim.signal);

const settleOne = async (
  { zone, target, changeset, snapshot, desiredDigest }: PlannedWork,
  result: ZoneResult | null,
  { store }: PlanPass,
  rim: Rim,
  silent: boolean,
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
  const ours = clean && result.status === 'applied' && !silent;
  if (!ours || result.fingerprint === null || target.provider.mark === undefined) {
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
