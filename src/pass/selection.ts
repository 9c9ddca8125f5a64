import type { Definitions } from '../model/definitions.ts';
import type { LeaseInUse } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { ZoneTarget } from '../model/zone-target.ts';
import type { PassOptions } from '../run.ts';
import { hasRoles } from './definitions.ts';
import { zoneName } from './options.ts';

/** What --zone and --target leave of a pass. */
export interface Selection {
  readonly isTarget: (target: string) => boolean;
  readonly isSelected: (at: Pick<ZoneTarget, 'zone' | 'target'>) => boolean;
  /** Has this zone to be read at this target? Also where only the rest of somebody's atomic set can be. */
  readonly isDue: (zone: DesiredZone, target: string) => boolean;
  /** Would this run write the zone of a lease? */
  readonly wouldWrite: (lease: LeaseInUse) => boolean;
  /** Is a problem at a target one of this run's? */
  readonly isOfInterest: (problem: Problem) => boolean;
  /** The targets to open; without `targets`, all. */
  readonly toOpen: Pick<PassOptions, 'targets'>;
}

export const selectionOf = (definitions: Definitions, { zones, targets }: PassOptions): Selection => {
  const wantedZones = zones === undefined ? null : new Set(zones.map(zoneName));
  const wantedTargets = targets === undefined ? null : new Set(targets);
  const isTarget = (target: string) => wantedTargets?.has(target) ?? true;
  const isSelected = ({ zone, target }: Pick<ZoneTarget, 'zone' | 'target'>) =>
    (wantedZones?.has(zone) ?? true) && isTarget(target);
  const hasSets = hasRoles(definitions);
  return {
    isTarget,
    isSelected,
    isDue: ({ id, scope }, target) =>
      isSelected({ zone: id.name, target }) || (hasSets && (scope?.all === true || scope?.ptr === true)),
    wouldWrite: ({ zone, target }) =>
      definitions.zoneNames.includes(zone.name) && isSelected({ zone: zone.name, target }),
    isOfInterest: ({ target }) => target === undefined || isTarget(target),
    toOpen: targets === undefined || hasSets ? {} : { targets },
  };
};
