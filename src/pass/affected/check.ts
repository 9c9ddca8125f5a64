import type { Problem } from '../../model/problem.ts';
import type { DesiredZone } from '../../model/zone.ts';
import { checkZones } from '../../rules/index.ts';
import { type NeedsFullPass, needsFullPass, type TouchedZone } from './zone.ts';

export interface CheckedZone extends TouchedZone {
  /** After the rules. */
  readonly checked: DesiredZone;
}

interface CheckedTouched {
  readonly zones: readonly CheckedZone[];
  readonly problems: readonly Problem[];
}

/** The rules on these names. Where they say something new of a name around them, that name has changes of its own. */
export const checkTouched = (
  zones: readonly TouchedZone[],
  zoneNames: readonly string[],
): CheckedTouched | NeedsFullPass => {
  const { zones: after, problems } = checkZones(
    zones.map(({ zone }) => zone),
    { zoneNames },
  );
  const checked: CheckedZone[] = [];
  for (const [i, each] of zones.entries()) {
    const zone = after[i] ?? each.zone;
    const now = Map.groupBy(zone.quarantined, ({ name }) => name);
    for (const name of each.around) {
      const was = each.last.quarantined.get(name) ?? [];
      if (JSON.stringify(was) !== JSON.stringify(now.get(name) ?? []))
        return needsFullPass(`the rules say otherwise of ${name} now`);
    }
    checked.push({ ...each, checked: zone });
  }
  return { zones: checked, problems: problems.filter(({ rule }) => !rule.startsWith('exempt-')) };
};
