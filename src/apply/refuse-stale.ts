import { HostmasterError } from '../model/errors.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import { zoneTargetLabel } from '../model/zone-target.ts';
import type { RunContext } from '../target.ts';
import { type ApplyWork, inputOf } from './apply-input.ts';
import { listOf } from './zone/send.ts';
import { staleRRsets } from './zone/write.ts';

/** Throws STALE_PLAN, naming every RRset that has changed since a reviewed plan; then nothing is written anywhere. */
export const refuseStale = async (work: readonly ApplyWork[], context: RunContext): Promise<void> => {
  const stale = await pooled(work, readsAtOnce, async (each) => {
    const found = await staleRRsets(inputOf(each, true, context));
    return found.length === 0 ? [] : [`${zoneTargetLabel(each.changeset)}: ${listOf(found)}`];
  });
  const all = stale.flat();
  if (all.length === 0) return;
  throw new HostmasterError(
    'STALE_PLAN',
    `the plan is stale, and nothing was written: these RRsets have changed since the plan: ${all.join('; ')}; plan again`,
  );
};
