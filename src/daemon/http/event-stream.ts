import type { ServerResponse } from 'node:http';
import type { DaemonEvent, EventFeed } from '../events.ts';
import { tooManyRequests } from './errors.ts';
import type { HttpLimits } from './options.ts';

/** A reader of the events. */
export interface EventReader {
  readonly response: ServerResponse;
  /** The last event that it has; null: it wants only what comes. */
  readonly since: number | null;
  /** Is its token still one? Asked with each comment. */
  readonly isAllowed: () => boolean;
}

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) for a few readers. */
export const eventStream = (feed: EventFeed, limits: HttpLimits) => {
  const readers = new Set<() => void>();
  return {
    /** Throws where there are too many. */
    checkRoom: (): void => {
      if (readers.size >= limits.eventReaders) throw tooManyRequests('Too many read the events already.', 15);
    },
    open: ({ isAllowed, response, since }: EventReader): void => {
      const end = (): void => {
        if (readers.delete(end)) {
          clearInterval(timer);
          subscription.end();
        }
        response.end();
      };
      const send = (text: string): void => {
        response.write(text);
        // Whoever does not read is not waited for: it comes back with the id of its last event.
        if (response.writableLength > limits.eventBuffer) response.destroy();
      };
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      send(': the events of hostmaster\n\n');
      const early: DaemonEvent[] = [];
      let tell = (event: DaemonEvent): void => {
        early.push(event);
      };
      const subscription = feed.subscribe(since, (event) => tell(event));
      if (!subscription.isWhole) send('event: missed\ndata: {}\n\n');
      tell = (event) => send(asText(event));
      early.forEach(tell);
      const timer = setInterval(() => (isAllowed() ? send(':\n\n') : end()), limits.eventComment);
      readers.add(end);
      response.once('close', end);
    },
    endAll: (): void => {
      for (const end of readers) end();
    },
  };
};

export type EventStream = ReturnType<typeof eventStream>;

/** JSON has no line break in it. */
const asText = (event: DaemonEvent): string =>
  `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
