import type { Change } from '../../model/plan.ts';
import type { OpenTarget } from '../../target.ts';
import type { CircuitBreaker } from '../circuit-breaker.ts';
import { runPerServer } from '../target-concurrency.ts';
import { checkUndo, finishUndo, type UndoItem, type UndoZone, undo } from '../zone/undo.ts';

/** The zone in which changes are rolled back, at an open target. */
export interface RollBackZone extends UndoZone {
  readonly target: OpenTarget;
}

type Breaker = Pick<CircuitBreaker, 'isOpen'>;

/** A change to roll back, after those of a higher step. */
export interface RollBackItem extends UndoItem {
  readonly zone: RollBackZone;
  readonly step: number;
}

/** Reads whether changes can be rolled back, without writing: what went wrong, or was changed by others, fails their groups. */
export const checkRollBack = (items: readonly RollBackItem[], breaker: Breaker): Promise<void> =>
  inEachZone(items, breaker, checkUndo);

/**
 * Rolls changes back, step by step over all zones, each by compare and swap, and then finishes the zones. All of them are
 * read first: of a group that somebody else changed, nothing is touched. Gives those that are as before; what went wrong
 * fails their groups.
 */
export const rollBack = async <T extends RollBackItem>(
  items: readonly T[],
  breaker: Breaker,
): Promise<ReadonlySet<T>> => {
  const done = new Set<T>();
  const pendingFinish = new Map<RollBackZone, readonly Change[]>();
  await checkRollBack(items, breaker);
  for (const step of [...new Set(items.map((item) => item.step))].sort((a, b) => b - a)) {
    const due = items.filter((item) => item.step === step && item.group.failure === null);
    await inEachZone(due, breaker, async (zone, own) => {
      const { asBefore, written } = await undo(zone, own);
      for (const item of asBefore) done.add(item);
      if (written.length > 0) pendingFinish.set(zone, [...(pendingFinish.get(zone) ?? []), ...written]);
    });
  }
  const unfinished = items.filter(({ zone }) => pendingFinish.has(zone));
  await inEachZone(unfinished, breaker, (zone, own) => finishUndo(zone, own, pendingFinish.get(zone) ?? []));
  return done;
};

const inEachZone = <T extends RollBackItem>(
  items: readonly T[],
  { isOpen }: Breaker,
  job: (zone: RollBackZone, own: readonly T[]) => Promise<unknown>,
): Promise<void> =>
  runPerServer(
    [...Map.groupBy(items, ({ zone }) => zone)].map(([zone, own]) => ({ target: zone.target, zone, own })),
    async ({ target, zone, own }) => {
      if (isOpen(target)) failUnanswered(own, target);
      else await job(zone, own);
    },
  );

const failUnanswered = (items: readonly RollBackItem[], { definition: { name } }: OpenTarget): void => {
  for (const { group } of items)
    group.failure ??= { kind: 'failed', message: `${name} gave no answer`, code: 'TARGET_UNREACHABLE' };
};
