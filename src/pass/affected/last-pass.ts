import type { Composition } from '../../compose/index.ts';
import { isWildcard } from '../../model/name.ts';
import type { Problem } from '../../model/problem.ts';
import { rdataNames } from '../../model/rdata.ts';
import { appliedChanges, resultOf, type ZoneResult } from '../../model/result.ts';
import { isApexSet, pointingTypes } from '../../model/rr-types.ts';
import type { RRset, RRsetKey } from '../../model/rrset.ts';
import type { DesiredZone, Protection, Quarantine } from '../../model/zone.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import type { Desired, PlannedWork, PlanPass } from '../../run.ts';

// What a pass leaves for those of single servers: every zone by name, and what is known of it at each target.

/** One zone as the last pass wanted it. */
export interface LastPassZone {
  /** After the rules; `rrsets` are those before the rules, in `at`. */
  readonly zone: DesiredZone;
  readonly at: ReadonlyMap<string, readonly RRset[]>;
  /** What zone files alone have. */
  readonly fromFiles: ReadonlyMap<string, readonly RRset[]>;
  /** Bad input of zone files and inventories, before the rules. */
  readonly bad: ReadonlyMap<string, readonly Quarantine[]>;
  readonly badInFiles: ReadonlyMap<string, readonly Quarantine[]>;
  /** The same and what the rules found. */
  readonly quarantined: ReadonlyMap<string, readonly Quarantine[]>;
  readonly protected: ReadonlyMap<string, readonly Protection[]>;
  /** For each name in a value that has to lead somewhere: who has it. */
  readonly leadingTo: ReadonlyMap<string, ReadonlySet<string>>;
  readonly hasWildcard: boolean;
  /** Types in it, and whether any of them has a health check. */
  readonly types: ReadonlySet<string>;
  readonly isChecked: boolean;
}

/** One zone at a target, as the last pass left it there. */
export interface LastPassTarget {
  readonly work: Pick<PlannedWork, 'target' | 'fitFor'>;
  /** Was the zone read, so that `fitFor` says what its name servers can answer? */
  readonly isRead: boolean;
  /** RRsets of ours, SOA and apex NS not counted. */
  readonly total: number;
  /** Names with changes that were withheld, or not applied. */
  readonly open: ReadonlySet<string>;
  /** Names with something that is not ours. */
  readonly foreign: ReadonlySet<string>;
}

/** Everything that the pass of one server is measured against. */
export interface LastPass {
  readonly desired: Desired;
  readonly composition: Composition;
  readonly zones: readonly LastPassZone[];
  /** By zoneTargetKey. */
  readonly zoneTargets: ReadonlyMap<string, LastPassTarget>;
  readonly plan: PlanPass['plan'];
  /** The problems of what was wanted, in one text each. */
  readonly reportedProblems: ReadonlySet<string>;
}

/** The names that an RRset leads to. */
export const leadsTo = ({ type, values }: RRset): readonly string[] =>
  pointingTypes.has(type) ? values.flatMap(({ rdata }) => rdataNames(type, rdata)) : [];

/** Null where the pass was not asked to keep what servers come to. `results` of a pass that wrote nothing are empty. */
export const lastPassOf = ({ desired, plan, work }: PlanPass, results: readonly ZoneResult[]): LastPass | null => {
  if (desired.composed === undefined) return null;
  const { composition, zones } = desired.composed;
  return {
    desired,
    composition,
    zones: zones.flatMap((zone, i) => {
      const checked = desired.definitions.zones[i];
      return checked === undefined ? [] : [lastPassZone(zone, checked, composition.input.zones[i])];
    }),
    zoneTargets: new Map(work.map((each) => [zoneTargetKey(each.changeset), lastPassTarget(each, results)])),
    plan,
    reportedProblems: new Set(desired.definitions.problems.map(problemKey)),
  };
};

export const problemKey = ({ rule, message }: Problem): string => `${rule} ${message}`;

const lastPassZone = (before: DesiredZone, after: DesiredZone, file: DesiredZone | undefined): LastPassZone => {
  const at = byName(before.rrsets);
  const leadingTo = new Map<string, Set<string>>();
  for (const rrset of before.rrsets) {
    for (const name of leadsTo(rrset)) {
      const known = leadingTo.get(name);
      if (known === undefined) leadingTo.set(name, new Set([rrset.name]));
      else known.add(rrset.name);
    }
  }
  return {
    zone: after,
    at,
    fromFiles: byName(file?.rrsets ?? []),
    bad: byName(before.quarantined),
    badInFiles: byName(file?.quarantined ?? []),
    quarantined: byName(after.quarantined),
    protected: byName(after.protected ?? []),
    leadingTo,
    hasWildcard: [...at.keys()].some(isWildcard),
    types: new Set(after.rrsets.map(({ type }) => type)),
    isChecked: after.rrsets.some(({ healthCheck }) => healthCheck !== undefined),
  };
};

const byName = <T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, readonly T[]> => {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const known = found.get(item.name);
    if (known === undefined) found.set(item.name, [item]);
    else known.push(item);
  }
  return found;
};

const lastPassTarget = (
  { changeset, snapshot, zone, ...work }: PlannedWork,
  results: readonly ZoneResult[],
): LastPassTarget => {
  const applied = new Set(appliedChanges(changeset, resultOf(results, changeset)));
  const isContent = (key: RRsetKey) => !isApexSet(key, zone.id.name);
  const left = new Set(changeset.unmanaged.map(({ name, type }) => `${name} ${type}`));
  const isRead = snapshot !== null || changeset.create_zone;
  const before = isRead ? (snapshot?.rrsets ?? []) : zone.rrsets;
  let total = before.filter((rrset) => isContent(rrset) && !left.has(`${rrset.name} ${rrset.type}`)).length;
  for (const change of applied) {
    if (change.action === 'replace' || !isContent(change)) continue;
    total += change.action === 'create' ? 1 : -1;
  }
  const open = [...changeset.withheld, ...changeset.changes.filter((change) => !applied.has(change))];
  return {
    work: { target: work.target, fitFor: work.fitFor },
    isRead,
    total,
    open: new Set(open.map(({ name }) => name)),
    foreign: new Set(changeset.unmanaged.map(({ name }) => name)),
  };
};
