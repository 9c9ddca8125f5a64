import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import { keyOf } from '../../model/rrset.ts';
import { changeKey, phases } from '../phases.ts';
import type { CircuitBreaker } from '../target-concurrency.ts';
import type { ZoneRun } from '../zone/run.ts';
import { stands } from '../zone/run.ts';
import type { UndoFailure, UndoGroup } from '../zone/undo.ts';
import type { ChangesetRun, Member, SetGroup } from './bundle.ts';
import { serversOf } from './bundle.ts';
import { isWithoutClaims, setGroupsByClaim, takesFrom } from './claims.ts';
import type { StepBack } from './roll-back.ts';
import { lookBack, takeBack } from './roll-back.ts';

interface Back extends StepBack, Pick<Member, 'runner'> {
  readonly why: unknown;
}

/** Looks whether sets that failed can be taken back, before anything is written for that. */
export const examineSets = (
  failed: readonly SetGroup[],
  all: readonly SetGroup[],
  breaker: CircuitBreaker,
): Promise<void> => lookBack(itemsOf(failed, all), breaker);

/** Takes back what stands of sets that failed. A set that somebody else moved meanwhile stays in the journal as stuck. */
export const mendSets = async (
  failed: readonly SetGroup[],
  all: readonly SetGroup[],
  store: Store,
  breaker: CircuitBreaker,
): Promise<void> => {
  if (failed.length === 0) return;
  noteUndone(await takeBack(itemsOf(failed, all), breaker));
  for (const group of failed) {
    if (group.group.trouble !== null) explain(group, group.group.trouble);
  }
  const stuck = failed.flatMap(stuckEntries);
  // Where that cannot be noted, recovery finds it out once more.
  if (stuck.length > 0) await store.journalAll(stuck).catch(() => undefined);
};

const itemsOf = (failed: readonly SetGroup[], all: readonly SetGroup[]): readonly Back[] => {
  const items = new Map<string, Back>();
  const byClaim = setGroupsByClaim(all);
  for (const group of failed) {
    // A claim that others stand in was put right by itself.
    const claims = group.claims.filter(
      ({ runner: changesetRun, change }) =>
        takesFrom(change, group) &&
        byClaim.get(changeKey(changesetRun.run.input.changeset, change))?.every(isWithoutClaims),
    );
    for (const { runner: changesetRun, change } of [...group.members, ...claims]) {
      const item = backOf(changesetRun, keyOf(change), group.group, group.failure);
      if (item !== null) items.set(changeKey(changesetRun.run.input.changeset, change), item);
    }
  }
  return [...items.values()];
};

/** Takes back all of a reviewed zone that failed in a later write: it fails whole. Where others wrote, all stays. */
export const mendReviewed = async (changesetRun: ChangesetRun, breaker: CircuitBreaker): Promise<void> => {
  const { run } = changesetRun;
  const { error } = run.state;
  if (error === null || (error instanceof HostmasterError && error.code === 'LOST_RACE')) return;
  const group: UndoGroup = { trouble: null };
  const why = messageOf(error);
  const keys = [...run.sent.keys()].filter((key) => run.input.belongsToSet?.(run.sent.get(key) ?? noKey) !== true);
  const items = keys.flatMap((key) => backOf(changesetRun, key, group, error) ?? []);
  if (items.length === 0) return;
  noteUndone(await takeBack(items, breaker));
  const then =
    group.trouble === null
      ? 'what was written of the zone before was taken back'
      : group.trouble.kind === 'unfinished'
        ? `what was written of the zone before was taken back, but ${group.trouble.message}`
        : `what was written of the zone before could not all be taken back: ${group.trouble.message}`;
  const code = error instanceof HostmasterError ? error.code : 'WRITE_REFUSED';
  run.state.error = new HostmasterError(code, `${why}; ${then}`, { cause: error });
};

const noKey = { name: '', type: '' };

const backOf = (changesetRun: ChangesetRun, key: string, group: UndoGroup, why: unknown): Back | null => {
  const change = changesetRun.run.sent.get(key);
  if (change === undefined) return null;
  return {
    change,
    group,
    why,
    runner: changesetRun,
    at: changesetRun.at,
    step: changesetRun.steps.get(key) ?? phases.indexOf('claims'),
  };
};

/** What was sent and is as before, whether it ever stood or not. */
const noteUndone = (items: Iterable<Back>): void => {
  for (const { runner: changesetRun, change, why } of items) {
    const { run } = changesetRun;
    const key = keyOf(change);
    const stood = stands(run, change);
    const message = stood ? `rolled back: ${messageOf(why)}` : messageOf(why);
    run.outcome.set(key, { status: 'skipped', message });
    run.sent.delete(key);
    run.state.elsewhere ??= why;
    if (stood) run.undone.add(key);
  }
};

/** The zones of a set that could not be rolled back say so. */
const explain = (group: SetGroup, { kind, message }: UndoFailure): void => {
  const then = {
    moved: `nothing of it was rolled back, as ${message}: ${howToMend}`,
    failed: `it could not be rolled back (${message}): the next apply does that, or completes it`,
    unfinished: `it was rolled back, but ${message}`,
  }[kind];
  const error = new HostmasterError('LOST_RACE', `${serversOf(group)}: ${messageOf(group.failure)}; ${then}`);
  for (const { runner: changesetRun, change } of group.members) {
    const { outcome, sent, state }: ZoneRun = changesetRun.run;
    state.stuck ??= error;
    if (!sent.has(keyOf(change)) || outcome.has(keyOf(change))) continue;
    outcome.set(keyOf(change), { status: 'skipped', message: 'nobody knows whether it was written' });
  }
};

/** What a person does about a set that is stuck. */
export const howToMend =
  'once all records of the set are as they were before, or all as they were to become, the next apply goes on by itself';

const stuckEntries = ({ entries, group }: SetGroup) =>
  group.trouble?.kind === 'moved' ? entries.map((entry) => ({ ...entry, stuck: group.trouble?.message ?? null })) : [];
