import { zoneTargetLabel } from '../model/zone-target.ts';
import type { Standing, ZoneTargetStanding } from './standing.ts';

/** Drift that came or went with a pass. */
export interface DriftEvent {
  readonly zone: string;
  readonly target: string;
  readonly isGone: boolean;
  /** For people, in one line. */
  readonly message: string;
}

/** Said once when it comes, and once when it goes, however long it lasts. */
export const driftEvents = (before: Standing, after: Standing): readonly DriftEvent[] =>
  [...after.zoneTargets].flatMap(([key, now]): readonly DriftEvent[] => {
    const was = before.zoneTargets.get(key);
    const drifted = isDrifted(now);
    if (drifted === (was !== undefined && isDrifted(was))) return [];
    const { target, zone } = now;
    const message = drifted
      ? `${zoneTargetLabel(now)} has drifted: ${now.message}`
      : `${zoneTargetLabel(now)} has drifted no longer`;
    return [{ zone, target, isGone: !drifted, message }];
  });

const isDrifted = ({ drifted }: ZoneTargetStanding): boolean => drifted > 0;
