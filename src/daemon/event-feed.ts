import type { DaemonEvent, EventFeed } from './events.ts';

/** So many events are kept for readers that come back. */
const kept = 1_000;

export interface OpenFeed extends EventFeed {
  readonly tell: (event: Pick<DaemonEvent, 'kind' | 'message'> & Partial<DaemonEvent>) => void;
}

/** `now` gives milliseconds since 1970: ids begin there, so that they go on over a restart. */
export const eventFeed = (now: () => number): OpenFeed => {
  let nextId = now() * 1_000;
  let events: readonly DaemonEvent[] = [];
  const listeners = new Set<(event: DaemonEvent) => void>();
  return {
    tell: (given) => {
      const at = new Date(now()).toISOString();
      const event = { pass: null, zone: null, target: null, code: null, ...given, id: nextId++, at };
      events = [...events.slice(1 - kept), event];
      for (const listener of listeners) listener(event);
    },
    subscribe: (since, listener) => {
      const [first] = events;
      const isWhole = since === null || first === undefined || since >= first.id - 1;
      if (since !== null) for (const event of events) if (event.id > since) listener(event);
      listeners.add(listener);
      return { isWhole, end: () => void listeners.delete(listener) };
    },
  };
};
