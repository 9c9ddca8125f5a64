import type { Changeset, Plan, TargetStatus, Unmanaged } from '../model/plan.ts';
import { planDigest, summarise } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { sortProblems } from '../model/problem.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import { withSerialOf } from '../model/soa.ts';
import type { DesiredZone, ExistingRRset, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import type { Clash, LeftAlone } from './clash.ts';
import { clashes } from './clash.ts';
import { byNameAndType, diff } from './diff.ts';
import type { PlanTarget } from './fit.ts';
import { fit } from './fit.ts';
import { guard } from './guard.ts';
import { ownership } from './ownership.ts';

export type { Allow, ShrinkAllow } from './allow.ts';
export { parseAllow, parseChangeAllow, shrinkAllows } from './allow.ts';
export type { PlanTarget } from './fit.ts';
export { fit } from './fit.ts';
export { order } from './order.ts';
export { isProtected, ownership } from './ownership.ts';

export interface PlanZoneInput {
  readonly desired: DesiredZone;
  readonly target: PlanTarget;
  /** null: the target does not have the zone, and the plan makes it. */
  readonly existing: ZoneSnapshot | null;
  readonly allows: readonly Allow[];
}

export interface PlannedZone {
  readonly changeset: Changeset;
  readonly problems: readonly Problem[];
}

/** What would change in one zone at one target, what is held back, and what is left alone. Pure. */
export const planZone = ({ desired: zone, target, existing, allows }: PlanZoneInput): PlannedZone => {
  const fitted = fit(zone, target);
  const present = existing?.rrsets ?? [];
  const whose = ownership({
    zone: zone.id.name,
    owns: zone.settings.owns,
    ignore: zone.settings.ignore,
    supports: target.supports,
    desired: fitted.rrsets,
    leftAlone: fitted.leftAlone,
    existing: present,
  });
  const owned = rrsetMap<ExistingRRset>();
  const left: LeftAlone[] = [];
  for (const rrset of present) {
    const why = whose(rrset);
    if (why === null) owned.set(rrset, rrset);
    else left.push({ rrset, why });
  }
  const unreadable = existing?.unreadable ?? [];
  const clashing = clashes(fitted.rrsets, left, unreadable);
  const guarded = guard({
    zone: zone.id,
    target: target.name,
    settings: zone.settings.guards,
    allows,
    isNew: existing === null,
    changes: diff(withServersSerial(withoutClashing(fitted.rrsets, clashing), owned, zone.id.name), owned),
    present,
    owned: [...owned.values()],
    quarantined: [...fitted.quarantined, ...clashing.map(quarantineOf)],
    unready: target.unready,
    complete: zone.complete,
  });
  const unmanaged: Unmanaged[] = [
    ...left.map(({ rrset, why }) => ({ name: rrset.name, type: rrset.type, why })),
    ...unreadable,
  ];
  return {
    changeset: {
      zone: zone.id.name,
      view: zone.id.view,
      target: target.name,
      based_on: existing?.fingerprint ?? null,
      create_zone: existing === null,
      changes: guarded.changes.toSorted(byNameAndType),
      withheld: guarded.withheld.toSorted(byNameAndType),
      unmanaged: unmanaged.toSorted(byNameAndType),
    },
    problems: [...fitted.problems, ...clashing.map((clash) => problemOf(clash, zone, target))],
  };
};

/** The changeset of a zone that is known to be as it should be. */
export const settledChangeset = (
  zone: DesiredZone,
  target: string,
  fingerprint: string,
  unmanaged: readonly Unmanaged[],
): Changeset => ({
  zone: zone.id.name,
  view: zone.id.view,
  target,
  based_on: fingerprint,
  create_zone: false,
  changes: [],
  withheld: [],
  unmanaged,
});

export interface PlanParts {
  readonly commit: string | null;
  readonly targets: readonly TargetStatus[];
  readonly changesets: readonly Changeset[];
  readonly problems: readonly Problem[];
}

/** The plan of one pass: sorted, counted, digested. */
export const assemblePlan = ({ commit, targets, changesets, problems }: PlanParts): Plan => {
  const sorted = changesets.toSorted(
    (a, b) => compare(a.zone, b.zone) || compare(a.view ?? '', b.view ?? '') || compare(a.target, b.target),
  );
  return {
    version: 1,
    digest: planDigest(sorted),
    config_commit: commit,
    inventory: {},
    targets: targets.toSorted((a, b) => compare(a.name, b.name)),
    changesets: sorted,
    atomic_sets: [],
    problems: sortProblems(problems),
    summary: summarise(sorted),
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const withoutClashing = (wanted: ReadonlyRRsetMap<RRset>, clashing: readonly Clash[]): ReadonlyRRsetMap<RRset> => {
  if (clashing.length === 0) return wanted;
  const rest = mapRRsets(wanted.values());
  for (const { rrset } of clashing) rest.delete(rrset);
  return rest;
};

/** A SOA in the zone file states everything but the serial, which is always the name server's. */
const withServersSerial = (
  wanted: ReadonlyRRsetMap<RRset>,
  owned: ReadonlyRRsetMap<ExistingRRset>,
  zone: string,
): ReadonlyRRsetMap<RRset> => {
  const key = { name: zone, type: 'SOA' };
  const soa = wanted.get(key);
  const current = owned.get(key)?.values[0];
  if (soa === undefined || current === undefined) return wanted;
  const values = soa.values.map((value) => ({ ...value, rdata: withSerialOf(value.rdata, current.rdata) }));
  const withSerial = mapRRsets(wanted.values());
  withSerial.set(key, { ...soa, values });
  return withSerial;
};

const quarantineOf = ({ rrset, message }: Clash) => ({
  name: rrset.name,
  type: rrset.type,
  reason: message,
  origin: rrset.values[0]?.origins[0] ?? null,
});

const problemOf = ({ rrset, rule, message }: Clash, zone: DesiredZone, target: PlanTarget): Problem => {
  const origin = rrset.values[0]?.origins[0];
  return {
    rule,
    severity: 'error',
    message: `${rrset.name} ${rrset.type}: ${message}; take it out of the zone file, or let its owner give it up`,
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    column: origin?.column ?? null,
    target: target.name,
    zone: zoneLabel(zone.id),
  };
};
