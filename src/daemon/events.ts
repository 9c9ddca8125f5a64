import type { ErrorCode } from '../model/errors.ts';

export const eventKinds = [
  'pass_began',
  'step',
  'pass_ended',
  'commit',
  'hook',
  'drift',
  'health',
  'suspended',
  'resumed',
  'state',
] as const;

/** One step of a pass, or another thing that a reader of the page wants to know at once. */
export interface DaemonEvent {
  /** Greater than that of every event before, also over a restart. */
  readonly id: number;
  readonly at: string;
  readonly kind: (typeof eventKinds)[number];
  /** null: it belongs to none. */
  readonly pass: string | null;
  readonly zone: string | null;
  readonly target: string | null;
  readonly code: ErrorCode | null;
  /** For people, in one line. */
  readonly message: string;
}

export interface EventFeed {
  /**
   * Tells `listener` first what came after the event `since`, as far as it is kept, and then everything as it comes; null:
   * only what comes. `isWhole` is false where something after `since` is no longer kept.
   */
  subscribe(since: number | null, listener: (event: DaemonEvent) => void): Subscription;
}

export interface Subscription {
  readonly isWhole: boolean;
  readonly end: () => void;
}
