import { randomUUID } from 'node:crypto';
import { isUnanswered } from '../apply/index.ts';
import { zoneTargetKey } from '../apply/phases.ts';
import { messageOf } from '../model/errors.ts';
import type { ZoneResult } from '../model/result.ts';
import type { PlannedWork, PlanPass } from '../run.ts';
import type { RunContext } from '../target.ts';

/**
 * Remembers the zones that are now as they should be, so that the next pass need not read them: after a write of ours,
 * under a mark at the target; after a read that confirmed the last such write, with the new time. All else is forgotten,
 * and so are the zones of a target that stopped answering.
 */
export const rememberSyncs = async (
  pass: PlanPass,
  results: readonly ZoneResult[],
  context: RunContext,
): Promise<void> => {
  const byZone = new Map(results.map((result) => [zoneTargetKey(result), result]));
  const silent = new Set(results.filter(isUnanswered).map(({ target }) => target));
  for (const work of pass.work) {
    const { zone, target } = work.changeset;
    const result = byZone.get(zoneTargetKey(work.changeset)) ?? null;
    try {
      if (result === null && work.snapshot !== null && !silent.has(target)) await payDebts(work, context);
      await settleOne(work, result, pass, context, silent.has(target));
    } catch (error) {
      silent.add(target);
      await pass.store.forgetSync(work.zone.id, target).catch(() => undefined);
      context.onNotice?.(
        `the state of ${zone} at ${target} was not kept, so that it will be read in full: ${messageOf(error)}`,
      );
    }
  }
};

/** An apply that was killed before its last step leaves nothing to change but that, and no state that knows the zone. */
const payDebts = async ({ target, zone }: PlannedWork, context: RunContext): Promise<void> =>
  target.provider.finish?.(zone.id, [], context.signal);

const settleOne = async (
  { zone, target, changeset, snapshot, desiredDigest }: PlannedWork,
  result: ZoneResult | null,
  { store }: PlanPass,
  context: RunContext,
  silent: boolean,
): Promise<void> => {
  const { name } = target.definition;
  const clean = desiredDigest() !== '' && changeset.withheld.length === 0;
  const known = await store.lastSync(zone.id, name);
  if (result === null) {
    if (snapshot === null) return;
    const confirmed =
      clean && changeset.changes.length === 0 && known !== null && known.fingerprint === snapshot.fingerprint;
    if (!confirmed) return store.forgetSync(zone.id, name);
    return store.saveSync(zone.id, name, {
      ...known,
      desired: desiredDigest(),
      readAt: context.clock.now(),
      unmanaged: changeset.unmanaged,
    });
  }
  const ours = clean && result.status === 'applied' && !silent;
  if (!ours || result.fingerprint === null || target.provider.mark === undefined) {
    return store.forgetSync(zone.id, name);
  }
  const mark = await target.provider.mark(zone.id, randomUUID(), context.signal);
  await store.saveSync(zone.id, name, {
    fingerprint: result.fingerprint,
    mark,
    desired: desiredDigest(),
    readAt: context.clock.now(),
    unmanaged: changeset.unmanaged,
  });
};
