import {
  type Changeset,
  countWithheld,
  type GuardName,
  isRefusing,
  type TargetStatus,
  type Withheld,
} from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { appliedChanges, resultOf, type VerifyReport } from '../model/result.ts';
import type { InventoryStatus } from '../model/server.ts';
import { type ZoneTarget, zoneTargetKey } from '../model/zone-target.ts';
import type { DaemonZoneTarget, ZoneState, ZoneStatus } from './answers.ts';
import type { EndedPass } from './engine/messages.ts';

// What the daemon knows of all zones, targets and inventories after its passes.

export interface ZoneTargetStanding extends ZoneTarget, Omit<DaemonZoneTarget, 'converged'> {
  /** Milliseconds since 1970; null: never. */
  readonly converged: number | null;
  /** Changes that wait as the zone is suspended there. */
  readonly suspended: number;
  /** Changes that would make good what somebody else did, and are withheld as that. */
  readonly drifted: number;
}

export interface Standing {
  /** By zoneTargetKey. */
  readonly zoneTargets: ReadonlyMap<string, ZoneTargetStanding>;
  readonly targets: readonly TargetStatus[];
  readonly inventories: Readonly<Record<string, InventoryStatus>>;
  /** When each inventory last gave a complete answer; milliseconds since 1970. */
  readonly takenAt: Readonly<Record<string, number>>;
  /** How many errors in the repository's own files the last pass over everything went on without. */
  readonly errors: number;
}

export const nothingKnown: Standing = { zoneTargets: new Map(), targets: [], inventories: {}, takenAt: {}, errors: 0 };

/** After a pass over everything, what it does not have is gone. */
export const standingAfter = (before: Standing, pass: EndedPass): Standing => {
  const { plan, scope } = pass;
  const changesets = new Map(plan.changesets.map((changeset) => [zoneTargetKey(changeset), changeset]));
  const known = new Map(scope === 'all' ? [] : before.zoneTargets);
  for (const at of pass.zoneTargets) {
    const key = zoneTargetKey(at);
    const was = before.zoneTargets.get(key);
    const changeset = changesets.get(key);
    const now = standingOf(at, changeset, pass);
    // What was not in order before may be so still: a few names say nothing of the others.
    if (scope === 'names' && was !== undefined && was.state !== 'converged' && isAsBad(was, now)) continue;
    const converged = now.state === 'converged' ? pass.ended : (was?.converged ?? null);
    // Nobody knows of a zone that could not be read whether it still drifts.
    const drifted = changeset === undefined ? (was?.drifted ?? 0) : now.drifted;
    known.set(key, { ...at, ...now, converged, drifted });
  }
  return {
    zoneTargets: known,
    targets: plan.targets,
    inventories: plan.inventory,
    takenAt: scope === 'names' ? before.takenAt : pass.takenAt,
    errors: scope === 'all' ? errorsInFiles(pass).length : before.errors,
  };
};

type Now = Pick<ZoneTargetStanding, 'state' | 'changes' | 'withheld' | 'code' | 'message' | 'suspended' | 'drifted'>;

const standingOf = (at: ZoneTarget, changeset: Changeset | undefined, pass: EndedPass): Now => {
  const { plan, problems, results, verify } = pass;
  const base = { changes: 0, withheld: 0, suspended: 0, drifted: 0, code: null, message: null };
  if (changeset === undefined) {
    const target = plan.targets.find(({ name, status }) => name === at.target && status !== 'ok');
    const problem = problems.find((each) => each.target === at.target && isOf(each, at));
    const code = target?.code ?? (problem === undefined ? 'ZONE_UNREADABLE' : codeOfProblem(problem));
    const message = target?.message ?? problem?.message ?? 'it was not read';
    return { ...base, state: 'failed', code, message };
  }
  const result = resultOf(results, changeset);
  const changes = changeset.changes.length - appliedChanges(changeset, result).length;
  const counts = {
    ...base,
    changes: Math.max(0, changes),
    withheld: changeset.withheld.length,
    suspended: countOf('suspended', changeset),
    drifted: countOf('drift', changeset),
  };
  if (result !== undefined && result.status !== 'applied') {
    return { ...counts, state: 'failed', code: result.code, message: result.error };
  }
  const differing = differencesOf(at, verify);
  if (differing > 0) {
    const message = `${differing} of the answers that were asked for are not as they should be`;
    return { ...counts, state: 'failed', code: null, message };
  }
  const [state, first] = stateOfWithheld(changeset.withheld);
  if (state !== null) return { ...counts, state, message: first?.reason ?? null };
  return { ...counts, state: counts.changes === 0 ? 'converged' : 'waiting' };
};

const countOf = (name: GuardName, { withheld }: Changeset): number =>
  countWithheld(withheld.filter(({ guard }) => guard === name));

/** What is wrong in the repository's files: the pass went on without it. */
export const errorsInFiles = ({ problems }: Pick<EndedPass, 'problems'>): readonly Problem[] =>
  problems.filter(({ file, severity, target }) => severity === 'error' && file !== null && target === undefined);

const isOf = ({ zone }: Problem, at: ZoneTarget): boolean => zone === undefined || zone === at.zone;

/** What is wrong at a target and comes of no error is for a person. */
export const codeOfProblem = ({ code }: Problem): string => code ?? 'WRITE_REFUSED';

const differencesOf = ({ zone }: ZoneTarget, { differences }: VerifyReport): number =>
  differences.reduce((sum, each) => sum + (each.zone === zone ? 1 : 0), 0);

/** What is waited for by itself, like the proof that a server is gone, is not refused. */
const stateOfWithheld = (withheld: readonly Withheld[]): readonly [ZoneState | null, Withheld | undefined] => {
  const of = (isMeant: (guard: GuardName) => boolean) => withheld.find(({ guard }) => isMeant(guard));
  const refused = of(isRefusing);
  if (refused !== undefined) return ['refused', refused];
  const suspended = of((guard) => guard === 'suspended');
  if (suspended !== undefined) return ['suspended', suspended];
  const drifted = of((guard) => guard === 'drift');
  if (drifted !== undefined) return ['drifted', drifted];
  return withheld.length > 0 ? ['waiting', withheld[0]] : [null, undefined];
};

/** The worst first. */
const worst: readonly ZoneState[] = ['failed', 'refused', 'suspended', 'drifted', 'waiting', 'converged'];

const isAsBad = (one: Now, other: Now): boolean => worst.indexOf(one.state) <= worst.indexOf(other.state);

/** By zone, each view one. */
export const zoneStatuses = ({ zoneTargets }: Standing): readonly ZoneStatus[] =>
  [...Map.groupBy(zoneTargets.values(), ({ view, zone }) => `${zone} ${view ?? ''}`).values()].flatMap((targets) =>
    targets.slice(0, 1).map(({ view, zone }) => ({
      zone,
      view,
      state: worst.find((state) => targets.some((each) => each.state === state)) ?? 'waiting',
      targets: targets.map(({ zone: _, view: __, suspended: ___, drifted: ____, converged, ...each }) => ({
        ...each,
        converged: converged === null ? null : new Date(converged).toISOString(),
      })),
    })),
  );
