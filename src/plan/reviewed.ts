import { SyntaxProblem } from '../model/errors.ts';
import { type GuardContext, nothingSpecial } from '../model/guard-context.ts';
import { checkForType } from '../model/health.ts';
import { type Change, type Changeset, samePlanned, type Withheld } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import { isAddressType, runsCode } from '../model/rr-types.ts';
import { keyOf, type RRset } from '../model/rrset.ts';
import { mapRRsets } from '../model/rrset-map.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { Allow } from './allow.ts';
import { plannedDesired } from './diff.ts';
import { type FittedZone, fit, type PlanTarget } from './fit.ts';
import { guard } from './guard.ts';
import { partition } from './partition.ts';
import type { GuardInput } from './refusal.ts';
import { unmanagedConflicts } from './unmanaged-conflict.ts';

// A changeset of a plan that comes back from outside, judged as if it were planned now: by what the target can hold, by what is
// ours there, and by the guards. What wants it (zone files, servers) is not known here, so that no more than that can be judged.

export interface ReviewedInput {
  /** With its settings; what it holds is not looked at. */
  readonly zone: DesiredZone;
  readonly target: PlanTarget;
  readonly changeset: Changeset;
  /** null: the target does not have the zone. */
  readonly existing: ZoneSnapshot | null;
  /** What the state knows that we wrote, where the zone owns what is listed. */
  readonly written: readonly WrittenValue[];
  readonly allows: readonly Allow[];
  /** Default is that nothing special is known. */
  readonly context?: GuardContext;
}

export interface JudgedChangeset {
  /** What no plan could have: `index` is the change's place in the changeset. */
  readonly faults: readonly { readonly index: number; readonly message: string }[];
  /** What a guard refuses. */
  readonly withheld: readonly Withheld[];
}

/** Judges a changeset that was planned elsewhere. Pure. */
export const judgeReviewed = (input: ReviewedInput): JudgedChangeset => {
  const { zone, target, changeset, existing, written } = input;
  const rrsets = existing?.rrsets ?? [];
  const fitted = fit({ ...zone, rrsets: changeset.changes.flatMap(wantedBy), quarantined: [] }, target);
  const { owned, unmanaged } = partition({ zone, target, existing: rrsets, written }, fitted);
  const conflicts = new Map(
    unmanagedConflicts(fitted, unmanaged, existing?.unreadable ?? [], zone.id.name).map((each) => [
      keyOf(each.rrset),
      each,
    ]),
  );
  const leftAlone = new Map(unmanaged.map(({ rrset, reason }) => [keyOf(rrset), reason]));
  const whyNotOurs = (change: Change): string | null => {
    const reason = change.before === null ? undefined : leftAlone.get(keyOf(change));
    return reason === undefined ? null : `is not ours (${reason.why})`;
  };
  const faults = changeset.changes.flatMap((change, index) => {
    const message =
      whyNotFitting(change, fitted, target) ??
      whyCode(change, zone, target.healthChecks ?? null) ??
      whyNotOurs(change) ??
      conflicts.get(keyOf(change))?.message;
    return message === undefined ? [] : [{ index, message }];
  });
  return { faults, withheld: guardedOf(input, owned.values()) };
};

const wantedBy = ({ name, type, after }: Change): readonly RRset[] => {
  if (after === null) return [];
  const { health_check: check, ttl, values } = after;
  return [check === null ? { name, type, ttl, values } : { name, type, ttl, values, healthCheck: check }];
};

/** What a plan has was fitted to its target: to fit it again changes nothing. */
const whyNotFitting = (change: Change, { rrsets, quarantined }: FittedZone, target: PlanTarget): string | null => {
  const { after, name, type } = change;
  if (after === null) return null;
  const takesCheck =
    type === target.healthChecks?.type ||
    (isAddressType(type) && after.health_check?.aaaa === undefined && (target.nativeChecks ?? null) !== null);
  if (after.health_check !== null && !takesCheck)
    return `has a health check, which ${target.name} cannot make of ${type}`;
  const fitting = rrsets.get(change);
  if (fitting === undefined) {
    const cause = quarantined.find((each) => each.name === name && each.type === type);
    return `cannot be made: ${cause?.reason ?? `${target.name} takes it in another form`}`;
  }
  return samePlanned(type, plannedDesired(fitting), after) ? null : `is not as ${target.name} would be given it`;
};

/** Code runs at the name server: it is what its health check compiles to, or the zone lets its file have any. */
const whyCode = ({ name, type, after }: Change, zone: DesiredZone, checks: HealthChecks | null): string | null => {
  if (after === null || !runsCode(type)) return null;
  const rdatas = after.values.map(({ rdata }) => rdata);
  const compiled = after.health_check === null ? [] : rdatas.filter((rdata) => checks?.answersOf([rdata]) != null);
  if (compiled.length < rdatas.length && !zone.settings.allow_lua) {
    return 'is code that the name server runs, and not of a health check; "allow_lua" is not set for the zone';
  }
  if (after.health_check === null) return null;
  const { health_check: healthCheck, ttl } = after;
  const addresses = (checks?.answersOf(compiled) ?? []).map(
    (answer): RRset => ({
      name,
      type: answer.type,
      ttl,
      values: answer.addresses.map((rdata) => ({ rdata, origins: [] })),
      healthCheck: checkForType(healthCheck, answer.type),
    }),
  );
  const again = compiledAgain(addresses, checks);
  const isUsed = healthCheck.aaaa === undefined || new Set(addresses.map((each) => each.type)).size === 2;
  return isUsed && again.length === compiled.length && again.every((rdata, i) => rdata === compiled[i])
    ? null
    : 'is code that its health check does not compile to';
};

const compiledAgain = (rrsets: readonly RRset[], checks: HealthChecks | null): readonly string[] => {
  if (checks === null || rrsets.length === 0) return [];
  try {
    return checks.compile(rrsets).rrset.values.map(({ rdata }) => rdata);
  } catch (error) {
    if (error instanceof SyntaxProblem) return [];
    throw error;
  }
};

/** What needs the inventory, or the zone's files, no guard can judge: absence, protected names, bad input. */
const guardedOf = (
  { allows, changeset, context = nothingSpecial, existing, target, zone }: ReviewedInput,
  owned: GuardInput['owned'],
): readonly Withheld[] => {
  const present = mapRRsets(existing?.rrsets ?? []);
  // A delete of what is gone takes nothing more away: it is stale, and that is said in its turn.
  return guard({
    zone: zone.id,
    target: target.name,
    settings: zone.settings.guards,
    allows,
    isNew: existing === null,
    changes: changeset.changes.filter((change) => change.before === null || present.has(change)),
    present: existing?.rrsets ?? [],
    owned,
    total: 0,
    quarantined: [],
    blocked: new Map(),
    protections: [],
    healthChecks: target.healthChecks ?? null,
    unready: target.unready,
    complete: zone.complete,
    drift: zone.settings.drift,
    isRead: () => true,
    context,
  }).withheld;
};
