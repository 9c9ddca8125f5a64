import { deletionEvidenceAt } from '../memory/deletion-evidence.ts';
import { desiredDigestOf } from '../memory/desired-digest.ts';
import { HostmasterError } from '../model/errors.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { LastSync, Store } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { problemOfTarget } from '../model/problem.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow, PlanTarget } from '../plan/index.ts';
import { planZone, unchangedChangeset } from '../plan/index.ts';
import type { PassOptions, PlannedWork, SharedEvidence } from '../run.ts';
import type { OpenTarget, OpenTargets, RunContext } from '../target.ts';
import { unanswerableTypes, unreadyDelegations } from './readiness.ts';
import { problemOfError, statusOf } from './targets.ts';

/** A full read older than this is not believed any more: what SQL changes does not move a serial. */
const oldestRead = 3_600_000;

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
  readonly store: Store;
  readonly context: RunContext;
}

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
  const planned = await Promise.all(byTarget.map((each) => planTarget(each.target, each.zones, planning, onRead)));
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

interface PlannedTarget {
  readonly name: string;
  readonly work: readonly PlannedWork[];
  readonly problems: readonly Problem[];
  readonly down: Error | null;
}

const planTarget = async (
  target: OpenTarget,
  zones: readonly DesiredZone[],
  planning: PlanContext,
  onRead: () => void,
): Promise<PlannedTarget> => {
  const work: PlannedWork[] = [];
  const problems: Problem[] = [];
  const trouble = troubleOf(target, planning);
  const prepared = await Promise.all(zones.map((zone) => prepare(zone, target, planning)));
  await target.provider.expect?.(
    prepared.flatMap(({ zone, settled: lastSync }) => (lastSync === null ? [zone.id] : [])),
    planning.context.signal,
  );
  await pooled(prepared, readsAtOnce, async (each) => {
    if (trouble.isDown()) return trouble.skipped(each.zone);
    try {
      const planned = await planOne(each, target, planning);
      trouble.passed();
      problems.push(...planned.problems);
      if (planned.work !== null) work.push(planned.work);
    } catch (error) {
      await trouble.met(error, each.zone);
    }
    onRead();
  });
  const { down, problems: met } = trouble.sum();
  return { name: target.definition.name, work, problems: [...problems, ...met], down };
};

interface Trouble {
  readonly isDown: () => boolean;
  readonly skipped: (zone: DesiredZone) => void;
  readonly passed: () => void;
  /** Throws what is no HostmasterError. */
  readonly met: (error: unknown, zone: DesiredZone) => Promise<void>;
  readonly sum: () => { readonly down: Error | null; readonly problems: readonly Problem[] };
}

/** What goes wrong while a target's zones are read: it is a zone's own affair until it is the target's. */
const troubleOf = (target: OpenTarget, planning: PlanContext): Trouble => {
  const { name } = target.definition;
  const problems: Problem[] = [];
  const unread: string[] = [];
  const unreadable: Problem[] = [];
  let down: Error | null = null;
  let inRow = 0;
  return {
    isDown: () => down !== null,
    skipped: ({ id }) => void unread.push(id.name),
    passed: () => {
      inRow = 0;
    },
    met: async (error, { id }) => {
      if (!(error instanceof HostmasterError)) throw error;
      if (error.code === 'ZONE_UNREADABLE') {
        unread.push(id.name);
        unreadable.push(unreadProblem(error, name, [id.name], zoneLabel(id)));
        inRow += 1;
        if (inRow % patience === 0) down = (await whyDown(target, planning)) ?? down;
        return;
      }
      inRow = 0;
      if (!isOfTarget(error)) return void problems.push(problemOfError(error, name, zoneLabel(id)));
      unread.push(id.name);
      down = error;
    },
    sum: () => ({
      down,
      problems: [...problems, ...(down === null ? unreadable : [unreadProblem(down, name, unread)])],
    }),
  };
};

/** So many zones in a row that cannot be read, and the target is asked for its list of them. */
const patience = 3;

const isOfTarget = ({ code }: HostmasterError): boolean => code === 'TARGET_UNREACHABLE' || code === 'TARGET_REFUSED';

/** Null: it still lists its zones, so that it is those that it does not show which are to blame. */
const whyDown = ({ provider }: OpenTarget, { context }: PlanContext): Promise<HostmasterError | null> =>
  provider.listZones(context.signal).then(
    () => null,
    (error: unknown) => {
      if (error instanceof HostmasterError) return error;
      throw error;
    },
  );

const unreadProblem = (error: Error, target: string, unread: readonly string[], zone?: string): Problem => {
  const zones = unread.length === 1 ? `${unread[0]} was` : `${unread.length} zones were`;
  const problem = problemOfError(error, target, zone);
  return { ...problem, message: `${problem.message}; ${zones} not read, and nothing of that is planned` };
};

interface PlannedOne {
  readonly work: PlannedWork | null;
  readonly problems: readonly Problem[];
}

/** A zone, and what the state knows of it where that can be believed. */
interface Prepared {
  readonly zone: DesiredZone;
  readonly desiredDigest: () => string;
  readonly settled: LastSync | null;
}

const prepare = async (
  zone: DesiredZone,
  target: OpenTarget,
  { context, store, options }: PlanContext,
): Promise<Prepared> => {
  const desiredDigest = desiredDigestOf(zone, target);
  const known = options.full ? null : await store.lastSync(zone.id, target.definition.name);
  return { zone, desiredDigest, settled: believable(known, desiredDigest, context.clock.now()) };
};

const planOne = async (prepared: Prepared, target: OpenTarget, planning: PlanContext): Promise<PlannedOne> => {
  const { zone, desiredDigest, settled: lastSync } = prepared;
  const { context } = planning;
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
  if (existing === null) {
    // A zone made from a file that does not parse would say of every name that it does not exist.
    if (!zone.complete && zone.rrsets.length === 0) return { work: null, problems: [] };
    const problem = whyNotMade(zone, target);
    if (problem !== null) return { work: null, problems: [problem] };
  }
  const fitFor: PlanTarget = {
    name,
    supports: target.provider.supports,
    healthChecks: target.provider.healthChecks ?? null,
    nativeChecks: target.provider.nativeChecks ?? null,
    unanswerable: await unanswerableTypes(zone, target, context.ask, existing),
    unready: await unreadyDelegations(zone, existing, planning.allows, context.ask),
  };
  const evidence = await deletionEvidenceAt(zone, name, planning.evidence, planning.store, context.clock.now());
  const planned = planZone({
    desired: zone,
    target: fitFor,
    existing,
    allows: planning.allows,
    evidence,
  });
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
    },
    problems: planned.problems,
  };
};

/** Of a zone that nobody planned. */
const fitForNothing = ({ definition, provider }: OpenTarget): PlanTarget => ({
  name: definition.name,
  supports: provider.supports,
  unanswerable: new Map(),
  unready: new Map(),
});

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
  return problemOfTarget('zone-missing', `${name} does not have the zone ${label}${help}`, name, label);
};

const believable = (lastSync: LastSync | null, desired: () => string, now: number): LastSync | null =>
  lastSync !== null && now - lastSync.readAt < oldestRead && lastSync.desired === desired() && desired() !== ''
    ? lastSync
    : null;
