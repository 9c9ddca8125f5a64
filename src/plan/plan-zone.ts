import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import { type GuardContext, nothingSpecial } from '../model/guard-context.ts';
import type { Change, Changeset, Unmanaged, Withheld } from '../model/plan.ts';
import type { OrphanedValue, WrittenValue } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { soaAt } from '../model/rr-types.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap } from '../model/rrset-map.ts';
import { withSerialOf } from '../model/soa.ts';
import type { DesiredZone, ExistingRRset, Quarantine, ZoneSnapshot } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import { withDrift } from './context-guards.ts';
import { byNameAndType, diff } from './diff.ts';
import { type FittedZone, fit, type PlanTarget } from './fit.ts';
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
import { markHealth } from './without-down.ts';

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
  /** And which. Default is all of them. */
  readonly isRead?: (name: string) => boolean;
}

/** What would change in one zone at one target, before the guards judge it. */
export interface DraftedZone extends Planned {
  readonly input: PlanZoneInput;
  readonly fitted: FittedZone;
  readonly conflicts: ReturnType<typeof unmanagedConflicts>;
  readonly unmanaged: readonly Unmanaged[];
  /** What waits until absence is proven, and is not among the changes. */
  readonly absent: readonly Withheld[];
}

export interface PlannedZone {
  readonly changeset: Changeset;
  readonly problems: readonly Problem[];
  /** Existing values that the inventory could have written, and that nobody wants or accounts for. */
  readonly orphans: readonly OrphanedValue[];
}

/**
 * What would change in one zone at one target, what is withheld, and what is left alone. Pure; index.ts tells the story. Where
 * the guards have to know more than the zone, draftZone says of which names, and judgeZone takes it.
 */
export const planZone = (input: PlanZoneInput): PlannedZone => judgeZone(draftZone(input), nothingSpecial);

export const draftZone = (input: PlanZoneInput): DraftedZone => {
  const { desired: zone, target, existing } = input;
  const retainInput = retainInputOf(input);
  const retained = retain(retainInput);
  const fitted = fit(retained.zone, target);
  const { owned, unmanaged } = partition(retainInput, fitted);
  const unreadable = existing?.unreadable ?? [];
  const conflicts = unmanagedConflicts(fitted, unmanaged, unreadable, zone.id.name);
  const wanted = withServersSerial(withoutUnmanagedConflicts(fitted.rrsets, conflicts), owned, zone.id.name);
  const changes = markHealth(diff(wanted, owned), fitted);
  const quarantined = [...fitted.quarantined, ...conflicts.map(conflictQuarantine)];
  return {
    ...{ input, retained, fitted, conflicts, owned, quarantined, changes },
    absent: withheldByAbsence({ retained, target, owned, changes, quarantined }),
    unmanaged: unmanagedRows(unmanaged, unreadable),
  };
};

export const judgeZone = (draft: DraftedZone, context: GuardContext): PlannedZone => {
  const { conflicts, fitted, input, owned, quarantined, retained, unmanaged } = draft;
  const { desired: zone, existing, target } = input;
  const changes = withDrift(draft.changes, context);
  const guarded = guard(guardInputOf(input, { changes, owned, quarantined, retained }, context));
  const absent = withDrift(draft.absent, context);
  const cost = target.nativeChecks?.costOf?.(guarded.changes) ?? null;
  const staysMissing = context.suspended !== null || guarded.withheld.some((each) => each.guard === 'drift');
  return {
    changeset: {
      ...(cost === null ? {} : { cost }),
      ...(fitted.down.length === 0 ? {} : { down: fitted.down.toSorted(byNameAndType) }),
      ...unchangedChangeset(zone, target.name, existing?.fingerprint ?? null, unmanaged),
      create_zone: existing === null && !staysMissing,
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
}

const guardInputOf = (
  { desired: zone, target, existing, allows, evidence, total, isRead = () => true }: PlanZoneInput,
  { changes, owned, quarantined, retained }: Planned,
  context: GuardContext,
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
  unready: target.unready,
  complete: zone.complete,
  drift: zone.settings.drift,
  isRead,
  context,
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
