import type { Change } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import { keyOf, type RRsetKey } from '../model/rrset.ts';
import { changeKey, type ZoneTarget, zoneTargetKey } from '../model/zone-target.ts';
import type { OpenTarget, RunContext } from '../target.ts';
import { type ApplyWork, inputOf } from './apply-input.ts';
import { type LeaseHandle, leaseHandle } from './lease.ts';
import { changesByPhase, type Phase, phases, type SetRoles } from './phases.ts';
import type { RollBackZone } from './sets/roll-back.ts';
import { endRun, openRun, type ZoneRun } from './zone/run.ts';

/** One changeset being applied, with its lease and its phases. */
export interface ChangesetRun {
  readonly target: OpenTarget;
  readonly run: ZoneRun;
  readonly lease: LeaseHandle;
  readonly phases: ReadonlyMap<Phase, readonly Change[]>;
  /** By keyOf: the number of the phase in which a change is written. */
  readonly phaseNumbers: ReadonlyMap<string, number>;
  /** Without any, it is written by itself, in one phase. */
  readonly isLinked: boolean;
  /** For taking back what it wrote. */
  readonly rollBackZone: RollBackZone;
}

interface ChangesetRunOptions {
  readonly reviewed: boolean;
  readonly store: Store;
  readonly onWritten: (changes: number) => void;
}

/** A changeset's run, of which nothing has happened yet. */
export const openChangesetRun = (
  work: ApplyWork,
  roles: SetRoles,
  { reviewed, store, onWritten }: ChangesetRunOptions,
  context: RunContext,
): ChangesetRun => {
  const { changeset, target } = work;
  const lease = leaseHandle(changeset, store, context);
  const byPhase = changesByPhase(changeset, roles);
  const belongsToSet = (change: RRsetKey) => roles.members.has(changeKey(changeset, change));
  const run = openRun({ ...inputOf(work, reviewed, context), onWritten, lease, belongsToSet });
  const numbers = phases.flatMap((phase, i) => (byPhase.get(phase) ?? []).map((each) => [keyOf(each), i] as const));
  return {
    target,
    run,
    lease,
    phases: byPhase,
    phaseNumbers: new Map(numbers),
    isLinked: [...byPhase.keys()].some((phase) => phase !== 'main') || changeset.changes.some(belongsToSet),
    rollBackZone: { target, sender: { ...run.sender, endsWork: true }, splitIntoWrites: run.input.splitIntoWrites },
  };
};

export const zoneTargetOf = ({ run }: ChangesetRun): ZoneTarget => run.input.changeset;

/** The planned changes of a phase, with the claims that are written in place of planned ones. */
export const changesIn = ({ run, phases: planned }: ChangesetRun, phase: Phase): readonly Change[] => {
  const own = (planned.get(phase) ?? []).map((change) => run.substitutes.get(keyOf(change)) ?? change);
  if (phase !== 'claims' || run.substitutes.size === 0) return own;
  const known = new Set(run.input.changeset.changes.map(keyOf));
  return [...own, ...run.substitutes.values().filter((change) => !known.has(keyOf(change)))];
};

/** Has it anything to do in this phase? A changeset by itself is written in `main`, also where its zone is only made. */
export const isDueIn = (changesetRun: ChangesetRun, phase: Phase): boolean =>
  changesetRun.isLinked ? changesIn(changesetRun, phase).length > 0 : phase === 'main';

/** Takes the lease; where it cannot be had, that ends the run. */
export const takeLease = async ({ run, lease }: ChangesetRun, wait?: Parameters<LeaseHandle['take']>[0]) => {
  try {
    await lease.take(wait);
  } catch (error) {
    endRun(run, error);
  }
};

/** In the order in which everybody takes leases, so that no two wait for each other. */
export const inLeaseOrder = <T>(items: readonly T[], zoneTarget: (item: T) => ZoneTarget): readonly T[] =>
  items.toSorted((a, b) => (zoneTargetKey(zoneTarget(a)) < zoneTargetKey(zoneTarget(b)) ? -1 : 1));
