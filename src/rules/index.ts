// Rules look at zones as they will be, whatever their records were read from.
//
// A rule is one object (rule.ts): its words for docs/rules.md, its severity and its check. The checks are in `checks/`, and
// list.ts has all of them, in the order that decides for which one an RRset is quarantined. A check reads the zone through
// its index (zone-index.ts), which answers like a name server as far as the files can tell. check-zone.ts runs the rules on
// one zone, and exemptions.ts drops what hostmaster.yaml exempts.

import { type Problem, sortProblems } from '../model/problem.ts';
import type { DesiredZone } from '../model/zone.ts';
import { checkZone, rulesByType } from './check-zone.ts';
import { checkExemptions } from './exemptions.ts';
import { indexZones } from './zone-index.ts';

export { rules } from './list.ts';

export interface RulesContext {
  /** Every zone name that is configured, also those that are left alone. */
  readonly zoneNames: readonly string[];
}

export interface CheckedZones {
  readonly zones: readonly DesiredZone[];
  readonly problems: readonly Problem[];
}

/** Runs every rule on every zone. What breaks one with severity error leaves `rrsets` for `quarantined`. */
export const checkZones = (zones: readonly DesiredZone[], context: RulesContext): CheckedZones => {
  const indexes = indexZones(zones, context.zoneNames);
  const used = new Set<string>();
  const rulesOf = rulesByType();
  const checked = indexes.map((index) => checkZone(index, rulesOf, used));
  return {
    zones: checked.map(({ zone }) => zone),
    problems: sortProblems([...checked.flatMap(({ problems }) => problems), ...checkExemptions(zones, used)]),
  };
};
