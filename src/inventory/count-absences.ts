import type { AbsenceLimits, KnownInventory, MissingSince } from '../model/server.ts';
import { countMissing, isProven } from '../model/server.ts';

// Counts absences: a server is gone only after enough complete answers without it, over enough time.

/** How a snapshot is judged. Times are milliseconds. */
export interface SnapshotContext {
  readonly inventory: string;
  readonly interval: number;
  readonly maxShrink: { readonly percent: number; readonly min_servers: number };
  readonly limits: AbsenceLimits;
  readonly now: number;
  /** A person said that the inventory may be this much smaller. */
  readonly allowShrink: boolean;
}

/** How long a server that is gone stays known: until then, values that it left behind are recognised as its own. */
export const goneFor = 30 * 24 * 3_600_000;

/** When an inventory last gave a complete answer. */
export const lastComplete = (known: KnownInventory | null): number =>
  known === null ? 0 : Math.max(known.takenAt, known.countedAt);

export const isForgotten = (missing: MissingSince, { limits, now }: SnapshotContext): boolean =>
  isProven(missing, limits, now) && now - missing.since > goneFor;

/**
 * Complete answers are counted at most once an interval, so that a quick retry proves nothing. If the last one was counted
 * in the future, by a clock that has been set back since, the next one counts again.
 */
export const isDue = (
  known: KnownInventory | null,
  { now, interval }: Pick<SnapshotContext, 'now' | 'interval'>,
): boolean => known === null || Math.abs(now - known.countedAt) >= interval;

export const countTime = (known: KnownInventory | null, context: SnapshotContext): number =>
  known === null || isDue(known, context) ? context.now : known.countedAt;

/** One more absence. */
export const countUp = (
  missing: MissingSince | null,
  known: KnownInventory | null,
  context: SnapshotContext,
): MissingSince => countMissing(missing, isDue(known, context), context.now);
