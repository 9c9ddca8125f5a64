// Rules look at zones as they will be, whatever their records were read from. A pass calls checkZones after the servers were
// composed into the zones and before anything is read from a target; `hostmaster validate` does the same. Rules are pure: they
// ask no name server, change nothing that they are given, and drop no zone.
//
// A rule is one object (rule.ts): its words for docs/rules.md, its severity and its check. The checks are in `checks/`, and
// list.ts has all of them: the first error rule that an RRset breaks is the reason of its quarantine. A check reads the zone through
// its index (zone-index.ts), which answers like a name server as far as the files can tell. check-zone.ts runs the rules on
// one zone, and exemptions.ts drops what hostmaster.yaml exempts.

import { onceEach } from '../model/lazy.ts';
import { type Problem, sortProblems } from '../model/problem.ts';
import type { DesiredZone } from '../model/zone.ts';
import { checkZone, rulesByType } from './check-zone.ts';
import { checkExemptions, compileExemptions } from './exemptions.ts';
import { indexZones } from './zone-index.ts';

export { rules } from './list.ts';

export interface RulesContext {
  /** Every zone name that is configured, also those that are not managed now. */
  readonly zoneNames: readonly string[];
  /** The ids of the rules that are checked elsewhere, and that `exempt` therefore cannot name. Default is none. */
  readonly rulesElsewhere?: readonly string[];
}

export interface CheckedZones {
  readonly zones: readonly DesiredZone[];
  readonly problems: readonly Problem[];
}

/**
 * Runs every rule on every zone. An RRset that breaks a rule of severity error is moved from `rrsets` to `quarantined`; one
 * that breaks a warning stays.
 */
export const checkZones = (zones: readonly DesiredZone[], context: RulesContext): CheckedZones => {
  const indexes = indexZones(zones, context.zoneNames);
  const usedExemptions = new Set<string>();
  const rulesFor = rulesByType();
  const exemptionsFor = onceEach(compileExemptions);
  const checked = indexes.map((index) => checkZone(index, rulesFor, exemptionsFor, usedExemptions));
  return {
    zones: checked.map(({ zone }) => zone),
    problems: sortProblems([
      ...checked.flatMap(({ problems }) => problems),
      ...checkExemptions(zones, usedExemptions, context.rulesElsewhere ?? []),
    ]),
  };
};
