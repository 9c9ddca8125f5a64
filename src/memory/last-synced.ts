import { randomUUID } from 'node:crypto';
import { isUnanswered } from '../apply/index.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { ZoneResult } from '../model/result.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneTargetKey, zoneTargetLabel } from '../model/zone-target.ts';
import type { PlannedPart, PlannedWork, PlanPass } from '../run.ts';
import type { RunContext } from '../target.ts';
import { rememberPartSync } from './part-synced.ts';

/**
 * Remembers the zones that are now as desired, so that the next pass need not read them: after a write of ours that every
 * name server shows (`isInOrder`), with a mark that is left at the target; after a read that confirmed the last such
 * write, with the new time. All other zones are forgotten, and so are those of a target that stopped answering, and what
 * was written where somebody wants to stop.
 */
export const rememberSyncs = async (
  pass: Pick<PlanPass, 'store' | 'work'>,
  results: readonly ZoneResult[],
  context: RunContext,
  isInOrder: (zone: ZoneId, target: string) => boolean,
): Promise<void> => {
  const byZone = new Map(results.map((result) => [zoneTargetKey(result), result]));
  const unanswered = new Set(results.filter(isUnanswered).map(({ target }) => target));
  for (const work of pass.work) {
    const { target } = work.changeset;
    const result = byZone.get(zoneTargetKey(work.changeset)) ?? null;
    if (context.signal?.aborted === true) {
      // Nothing of it is proven.
      if (result !== null) await pass.store.forgetSync(work.zone.id, target).catch(() => undefined);
      continue;
    }
    try {
      const isProven = !unanswered.has(target) && isInOrder(work.zone.id, target);
      if (isOfPart(work)) {
        await rememberPartSync(work, result, pass, isProven);
        continue;
      }
      if (result === null && mayFinish(work) && !unanswered.has(target)) await finishAgain(work, context);
      await rememberSync(work, result, pass, context, isProven);
    } catch (error) {
      unanswered.add(target);
      await pass.store.forgetSync(work.zone.id, target).catch(() => undefined);
      if (isInterrupted(error)) continue;
      context.onNotice?.(
        `could not save the state of ${zoneTargetLabel(work.changeset)}; the next run reads it in full: ${messageOf(error)}`,
      );
    }
  }
};

const isOfPart = (work: PlannedWork): work is PlannedWork & { readonly part: PlannedPart } => work.part !== undefined;

const isInterrupted = (error: unknown): boolean => error instanceof HostmasterError && error.code === 'INTERRUPTED';

const mayFinish = ({ isSuspended, snapshot }: PlannedWork): boolean => snapshot !== null && isSuspended !== true;

/** Runs the provider's `finish` again, in case an earlier apply was killed before it. */
const finishAgain = async ({ target, zone }: PlannedWork, context: RunContext): Promise<void> =>
  target.provider.finish?.(zone.id, [], context.cut, context.signal);

const rememberSync = async (
  { zone, target, changeset, snapshot, desiredDigest }: PlannedWork,
  result: ZoneResult | null,
  { store }: Pick<PlanPass, 'store'>,
  context: RunContext,
  isProven: boolean,
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
  const ours = clean && result.status === 'applied' && isProven;
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
