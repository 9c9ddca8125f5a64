import { randomUUID } from 'node:crypto';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { AtomicSet, Change, ChangeRef } from '../../model/plan.ts';
import type { JournalEntry } from '../../model/ports.ts';
import { keyOf } from '../../model/rrset.ts';
import { joined, tiesOf } from '../../model/ties.ts';
import type { OpenTarget } from '../../target.ts';
import type { LeaseHandle } from '../lease.ts';
import type { Phase } from '../phases.ts';
import { changeRefKey, zoneTargetKey } from '../phases.ts';
import type { ZoneRun } from '../zone/run.ts';
import { undecided } from '../zone/run.ts';
import { setAside } from '../zone/set-aside.ts';
import type { UndoGroup } from '../zone/undo.ts';
import type { UndoAt } from './roll-back.ts';

/** One changeset on its way out, with its lease. */
export interface ChangesetRun {
  readonly target: OpenTarget;
  readonly run: ZoneRun;
  readonly lease: LeaseHandle;
  readonly phases: ReadonlyMap<Phase, readonly Change[]>;
  /** By keyOf: in which phase a change goes out, counted from 0. */
  readonly steps: ReadonlyMap<string, number>;
  /** Has it changes of sets or claims? Else it is one zone by itself. */
  readonly tied: boolean;
  readonly at: UndoAt;
}

export interface Member {
  readonly runner: ChangesetRun;
  readonly change: Change;
}

/** Atomic sets that share changes or addresses, so that they stand or fall together; mostly one. */
export interface SetGroup {
  readonly sets: readonly AtomicSet[];
  readonly members: readonly Member[];
  readonly claims: readonly Member[];
  /** For the journal, where there is more than one change. */
  readonly entries: readonly JournalEntry[];
  readonly group: UndoGroup;
  failure: HostmasterError | null;
  /** It failed after its claims went out, and could not be taken back. */
  claimsStand: boolean;
}

/** The sets with the changes that are theirs. One that lacks a change fails at once: something kept it from being whole. */
export const openSetGroups = (
  sets: readonly AtomicSet[],
  changesetRuns: readonly ChangesetRun[],
  now: number,
): readonly SetGroup[] => {
  const find = finderOf(changesetRuns);
  const whole = sets.filter(({ members }) => members.length > 0);
  const keysOf = (ref: ChangeRef) => [changeRefKey(ref), ...find(ref).flatMap(({ change }) => tiesOf(change))];
  return joined(whole, ({ members }) => members.flatMap(keysOf)).map((own) => {
    const refs = distinct(own.flatMap(({ members }) => members));
    const members = refs.flatMap(find);
    const missing = refs.find((ref) => find(ref).length === 0);
    const message = `${missing?.name} ${missing?.type} at ${missing?.target} is not part of what is applied`;
    return {
      sets: own,
      members,
      claims: distinct(own.flatMap(({ claims }) => claims)).flatMap(find),
      entries: members.length < 2 ? [] : own.map((set) => entryOf(set, find, now)),
      group: { trouble: null },
      failure: missing === undefined ? null : new HostmasterError('STALE_PLAN', message),
      claimsStand: false,
    };
  });
};

const distinct = (refs: readonly ChangeRef[]): readonly ChangeRef[] => [
  ...new Map(refs.map((ref) => [changeRefKey(ref), ref])).values(),
];

const finderOf = (changesetRuns: readonly ChangesetRun[]): ((ref: ChangeRef) => readonly Member[]) => {
  const byPlace = new Map(
    changesetRuns.map((changesetRun) => {
      const { changeset } = changesetRun.run.input;
      return [
        zoneTargetKey(changeset),
        { runner: changesetRun, changes: new Map(changeset.changes.map((each) => [keyOf(each), each])) },
      ];
    }),
  );
  return (ref) => {
    const found = byPlace.get(zoneTargetKey(ref));
    const change = found?.changes.get(keyOf(ref));
    return found === undefined || change === undefined ? [] : [{ runner: found.runner, change }];
  };
};

const entryOf = (
  { inventory, server, members }: AtomicSet,
  find: (ref: ChangeRef) => readonly Member[],
  at: number,
): JournalEntry => ({
  id: randomUUID(),
  inventory,
  server,
  at,
  members: members.flatMap(find).map(({ runner: { run }, change }) => ({
    zone: run.sender.zone,
    target: run.sender.target,
    change,
  })),
  stuck: null,
});

/** `web1 (lab)`, for messages. */
export const serversOf = ({ sets }: SetGroup): string => {
  const names = sets.slice(0, 3).map(({ inventory, server }) => `${server} (${inventory})`);
  const more = sets.length - names.length;
  return `server${sets.length > 1 ? 's' : ''} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/**
 * Fails the bundles of which something did not go through, takes what is left of them out of the runs, and with that
 * whatever goes with it, until nothing more breaks. Gives those that are new.
 */
export const failBroken = (groups: readonly SetGroup[]): readonly SetGroup[] => {
  const failed: SetGroup[] = [];
  for (;;) {
    const broken = groups.filter((group) => {
      if (group.failure !== null) return false;
      group.failure = failureOf(group);
      return group.failure !== null;
    });
    if (broken.length === 0) return failed;
    failed.push(...broken);
    leaveOut(broken);
  }
};

/** Takes what these bundles have not sent yet out of their runs. */
export const leaveOut = (broken: readonly SetGroup[]): void => {
  const reasons = new Map<ZoneRun, Map<string, string>>();
  for (const group of broken) {
    const why = `all of ${serversOf(group)} or nothing: ${messageOf(group.failure)}`;
    for (const { runner: changesetRun, change } of group.members) {
      const { run } = changesetRun;
      run.state.elsewhere ??= new HostmasterError(group.failure?.code ?? 'WRITE_REFUSED', why);
      if (run.sent.has(keyOf(change)) || undecided(run, [change]).length === 0) continue;
      const own = reasons.get(run) ?? new Map<string, string>();
      reasons.set(run, own.set(keyOf(change), why));
    }
  }
  for (const [run, own] of reasons) setAside(run, own, 'skipped');
};

const failureOf = ({ members }: SetGroup): HostmasterError | null => {
  for (const { runner: changesetRun, change } of members) {
    const { outcome, state, input, sender } = changesetRun.run;
    const result = outcome.get(keyOf(change));
    const where = `${change.name} ${change.type} at ${sender.target}`;
    if (result !== undefined && result.status !== 'applied') {
      const code = result.status === 'stale' ? 'STALE_PLAN' : 'WRITE_REFUSED';
      const said = result.message === null ? '' : ` (${result.message})`;
      return new HostmasterError(code, `${where} was ${result.status === 'stale' ? 'moved' : result.status}${said}`);
    }
    if (state.error === null || (result !== undefined && !input.reviewed)) continue;
    const code = state.error instanceof HostmasterError ? state.error.code : 'WRITE_REFUSED';
    return new HostmasterError(code, `${where} could not be written: ${messageOf(state.error)}`);
  }
  return null;
};
