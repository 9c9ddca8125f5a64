import type { EndedPass } from '../../src/daemon/engine/messages.ts';
import { assemblePlan } from '../../src/plan/index.ts';

/** A pass that found nothing to do, with what a test says otherwise. */
export const endedPass = (given: Partial<EndedPass> = {}): EndedPass => ({
  ...{ status: 'ended', scope: 'all', started: 1_000, ended: 2_000, zoneTargets: [] },
  plan: assemblePlan({ commit: null, dirty: false, targets: [], inventory: {}, changesets: [], problems: [] }),
  ...{ results: [], verify: { checked: 0, differences: [] }, problems: [], takenAt: {}, filesRead: [] },
  inventoryInterval: null,
  ...given,
});
