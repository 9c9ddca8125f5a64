// Atomic sets: one server's A, AAAA and PTR are all applied or none, though they are in several zones at several targets,
// and no protocol has a transaction over these.
//
// Terms
//   member, claim  a change of the set; a shared name that takes a value from the server, and is written after its members
//   group          sets that share a change or an address (two servers that swap addresses): they succeed or fail together
//   journal entry  a set's changes with before and after, durable in the store from before its first write to its end
//   failed         a member was refused, stale, skipped or not answered: the group is rolled back, and its claims wait
//   roll back      writes that lead back to `before`, each by compare and swap against what we wrote
//   stuck          somebody else changed an RRset meanwhile, so that neither side can be restored: a person decides
//
// Premise: a crash may come between any two writes, and others may write in between. What we did is undone only where it is
// still exactly what we wrote; nothing of others is ever overwritten to make a set whole.
//
// How it works
//   1. groupSets (here) joins sets into groups; one that lacks a change fails before anything is written.
//   2. run-phases.ts journals the groups, then writes phase by phase. After each phase failBrokenGroups (here) fails the
//      groups with a member that was not applied, and skips what is unsent of them.
//   3. roll-back-sets.ts reads all that a failed group has written, and rolls it back in reverse order (roll-back.ts over
//      zones, zone/undo.ts in one zone), unless somebody else changed any of it: then all stays, and the entry is stuck.
//   4. claims.ts: before claims are written, those of failed groups are skipped or replanned without their servers; where
//      a group failed after its claims, these are rewritten to what they are without it.
//   5. Entries of groups that are applied whole, or as before, are ended. All others stay in the journal.
//   6. recover-journal.ts, at the start of the next apply: under the leases of its zones, an entry whose new values are all
//      there is completed, any other is rolled back. What is stuck or unreachable stays, is reported as `set-not-whole`,
//      and its names are not written.
import { randomUUID } from 'node:crypto';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { AtomicSet, Change, ChangeRef } from '../../model/plan.ts';
import type { JournalEntry } from '../../model/ports.ts';
import { keyOf } from '../../model/rrset.ts';
import { joined, tiesOf } from '../../model/ties.ts';
import { changeRefKey, zoneTargetKey } from '../../model/zone-target.ts';
import { type ChangesetRun, zoneTargetOf } from '../changeset-run.ts';
import { isApplied, undecided, type ZoneRun } from '../zone/run.ts';
import { setAside } from '../zone/set-aside.ts';
import type { UndoGroup } from '../zone/undo.ts';

/** A change of a set, with the run that writes it. */
export interface Member {
  readonly changesetRun: ChangesetRun;
  readonly change: Change;
}

/** Atomic sets that share changes or addresses, so that all of them are applied or none; mostly one. */
export interface SetGroup {
  readonly sets: readonly AtomicSet[];
  readonly members: readonly Member[];
  readonly claims: readonly Member[];
  /** For the journal, where there is more than one change. */
  readonly entries: readonly JournalEntry[];
  readonly undoGroup: UndoGroup;
  /** Why not all of it can be applied. */
  failure: HostmasterError | null;
  /** It failed after its claims were written, and could not be rolled back. */
  claimsStay: boolean;
}

/** The sets with their changes. A group that lacks a change fails at once: it could not be applied whole. */
export const groupSets = (
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
      undoGroup: { failure: null },
      failure: missing === undefined ? null : new HostmasterError('STALE_PLAN', message),
      claimsStay: false,
    };
  });
};

const distinct = (refs: readonly ChangeRef[]): readonly ChangeRef[] => [
  ...new Map(refs.map((ref) => [changeRefKey(ref), ref])).values(),
];

const finderOf = (changesetRuns: readonly ChangesetRun[]): ((ref: ChangeRef) => readonly Member[]) => {
  const byZoneTarget = new Map(
    changesetRuns.map((changesetRun) => {
      const { changes } = changesetRun.run.input.changeset;
      const byKey = new Map(changes.map((each) => [keyOf(each), each]));
      return [zoneTargetKey(zoneTargetOf(changesetRun)), { changesetRun, changes: byKey }];
    }),
  );
  return (ref) => {
    const found = byZoneTarget.get(zoneTargetKey(ref));
    const change = found?.changes.get(keyOf(ref));
    return found === undefined || change === undefined ? [] : [{ changesetRun: found.changesetRun, change }];
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
  members: members.flatMap(find).map(({ changesetRun: { run }, change }) => ({
    zone: run.sender.zone,
    target: run.sender.target,
    change,
  })),
  stuck: null,
});

/** `server web1 (lab)`, for messages. */
export const serversOf = ({ sets }: SetGroup): string => {
  const names = sets.slice(0, 3).map(({ inventory, server }) => `${server} (${inventory})`);
  const more = sets.length - names.length;
  return `server${sets.length > 1 ? 's' : ''} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/**
 * Fails the groups of which a change was not applied, skips what is unsent of them and what depends on that, until no
 * more group is broken by it. Gives the groups that failed now.
 */
export const failBrokenGroups = (groups: readonly SetGroup[]): readonly SetGroup[] => {
  const failed: SetGroup[] = [];
  for (;;) {
    const broken = groups.filter((group) => {
      if (group.failure !== null) return false;
      group.failure = failureOf(group);
      return group.failure !== null;
    });
    if (broken.length === 0) return failed;
    for (const group of broken) failed.push(group);
    skipUnsent(broken);
  }
};

/** Is anything of it written, and may all of it still be? */
export const isUnderWay = ({ failure, members }: SetGroup): boolean =>
  failure === null && members.some(({ changesetRun: { run }, change }) => run.sent.has(keyOf(change)));

/** Is it applied whole, or as before? */
export const isDone = ({ failure, undoGroup, members }: SetGroup): boolean =>
  failure === null
    ? members.every(({ changesetRun: { run }, change }) => isApplied(run, change))
    : undoGroup.failure === null && members.every(({ changesetRun: { run }, change }) => !run.sent.has(keyOf(change)));

/** Skips what these failed groups have not sent yet. */
export const skipUnsent = (broken: readonly SetGroup[]): void => {
  const reasons = new Map<ZoneRun, Map<string, string>>();
  for (const group of broken) {
    const why = `all records of ${serversOf(group)} are written or none: ${messageOf(group.failure)}`;
    for (const { changesetRun, change } of group.members) {
      const { run } = changesetRun;
      run.state.setFailure ??= new HostmasterError(group.failure?.code ?? 'WRITE_REFUSED', why);
      if (run.sent.has(keyOf(change)) || undecided(run, [change]).length === 0) continue;
      const own = reasons.get(run) ?? new Map<string, string>();
      reasons.set(run, own.set(keyOf(change), why));
    }
  }
  for (const [run, own] of reasons) setAside(run, own, 'skipped');
};

const failureOf = ({ members }: SetGroup): HostmasterError | null => {
  for (const { changesetRun, change } of members) {
    const { outcome, state, input, sender } = changesetRun.run;
    const result = outcome.get(keyOf(change));
    const where = `${change.name} ${change.type} at ${sender.target}`;
    if (result?.status === 'stale') return new HostmasterError('STALE_PLAN', `${where} has changed since the plan`);
    if (result !== undefined && result.status !== 'applied') {
      const reason = result.message === null ? '' : ` (${result.message})`;
      return new HostmasterError('WRITE_REFUSED', `${where} was ${result.status}${reason}`);
    }
    if (state.error === null || (result !== undefined && !input.reviewed)) continue;
    const code = state.error instanceof HostmasterError ? state.error.code : 'WRITE_REFUSED';
    return new HostmasterError(code, `${where} could not be written: ${messageOf(state.error)}`);
  }
  return null;
};
