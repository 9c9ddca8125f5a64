import { compareText } from '../model/compare.ts';
import type { Change, Changeset, PlannedRRset } from '../model/plan.ts';
import type { ZoneResult } from '../model/result.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import type { CreateSettings, DesiredZone, ZoneId, ZoneSettings, ZoneSnapshot } from '../model/zone.ts';
import type { RunContext } from '../target.ts';
import type { ApplyWork } from './apply-input.ts';
import type { ZoneTarget } from './phases.ts';
import type { ApplyOptions } from './run-phases.ts';
import { sendAll, unanswered } from './run-phases.ts';
import { resultOf } from './zone/outcome.ts';

export type { ApplyWork } from './apply-input.ts';
export { inputOf } from './apply-input.ts';
export type { ApplyOptions } from './run-phases.ts';
export type { PlacedChange, ReplanClaims } from './sets/claims.ts';

/**
 * Carries all changesets out: name servers side by side, a target's zones as many at once as it bears. Two targets that
 * are one server's take turns. The changes of an atomic set are all made or none, and claims wait for them.
 */
export const applyAll = async (
  work: readonly ApplyWork[],
  options: ApplyOptions,
  context: RunContext,
): Promise<readonly ZoneResult[]> => {
  const due = work
    .filter(({ changeset }) => changeset.changes.length > 0 || changeset.create_zone)
    .toSorted((a, b) => byZoneAndTarget(a.changeset, b.changeset));
  const total = due.reduce((sum, { changeset }) => sum + changeset.changes.length, 0);
  let done = 0;
  const onWritten = (changes: number) => {
    done += changes;
    context.onStep?.({ stage: 'apply', done, total });
  };
  const changesetRuns = await sendAll(due, options, context, onWritten);
  return changesetRuns.map(({ run }) => resultOf(run)).sort(byZoneAndTarget);
};

/** Did this zone fail for want of an answer? */
export const isUnanswered = ({ code }: ZoneResult): boolean => code !== null && unanswered.has(code);

const byZoneAndTarget = (a: ZoneTarget, b: ZoneTarget): number =>
  compareText(a.zone, b.zone) || compareText(a.view ?? '', b.view ?? '') || compareText(a.target, b.target);

/** `create:` without name servers takes those that are wanted at the apex. */
export const createSettingsOf = (
  { create }: ZoneSettings,
  apexNs: readonly { readonly rdata: string }[],
): CreateSettings | null =>
  create === null || create.ns.length > 0 ? create : { ...create, ns: apexNs.map(({ rdata }) => rdata) };

export const apexNsOf = ({ id, rrsets }: DesiredZone): readonly { readonly rdata: string }[] =>
  rrsets.find(({ type, name }) => type === 'NS' && name === id.name)?.values ?? [];

/** The changes that a name server has to answer for now. */
export const appliedChanges = (changeset: Changeset, result: ZoneResult): readonly Change[] => {
  const applied = new Set(result.changes.filter(({ status }) => status === 'applied').map(keyOf));
  const went = new Map([...changeset.changes, ...(result.substituted ?? [])].map((change) => [keyOf(change), change]));
  return [...went.values()].filter((change) => applied.has(keyOf(change)));
};

/** What a zone holds after changes: the read that they started from, carried forward. */
export const carriedForward = (zone: ZoneId, before: ZoneSnapshot | null, changes: readonly Change[]): ZoneSnapshot => {
  const rrsets = new Map((before?.rrsets ?? []).map((rrset) => [keyOf(rrset), rrset]));
  for (const { name, type, after } of changes) {
    if (after === null) rrsets.delete(keyOf({ name, type }));
    else rrsets.set(keyOf({ name, type }), rrsetOf({ name, type }, after));
  }
  return {
    status: 'read',
    zone,
    fingerprint: null,
    rrsets: [...rrsets.values()],
    unreadable: before?.unreadable ?? [],
  };
};

/** What a plan says of an RRset, as an RRset. */
export const rrsetOf = ({ name, type }: RRsetKey, { health_check: check, ttl, values }: PlannedRRset): RRset =>
  check === null ? { name, type, ttl, values } : { name, type, ttl, values, healthCheck: check };
