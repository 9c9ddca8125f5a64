import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { Changeset, Unmanaged } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { aliasedTypes } from '../model/rdata.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import { withSerialOf } from '../model/soa.ts';
import type { DesiredZone, ExistingRRset, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import type { ValueAt } from './deletion-verdict.ts';
import { byNameAndType, diff } from './diff.ts';
import type { Fitted, PlanTarget } from './fit.ts';
import { fit } from './fit.ts';
import { guard } from './guard.ts';
import type { RetainInput } from './retain.ts';
import { ownershipAt, retain } from './retain.ts';
import { unfilledClaims } from './unfilled-claims.ts';
import type { LeftAlone, UnmanagedConflict } from './unmanaged-conflict.ts';
import { unmanagedConflicts } from './unmanaged-conflict.ts';
import { withheldByAbsence } from './withheld.ts';

export type { Allow, ShrinkAllow } from './allow.ts';
export { parseAllow, parseChangeAllow, shrinkAllows } from './allow.ts';
export { assemblePlan, type PlanParts } from './assemble.ts';
export type { PlanTarget } from './fit.ts';
export { fit } from './fit.ts';
export { isProtected, ownership } from './ownership.ts';
export { atomicSets, type Registered, type ServerRef } from './sets.ts';
export { type SplitInput, type Unplanned, withholdSplit } from './withhold-sets.ts';

export interface PlanZoneInput {
  readonly desired: DesiredZone;
  readonly target: PlanTarget;
  /** null: the target does not have the zone, and the plan makes it. */
  readonly existing: ZoneSnapshot | null;
  readonly allows: readonly Allow[];
  /** What accounts for values that nobody wants. Missing or null: there is no inventory. */
  readonly evidence?: DeletionEvidence | null;
  /** What we wrote, where there are no evidence. Default is nothing. */
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

/** What would change in one zone at one target, what is held back, and what is left alone. Pure. */
export const planZone = (input: PlanZoneInput): PlannedZone => {
  const { desired: zone, target, existing, allows } = input;
  const present = existing?.rrsets ?? [];
  const evidence = input.evidence ?? null;
  const known = {
    zone,
    target,
    existing: present,
    evidence,
    written: evidence?.written ?? input.written ?? [],
    allows,
  };
  const held = retain(known);
  const fitted = fit(held.zone, target);
  const { owned, left } = parted(known, fitted);
  const unreadable = existing?.unreadable ?? [];
  const clashing = unmanagedConflicts(fitted.rrsets, left, unreadable);
  const changes = diff(withServersSerial(withoutClashing(fitted.rrsets, clashing), owned, zone.id.name), owned);
  const quarantined = [...fitted.quarantined, ...clashing.map(quarantineOf)];
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
    blocked: held.blocked,
    protections: [...(zone.protected ?? []), ...unfilledClaims(zone, evidence)],
    healthChecks: target.healthChecks ?? null,
    unready: target.unready,
    complete: zone.complete,
  });
  const stillNamed = new Set(quarantined.map(({ name }) => name));
  const waiting = withheldByAbsence({ held, target, owned, changes, quarantined: stillNamed });
  const cost = target.nativeChecks?.costOf?.(guarded.changes) ?? null;
  const unmanaged: Unmanaged[] = [
    ...left.map(({ rrset, why }) => ({ name: rrset.name, type: rrset.type, why })),
    ...unreadable,
  ];
  return {
    changeset: {
      ...(cost === null ? {} : { cost }),
      zone: zone.id.name,
      view: zone.id.view,
      target: target.name,
      based_on: existing?.fingerprint ?? null,
      create_zone: existing === null,
      changes: guarded.changes.toSorted(byNameAndType),
      withheld: [...guarded.withheld, ...waiting].sort(byNameAndType),
      unmanaged: unmanaged.toSorted(byNameAndType),
    },
    problems: [...fitted.problems, ...clashing.map((clash) => problemOf(clash, zone, target))],
    orphans: held.orphans,
  };
};

/** Which of the existing RRsets are ours to change. */
const parted = (known: RetainInput, { rrsets, compiled, leftAlone }: Fitted) => {
  const swapped = mapRRsets(known.existing.filter((rrset) => isSwapped(rrset, rrsets)));
  const wanted = { has: (key: RRsetKey) => rrsets.has(key) || compiled.has(key) || swapped.has(key) };
  const whose = ownershipAt(known, leftAlone, wanted);
  const owned = rrsetMap<ExistingRRset>();
  const left: LeftAlone[] = [];
  for (const rrset of known.existing) {
    const why = whose(rrset);
    if (why === null) owned.set(rrset, rrset);
    else left.push({ rrset, why });
  }
  return { owned, left };
};

/** Does the zone file itself, and nothing else, have a plain RRset in the place of every alias record set of a name? */
const isSwapped = (rrset: ExistingRRset, wanted: ReadonlyRRsetMap<RRset>): boolean => {
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

const withoutClashing = (
  wanted: ReadonlyRRsetMap<RRset>,
  clashing: readonly UnmanagedConflict[],
): ReadonlyRRsetMap<RRset> => {
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

const quarantineOf = ({ rrset, message }: UnmanagedConflict) => ({
  name: rrset.name,
  type: rrset.type,
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
