import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { Changeset, Unmanaged } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { aliasedTypes } from '../model/rdata.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import { withSerialOf } from '../model/soa.ts';
import type { DesiredZone, ExistingRRset, Quarantine, Unreadable, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import type { ValueAt } from './deletion-verdict.ts';
import { byNameAndType, diff } from './diff.ts';
import type { FittedZone, PlanTarget } from './fit.ts';
import { fit } from './fit.ts';
import { guard } from './guard.ts';
import type { RetainInput } from './retain.ts';
import { ownershipAt, retain } from './retain.ts';
import { unfilledClaims } from './unfilled-claims.ts';
import type { UnmanagedConflict, UnmanagedRRset } from './unmanaged-conflict.ts';
import { unmanagedConflicts } from './unmanaged-conflict.ts';
import { withheldByAbsence } from './withheld-by-absence.ts';

// One zone at one target goes through planZone like this:
//
//   1. retain.ts adds what must stay although nobody wants it: what others wrote beside our values (owned-by-list.ts), and
//      values whose server is not proven gone (retain-absent.ts, judged by deletion-verdict.ts).
//   2. fit.ts adapts the zone to what the target supports, and compiles health checks (health-checks.ts). What does not
//      fit becomes a problem, and is quarantined.
//   3. ownership.ts divides what exists into what is ours to change and what is unmanaged. A desired RRset that an
//      unmanaged one is in the way of is quarantined too (unmanaged-conflict.ts).
//   4. diff.ts makes the changes that turn what is ours into what is desired.
//   5. guard.ts withholds the changes that are not safe, and withheld-by-absence.ts lists the deletes that step 1 put off.
//
// When all zones are planned, withhold-sets.ts withholds the atomic sets of which a part is withheld, and assemble.ts makes
// the plan. plan-names.ts takes the same way for a few names of a zone that is known otherwise.

export type { Allow, ShrinkAllow } from './allow.ts';
export { parseAllow, parseChangeAllow, shrinkAllows } from './allow.ts';
export { assemblePlan, type PlanParts } from './assemble.ts';
export type { PlanTarget } from './fit.ts';
export { fit } from './fit.ts';
export { isProtected, ownership } from './ownership.ts';
export type { Unplanned } from './set-causes.ts';
export { atomicSets, type Registered, type ServerRef } from './sets.ts';
export { type WithholdSetsInput, withholdSplitSets } from './withhold-sets.ts';

export interface PlanZoneInput {
  readonly desired: DesiredZone;
  readonly target: PlanTarget;
  /** null: the target does not have the zone, and the plan makes it. */
  readonly existing: ZoneSnapshot | null;
  readonly allows: readonly Allow[];
  /** What accounts for values that nobody wants. Missing or null: there is no inventory. */
  readonly evidence?: DeletionEvidence | null;
  /** What we wrote, where there is no evidence. Missing: nothing. */
  readonly written?: readonly WrittenValue[];
  /** Where only some names were read: how many RRsets of ours the zone has, SOA and apex NS not counted. */
  readonly total?: number;
}

export interface PlannedZone {
  readonly changeset: Changeset;
  readonly problems: readonly Problem[];
  /** Existing values that the inventory could have written, and that nobody wants or accounts for. */
  readonly orphans: readonly ValueAt[];
}

/** What would change in one zone at one target, what is withheld, and what is left alone. Pure. */
export const planZone = (input: PlanZoneInput): PlannedZone => {
  const { desired: zone, target, existing, allows } = input;
  const present = existing?.rrsets ?? [];
  const evidence = input.evidence ?? null;
  const retainInput = {
    zone,
    target,
    existing: present,
    evidence,
    written: evidence?.written ?? input.written ?? [],
    allows,
  };
  const retained = retain(retainInput);
  const fitted = fit(retained.zone, target);
  const { owned, unmanaged } = byOwnership(retainInput, fitted);
  const unreadable = existing?.unreadable ?? [];
  const conflicts = unmanagedConflicts(fitted.rrsets, unmanaged, unreadable);
  const changes = diff(withServersSerial(withoutConflicts(fitted.rrsets, conflicts), owned, zone.id.name), owned);
  const quarantined = [...fitted.quarantined, ...conflicts.map(quarantineOf)];
  const guarded = guard({
    zone: zone.id,
    target: target.name,
    settings: zone.settings.guards,
    allows,
    isNew: existing === null,
    changes,
    present,
    owned: [...owned.values()],
    total: input.total ?? 0,
    quarantined,
    blocked: retained.blocked,
    protections: [...(zone.protected ?? []), ...unfilledClaims(zone, evidence)],
    healthChecks: target.healthChecks ?? null,
    unready: target.unready,
    complete: zone.complete,
  });
  const quarantinedNames = new Set(quarantined.map(({ name }) => name));
  const absent = withheldByAbsence({ retained, target, owned, changes, quarantined: quarantinedNames });
  const cost = target.nativeChecks?.costOf?.(guarded.changes) ?? null;
  return {
    changeset: {
      ...(cost === null ? {} : { cost }),
      zone: zone.id.name,
      view: zone.id.view,
      target: target.name,
      based_on: existing?.fingerprint ?? null,
      create_zone: existing === null,
      changes: guarded.changes.toSorted(byNameAndType),
      withheld: [...guarded.withheld, ...absent].sort(byNameAndType),
      unmanaged: unmanagedRows(unmanaged, unreadable),
    },
    problems: [...fitted.problems, ...conflicts.map((conflict) => problemOf(conflict, zone, target))],
    orphans: retained.orphans,
  };
};

/** Which of the existing RRsets are ours to change, and which are unmanaged. */
const byOwnership = (input: RetainInput, { rrsets, compiled, excluded }: FittedZone) => {
  const replaced = mapRRsets(input.existing.filter((rrset) => isAliasReplaced(rrset, rrsets)));
  const wanted = { has: (key: RRsetKey) => rrsets.has(key) || compiled.has(key) || replaced.has(key) };
  const reasonOf = ownershipAt(input, excluded, wanted);
  const owned = rrsetMap<ExistingRRset>();
  const unmanaged: UnmanagedRRset[] = [];
  for (const rrset of input.existing) {
    const reason = reasonOf(rrset);
    if (reason === null) owned.set(rrset, rrset);
    else unmanaged.push({ rrset, reason });
  }
  return { owned, unmanaged };
};

const unmanagedRows = (
  unmanaged: readonly UnmanagedRRset[],
  unreadable: readonly Unreadable[],
): readonly Unmanaged[] => {
  const rows: readonly Unmanaged[] = [
    ...unmanaged.map(({ rrset: { name, type }, reason: { kind, why } }) => ({ name, type, kind, why })),
    ...unreadable.map(({ name, type, why }) => ({ name, type, kind: 'unreadable' as const, why })),
  ];
  return rows.toSorted(byNameAndType);
};

/** Does the zone file itself, and nothing else, have a plain RRset in the place of every alias record set of a name? */
const isAliasReplaced = (rrset: ExistingRRset, wanted: ReadonlyRRsetMap<RRset>): boolean => {
  const types = aliasedTypes(rrset);
  return (
    types.length > 0 &&
    types.every((type) =>
      wanted
        .get({ name: rrset.name, type })
        ?.values.every(({ origins }) => origins.length > 0 && origins.every(({ kind }) => kind === 'zone_file')),
    )
  );
};

/** The changeset of a zone that is known to be as it should be. */
export const unchangedChangeset = (
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

const withoutConflicts = (
  wanted: ReadonlyRRsetMap<RRset>,
  conflicts: readonly UnmanagedConflict[],
): ReadonlyRRsetMap<RRset> => {
  if (conflicts.length === 0) return wanted;
  const rest = mapRRsets(wanted.values());
  for (const { rrset } of conflicts) rest.delete(rrset);
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

const quarantineOf = ({ rrset, rule, message }: UnmanagedConflict): Quarantine => ({
  name: rrset.name,
  type: rrset.type,
  rule,
  reason: message,
  origin: rrset.values[0]?.origins[0] ?? null,
});

const problemOf = ({ rrset, rule, message }: UnmanagedConflict, zone: DesiredZone, target: PlanTarget): Problem => {
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
