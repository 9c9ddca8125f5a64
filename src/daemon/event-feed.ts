import type { DaemonEvent, EventFeed } from './events.ts';
import { writtenTime } from './time.ts';

/** So many events are kept for readers that come back. */
const mostKept = 1_000;

export interface OpenFeed extends EventFeed {
  readonly tell: (event: Pick<DaemonEvent, 'kind' | 'message'> & Partial<Omit<DaemonEvent, 'id' | 'at'>>) => void;
}

/** `now` gives milliseconds since 1970: ids begin there, so that they go on over a restart. */
export const eventFeed = (now: () => number): OpenFeed => {
  let last = now() * 1_000;
  const kept: DaemonEvent[] = [];
  const listeners = new Set<(event: DaemonEvent) => void>();
  /** What came after it before a restart is not kept; and an id that is yet to come is another clock's. */
  const isWhole = (since: number): boolean => since <= last && since >= (kept[0]?.id ?? last + 1) - 1;
  return {
    tell: (given) => {
      last += 1;
      const none = { pass: null, zone: null, target: null, code: null };
      const event = { ...none, ...given, id: last, at: writtenTime(now()) };
      kept.push(event);
      if (kept.length > mostKept) kept.shift();
      for (const listener of listeners) listener(event);
    },
    subscribe: (since, listener) => {
      const whole = since === null || isWhole(since);
      if (since !== null) for (const event of kept.filter(({ id }) => !whole || id > since)) listener(event);
      listeners.add(listener);
      return { isWhole: whole, end: () => void listeners.delete(listener) };
    },
  };
};
