import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { Change, Changeset, Unmanaged } from '../model/plan.ts';
import type { OrphanedValue, WrittenValue } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { soaAt } from '../model/rr-types.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap } from '../model/rrset-map.ts';
import { withSerialOf } from '../model/soa.ts';
import type { DesiredZone, ExistingRRset, Quarantine, ZoneSnapshot } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import { byNameAndType, diff } from './diff.ts';
import type { FittedZone, PlanTarget } from './fit.ts';
import { fit } from './fit.ts';
import { guard } from './guard.ts';
import { partition, unmanagedRows } from './partition.ts';
import type { GuardInput } from './refusal.ts';
import type { RetainInput } from './retain.ts';
import { retain } from './retain.ts';
import type { RetainedZone } from './retain-absent.ts';
import { servesDisabled } from './serves-disabled.ts';
import { unfilledClaims } from './unfilled-claims.ts';
import {
  conflictProblem,
  conflictQuarantine,
  unmanagedConflicts,
  withoutUnmanagedConflicts,
} from './unmanaged-conflict.ts';
import { withheldByAbsence } from './withheld-by-absence.ts';

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
  readonly orphans: readonly OrphanedValue[];
}

/** What would change in one zone at one target, what is withheld, and what is left alone. Pure; index.ts tells the story. */
export const planZone = (input: PlanZoneInput): PlannedZone => {
  const { desired: zone, target, existing } = input;
  const retainInput = retainInputOf(input);
  const retained = retain(retainInput);
  const fitted = fit(retained.zone, target);
  const { owned, unmanaged } = partition(retainInput, fitted);
  const unreadable = existing?.unreadable ?? [];
  const conflicts = unmanagedConflicts(fitted, unmanaged, unreadable, zone.id.name);
  const wanted = withServersSerial(withoutUnmanagedConflicts(fitted.rrsets, conflicts), owned, zone.id.name);
  const changes = diff(wanted, owned);
  const quarantined = [...fitted.quarantined, ...conflicts.map(conflictQuarantine)];
  const guarded = guard(guardInputOf(input, { changes, owned, fitted, quarantined, retained }));
  const absent = withheldByAbsence({ retained, target, owned, changes, quarantined });
  const cost = target.nativeChecks?.costOf?.(guarded.changes) ?? null;
  return {
    changeset: {
      ...(cost === null ? {} : { cost }),
      ...(fitted.down.length === 0 ? {} : { down: fitted.down.toSorted(byNameAndType) }),
      ...unchangedChangeset(zone, target.name, existing?.fingerprint ?? null, unmanagedRows(unmanaged, unreadable)),
      create_zone: existing === null,
      changes: guarded.changes.toSorted(byNameAndType),
      withheld: [...guarded.withheld, ...absent].sort(byNameAndType),
    },
    problems: [
      ...fitted.problems,
      ...conflicts.map((conflict) => conflictProblem(conflict, zone.id, target.name)),
      ...servesDisabled(guarded.changes, existing?.rrsets ?? [], zone, target.name),
    ],
    orphans: retained.orphans,
  };
};

/** The changeset of a zone that is known to be as it should be. */
export const unchangedChangeset = (
  zone: DesiredZone,
  target: string,
  fingerprint: string | null,
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

const retainInputOf = ({ desired, target, existing, evidence, written, allows }: PlanZoneInput): RetainInput => ({
  zone: desired,
  target,
  existing: existing?.rrsets ?? [],
  evidence: evidence ?? null,
  written: evidence?.written ?? written ?? [],
  allows,
});

interface Planned {
  readonly changes: readonly Change[];
  readonly owned: ReadonlyRRsetMap<ExistingRRset>;
  readonly quarantined: readonly Quarantine[];
  readonly retained: RetainedZone;
  readonly fitted: FittedZone;
}

const guardInputOf = (
  { desired: zone, target, existing, allows, evidence, total }: PlanZoneInput,
  { changes, fitted, owned, quarantined, retained }: Planned,
): GuardInput => ({
  zone: zone.id,
  target: target.name,
  settings: zone.settings.guards,
  allows,
  isNew: existing === null,
  changes,
  present: existing?.rrsets ?? [],
  owned: owned.values(),
  total: total ?? 0,
  quarantined,
  blocked: retained.blocked,
  protections: [...(zone.protected ?? []), ...unfilledClaims(zone, evidence ?? null)],
  healthChecks: target.healthChecks ?? null,
  checkedByDaemon: fitted.checkedByDaemon,
  unready: target.unready,
  complete: zone.complete,
});

/** A SOA in the zone file states everything but the serial, which is always the name server's. */
const withServersSerial = (
  wanted: ReadonlyRRsetMap<RRset>,
  owned: ReadonlyRRsetMap<ExistingRRset>,
  zone: string,
): ReadonlyRRsetMap<RRset> => {
  const key = soaAt(zone);
  const soa = wanted.get(key);
  const current = owned.get(key)?.values[0];
  if (soa === undefined || current === undefined) return wanted;
  const values = soa.values.map((value) => ({ ...value, rdata: withSerialOf(value.rdata, current.rdata) }));
  const withSerial = mapRRsets(wanted.values());
  withSerial.set(key, { ...soa, values });
  return withSerial;
};
