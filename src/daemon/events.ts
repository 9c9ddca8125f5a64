import type { ErrorCode } from '../model/errors.ts';
import type { Clock } from '../model/ports.ts';
import { writtenTime } from './time.ts';

export const eventKinds = [
  'pass_began',
  'step',
  'pass_ended',
  'commit',
  'hook',
  'drift',
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

/** What is told of an event; the feed numbers it. */
export type NewEvent = Pick<DaemonEvent, 'kind' | 'message'> & Partial<Omit<DaemonEvent, 'id' | 'at'>>;

export interface Events {
  readonly feed: EventFeed;
  readonly publish: (event: NewEvent) => void;
}

/** The most events that are kept for readers who come back. */
const mostKept = 1000;

/** Numbers events from the microsecond of its start, so that no number comes twice, also over a restart. */
export const openEvents = (clock: Clock): Events => {
  const listeners = new Set<(event: DaemonEvent) => void>();
  const kept: DaemonEvent[] = [];
  let last = clock.now() * 1000;
  const isWhole = (since: number): boolean => since <= last && since >= (kept[0]?.id ?? last + 1) - 1;
  return {
    publish: (event) => {
      last += 1;
      const none = { pass: null, zone: null, target: null, code: null };
      const numbered = { id: last, at: writtenTime(clock.now()), ...none, ...event };
      kept.push(numbered);
      if (kept.length > mostKept) kept.shift();
      for (const listener of listeners) listener(numbered);
    },
    feed: {
      subscribe: (since, listener) => {
        const whole = since === null || isWhole(since);
        if (since !== null) for (const event of kept.filter(({ id }) => !whole || id > since)) listener(event);
        listeners.add(listener);
        return { isWhole: whole, end: () => listeners.delete(listener) };
      },
    },
  };
};
