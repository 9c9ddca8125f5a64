import type { Change } from '../../model/plan.ts';
import type { OpenTarget } from '../../target.ts';
import type { CircuitBreaker } from '../target-concurrency.ts';
import { byTurns } from '../target-concurrency.ts';
import type { UndoItem, UndoPlace } from '../zone/undo.ts';
import { examine, finishUndo, undo } from '../zone/undo.ts';

/** Where changes are taken back, at an open target. */
export interface UndoAt extends UndoPlace {
  readonly target: OpenTarget;
}

/** A change to take back; the highest step goes first. */
export interface StepBack extends UndoItem {
  readonly at: UndoAt;
  readonly step: number;
}

/** Looks whether changes can be taken back, without writing: what went wrong, or moved, stands in their groups. */
export const lookBack = (items: readonly StepBack[], silence: Pick<CircuitBreaker, 'isOpen'>): Promise<void> =>
  everywhere(items, silence, examine);

/**
 * Takes changes back, step by step over all zones, each by compare and swap, and then finishes the zones. All of them are
 * looked at first: of a group of which something moved, nothing is touched. Gives those that are as before; what went wrong
 * stands in their groups.
 */
export const takeBack = async <T extends StepBack>(
  items: readonly T[],
  silence: Pick<CircuitBreaker, 'isOpen'>,
): Promise<ReadonlySet<T>> => {
  const done = new Set<T>();
  const owed = new Map<UndoAt, readonly Change[]>();
  await lookBack(items, silence);
  for (const step of [...new Set(items.map((item) => item.step))].sort((a, b) => b - a)) {
    const due = items.filter((item) => item.step === step && item.group.trouble === null);
    await everywhere(due, silence, async (at, own) => {
      const { back, written } = await undo(at, own);
      for (const item of back) done.add(item);
      if (written.length > 0) owed.set(at, [...(owed.get(at) ?? []), ...written]);
    });
  }
  const unfinished = items.filter(({ at }) => owed.has(at));
  await everywhere(unfinished, silence, (at, own) => finishUndo(at, own, owed.get(at) ?? []));
  return done;
};

const everywhere = <T extends StepBack>(
  items: readonly T[],
  { isOpen }: Pick<CircuitBreaker, 'isOpen'>,
  job: (at: UndoAt, own: readonly T[]) => Promise<unknown>,
): Promise<void> =>
  byTurns(
    [...Map.groupBy(items, ({ at }) => at)].map(([at, own]) => ({ target: at.target, at, own })),
    async ({ target, at, own }) => {
      if (isOpen(target)) giveUp(own, target);
      else await job(at, own);
    },
  );

const giveUp = (items: readonly StepBack[], { definition: { name } }: OpenTarget): void => {
  for (const { group } of items) group.trouble ??= { kind: 'failed', message: `${name} gave no answer` };
};
