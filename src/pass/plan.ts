import {
  deletionEvidenceAt,
  desiredDigestOf,
  forgetCorrections,
  type GuardRules,
  guardContextAt,
  plainRules,
} from '../memory/index.ts';
import type { TargetDefinition } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import { isWithinScope } from '../model/guard-context.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { LastSync, Store } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { problemOfTarget, withCode } from '../model/problem.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow, PlanTarget } from '../plan/index.ts';
import { draftZone, judgeZone, unchangedChangeset } from '../plan/index.ts';
import type { Desired, PassOptions, PlannedWork, SharedEvidence } from '../run.ts';
import type { OpenTarget, OpenTargets, RunContext } from '../target.ts';
import { type CheckDelegations, delegationCheck } from './delegations.ts';
import type { OpenPass } from './open.ts';
import { unanswerableTypes } from './readiness.ts';
import { failuresOf } from './target-failures.ts';
import { statusOf } from './targets.ts';
import { changesWithoutEffect } from './without-effect.ts';

/** After so many milliseconds a zone is read in full again: what SQL changes does not move a serial. */
const maxReadAge = 3_600_000;

export interface PlannedAll {
  readonly work: readonly PlannedWork[];
  readonly problems: readonly Problem[];
  readonly targets: OpenTargets;
}

interface PlanContext {
  readonly allows: readonly Allow[];
  readonly evidence: SharedEvidence;
  readonly isDue: (zone: DesiredZone, target: string) => boolean;
  readonly options: Pick<PassOptions, 'full'>;
  /** Default is that nothing is suspended, and nothing counted over time. */
  readonly rules?: GuardRules;
  /** All targets of hostmaster.yaml. Default is those that are open. */
  readonly configured?: readonly TargetDefinition[];
  readonly store: Store;
  readonly context: RunContext;
}

/** Plans what is wanted at the pass's targets. Where somebody stopped it meanwhile, it lacks what was not read. */
export const plan = async (
  { allows: given, options, selection, store, targets }: OpenPass,
  { definitions, evidence }: Desired,
  context: RunContext,
): Promise<PlannedAll> => {
  const allows = given.map(({ allow }) => allow);
  const planning = {
    allows,
    evidence,
    isDue: selection.isDue,
    options,
    rules: rulesOf(options),
    configured: definitions.targets,
    store,
    context,
  };
  await forgetResumed(definitions.zones, options, store);
  return planAll(definitions.zones, targets, planning);
};

const rulesOf = ({ heedsDrift = false, recover = false, suspended = [] }: PassOptions): GuardRules => ({
  suspended,
  heedsDrift,
  overWindow: recover,
});

const forgetResumed = async (
  zones: readonly DesiredZone[],
  { resumed = [] }: PassOptions,
  store: Store,
): Promise<void> => {
  if (resumed.length === 0) return;
  const all = zones.flatMap((zone) => zone.settings.targets.map((target) => ({ zone, target })));
  const isMeant = ({ target, zone }: (typeof all)[number]) =>
    resumed.some((scope) => isWithinScope(scope, { zone: zone.id.name, target }));
  await forgetCorrections(all.filter(isMeant), store);
};

/**
 * Reads and plans every zone at every target. A target that stops answering is one problem, and so is each zone that a
 * target does not show; the others go on.
 */
export const planAll = async (
  zones: readonly DesiredZone[],
  targets: OpenTargets,
  planning: PlanContext,
): Promise<PlannedAll> => {
  const isDue = (zone: DesiredZone, target: string) =>
    zone.settings.targets.includes(target) && planning.isDue(zone, target);
  const byTarget = [...targets.open.values()].map((target) => ({
    target,
    zones: zones.filter((zone) => isDue(zone, target.definition.name)),
  }));
  const total = byTarget.reduce((sum, each) => sum + each.zones.length, 0);
  let done = 0;
  const onRead = () => {
    done += 1;
    planning.context.onStep?.({ stage: 'read', done, total });
  };
  const { allows, configured = [...targets.open.values()].map(({ definition }) => definition), context } = planning;
  const checkDelegations = delegationCheck({ allows, zones, targets: configured, context });
  const run = { ...planning, checkDelegations };
  const planned = await Promise.all(byTarget.map((each) => planTarget(each.target, each.zones, run, onRead)));
  const down = new Map(planned.flatMap(({ down: error, name }) => (error === null ? [] : [[name, error] as const])));
  return {
    work: planned.flatMap((each) => each.work),
    problems: planned.flatMap((each) => each.problems),
    targets: {
      ...targets,
      statuses: targets.statuses.map((status) => {
        const error = down.get(status.name);
        return error === undefined ? status : statusOf(status.name, error);
      }),
    },
  };
};

interface PlanRun extends PlanContext {
  readonly checkDelegations: CheckDelegations;
}

interface PlannedTarget {
  readonly name: string;
  readonly work: readonly PlannedWork[];
  readonly problems: readonly Problem[];
  readonly down: Error | null;
}

const planTarget = async (
  target: OpenTarget,
  zones: readonly DesiredZone[],
  planning: PlanRun,
  onRead: () => void,
): Promise<PlannedTarget> => {
  const work: PlannedWork[] = [];
  const problems: Problem[] = [];
  const failures = failuresOf(target, planning.context.signal);
  const prepared = await Promise.all(zones.map((zone) => prepare(zone, target, planning)));
  await expectReads(prepared, target, planning);
  await pooled(prepared, readsAtOnce, async (each) => {
    if (failures.isDown()) return failures.skip(each.zone);
    try {
      const planned = await planOne(each, target, planning);
      failures.success();
      for (const problem of planned.problems) problems.push(problem);
      if (planned.work !== null) work.push(planned.work);
    } catch (error) {
      await failures.failure(error, each.zone);
    }
    onRead();
  });
  const { down, problems: targetProblems } = failures.summary();
  return { name: target.definition.name, work, problems: [...problems, ...targetProblems], down };
};

/** What keeps the provider from this meets the reads that follow too, and is reported by them. */
const expectReads = async (
  prepared: readonly Prepared[],
  { provider }: OpenTarget,
  { context }: PlanContext,
): Promise<void> => {
  const zones = prepared.flatMap(({ zone, lastSync }) => (lastSync === null ? [zone.id] : []));
  try {
    await provider.expect?.(zones, context.signal);
  } catch (error) {
    if (!(error instanceof HostmasterError)) throw error;
  }
};

interface PlannedOne {
  readonly work: PlannedWork | null;
  readonly problems: readonly Problem[];
}

/** A zone, and its last sync where that can be believed. */
interface Prepared {
  readonly zone: DesiredZone;
  readonly desiredDigest: () => string;
  readonly lastSync: LastSync | null;
}

const prepare = async (
  zone: DesiredZone,
  target: OpenTarget,
  { context, store, options }: PlanContext,
): Promise<Prepared> => {
  const desiredDigest = desiredDigestOf(zone, target);
  const known = options.full ? null : await store.lastSync(zone.id, target.definition.name);
  return { zone, desiredDigest, lastSync: believable(known, desiredDigest, context.clock.now()) };
};

const planOne = async (prepared: Prepared, target: OpenTarget, planning: PlanRun): Promise<PlannedOne> => {
  const { zone, desiredDigest, lastSync } = prepared;
  const { context, rules = plainRules } = planning;
  const { name } = target.definition;
  const read = await target.provider.read(zone.id, {
    ...(lastSync === null ? {} : { since: { fingerprint: lastSync.fingerprint, mark: lastSync.mark } }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  if (read.status === 'unchanged' && lastSync !== null) {
    const changeset = unchangedChangeset(zone, name, lastSync.fingerprint, lastSync.unmanaged);
    const unread = { snapshot: null, orphans: [], evidence: null, fitFor: fitForNothing(target) };
    const work = { zone, target, changeset, desiredDigest, ...unread };
    return { work, problems: [] };
  }
  const existing: ZoneSnapshot | null = read.status === 'read' ? read : null;
  if (existing?.readOnly !== undefined)
    return { work: null, problems: [readOnlyProblem(zone, name, existing.readOnly)] };
  if (existing === null) {
    // Never create a zone from an unparsable file: it would answer NXDOMAIN for every name.
    if (!zone.complete && zone.rrsets.length === 0) return { work: null, problems: [] };
    const problem = whyNotMade(zone, target);
    if (problem !== null) return { work: null, problems: [problem] };
  }
  const { unasked, unready } = await planning.checkDelegations(zone, name, existing);
  const fitFor: PlanTarget = {
    name,
    supports: target.provider.supports,
    healthChecks: target.provider.healthChecks ?? null,
    nativeChecks: target.provider.nativeChecks ?? null,
    unanswerable: await unanswerableTypes(zone, target, context.ask, existing, context),
    unready,
  };
  const evidence = await deletionEvidenceAt(zone, name, planning.evidence, planning.store, context.clock.now());
  const now = context.clock.now();
  const draft = draftZone({ desired: zone, target: fitFor, existing, allows: planning.allows, evidence });
  const keys = [...draft.changes, ...draft.absent];
  const guards = await guardContextAt(zone, name, keys, rules, planning.store, now);
  const planned = judgeZone(draft, guards);
  const clean = planned.problems.length === 0;
  return {
    work: {
      zone,
      target,
      changeset: planned.changeset,
      snapshot: existing,
      desiredDigest: clean ? desiredDigest : () => '',
      orphans: planned.orphans,
      fitFor,
      evidence,
      ...(guards.suspended === null ? {} : { isSuspended: true as const }),
    },
    problems: [...planned.problems, ...unasked, ...(await changesWithoutEffect(planned.changeset, planning.store))],
  };
};

/** For a zone that was not read, and so was not fitted. */
const fitForNothing = ({ definition, provider }: OpenTarget): PlanTarget => ({
  name: definition.name,
  supports: provider.supports,
  unanswerable: new Map(),
  unready: new Map(),
});

const readOnlyProblem = ({ id }: DesiredZone, target: string, why: string): Problem => {
  const label = zoneLabel(id);
  const message = `${target} cannot write the zone ${label}, and nothing is planned for it there: ${why}`;
  return problemOfTarget('zone-read-only', message, target, label);
};

const whyNotMade = (zone: DesiredZone, target: OpenTarget): Problem | null => {
  const { name } = target.definition;
  const { creates_zones: creates, zones_are_made: how } = target.provider.supports;
  if (zone.settings.create !== null && creates) return null;
  const label = zoneLabel(zone.id);
  const help = creates
    ? ': make it there, or set "create" for it in hostmaster.yaml'
    : how === undefined
      ? ', and its provider cannot make it'
      : `: ${how}`;
  const message = `${name} does not have the zone ${label}${help}`;
  return withCode(problemOfTarget('zone-missing', message, name, label), 'ZONE_MISSING');
};

const believable = (lastSync: LastSync | null, desired: () => string, now: number): LastSync | null =>
  lastSync !== null && now - lastSync.readAt < maxReadAge && lastSync.desired === desired() && desired() !== ''
    ? lastSync
    : null;
