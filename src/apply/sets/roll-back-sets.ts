import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ChangesetRun } from '../changeset-run.ts';
import type { CircuitBreaker } from '../circuit-breaker.ts';
import { phases } from '../phases.ts';
import { isApplied, type ZoneRun } from '../zone/run.ts';
import type { UndoFailure, UndoGroup } from '../zone/undo.ts';
import { groupsByClaim, isWithoutClaims, memberKey, takesFrom } from './claims.ts';
import { checkRollBack, type RollBackItem, rollBack } from './roll-back.ts';
import { type Member, type SetGroup, serversOf } from './set-group.ts';

/** A change that was sent, and why it is rolled back. */
interface SentChange extends RollBackItem, Pick<Member, 'changesetRun'> {
  readonly why: unknown;
}

/** Reads whether sets that failed can be rolled back, before anything is written for that. */
export const checkRollBackOfSets = (
  failed: readonly SetGroup[],
  all: readonly SetGroup[],
  breaker: CircuitBreaker,
): Promise<void> => checkRollBack(itemsOf(failed, all), breaker);

/** Rolls back what is applied of sets that failed. A set that somebody else changed meanwhile stays in the journal as stuck. */
export const rollBackSets = async (
  failed: readonly SetGroup[],
  all: readonly SetGroup[],
  store: Store,
  breaker: CircuitBreaker,
): Promise<void> => {
  if (failed.length === 0) return;
  noteUndone(await rollBack(itemsOf(failed, all), breaker));
  for (const group of failed) {
    if (group.undoGroup.failure !== null) noteNotRolledBack(group, group.undoGroup.failure);
  }
  const stuck = failed.flatMap(stuckEntries);
  // Where that cannot be noted, recovery finds it out once more.
  if (stuck.length > 0) await store.journalAll(stuck).catch(() => undefined);
};

const itemsOf = (failed: readonly SetGroup[], all: readonly SetGroup[]): readonly SentChange[] => {
  const items = new Map<string, SentChange>();
  const byClaim = groupsByClaim(all);
  for (const group of failed) {
    // A claim with values of sets that did not fail was corrected already.
    const claims = group.claims.filter(
      (claim) => takesFrom(claim.change, group) && byClaim.get(memberKey(claim))?.every(isWithoutClaims),
    );
    for (const member of [...group.members, ...claims]) {
      const item = sentOf(member.changesetRun, keyOf(member.change), group.undoGroup, group.failure);
      if (item !== null) items.set(memberKey(member), item);
    }
  }
  return [...items.values()];
};

/** Rolls back all of a reviewed zone that failed in a later write: it fails whole. Where others wrote, all stays. */
export const rollBackReviewed = async (changesetRun: ChangesetRun, breaker: CircuitBreaker): Promise<void> => {
  const { run } = changesetRun;
  const { error } = run.state;
  if (error === null || (error instanceof HostmasterError && error.code === 'LOST_RACE')) return;
  const group: UndoGroup = { failure: null };
  const why = messageOf(error);
  const keys = [...run.sent.keys()].filter((key) => run.input.belongsToSet?.(run.sent.get(key) ?? noKey) !== true);
  const items = keys.flatMap((key) => sentOf(changesetRun, key, group, error) ?? []);
  if (items.length === 0) return;
  noteUndone(await rollBack(items, breaker));
  const then =
    group.failure === null
      ? 'what was written to the zone before was rolled back'
      : group.failure.kind === 'unfinished'
        ? `what was written to the zone before was rolled back, but ${group.failure.message}`
        : `what was written to the zone before could not all be rolled back: ${group.failure.message}`;
  const code = error instanceof HostmasterError ? error.code : 'WRITE_REFUSED';
  run.state.error = new HostmasterError(code, `${why}; ${then}`, { cause: error });
};

const noKey = { name: '', type: '' };

const sentOf = (changesetRun: ChangesetRun, key: string, group: UndoGroup, why: unknown): SentChange | null => {
  const change = changesetRun.run.sent.get(key);
  if (change === undefined) return null;
  return {
    change,
    group,
    why,
    changesetRun,
    zone: changesetRun.rollBackZone,
    step: changesetRun.phaseNumbers.get(key) ?? phases.indexOf('claims'),
  };
};

/** Notes changes that were sent and are as before now, whether or not they were ever applied. */
const noteUndone = (items: Iterable<SentChange>): void => {
  for (const { changesetRun, change, why } of items) {
    const { run } = changesetRun;
    const key = keyOf(change);
    const wasApplied = isApplied(run, change);
    const message = wasApplied ? `rolled back: ${messageOf(why)}` : messageOf(why);
    run.outcome.set(key, { status: 'skipped', message });
    run.sent.delete(key);
    run.state.setFailure ??= why;
    if (wasApplied) run.undone.add(key);
  }
};

/** Notes in the zones of a set why it could not be rolled back. */
const noteNotRolledBack = (group: SetGroup, { kind, message }: UndoFailure): void => {
  const then = {
    changed: `nothing of it was rolled back, as ${message}: ${howToRepair}`,
    failed: `it could not be rolled back (${message}): the next apply does that, or completes it`,
    unfinished: `it was rolled back, but ${message}`,
  }[kind];
  const error = new HostmasterError('LOST_RACE', `${serversOf(group)}: ${messageOf(group.failure)}; ${then}`);
  for (const { changesetRun, change } of group.members) {
    const { outcome, sent, state }: ZoneRun = changesetRun.run;
    state.rollBackFailure ??= error;
    if (!sent.has(keyOf(change)) || outcome.has(keyOf(change))) continue;
    outcome.set(keyOf(change), { status: 'skipped', message: 'it is not known whether it was written' });
  }
};

/** What a person does about a set that is stuck. */
export const howToRepair = 'restore all of its records, or finish all of them by hand; then the next apply continues';

const stuckEntries = ({ entries, undoGroup: { failure } }: SetGroup) =>
  failure?.kind === 'changed' ? entries.map((entry) => ({ ...entry, stuck: failure.message })) : [];
