import type { MessagePort } from 'node:worker_threads';
import type { HealthVerdict } from '../../model/daemon-store.ts';
import type { WatchedProbe } from '../../model/probe.ts';
import { askAddress } from './ask-address.ts';
import { openChecker } from './checker.ts';

// The checker has a thread of its own. In that of the passes a composition of 10,000 servers would let every timeout run out;
// in the main one a burst of hooks would, and a thousand probes a second would hold up whoever asks for /healthz.

/** To the thread of the health checker: what it looks at from now on. */
export interface ToChecker {
  readonly watched: readonly WatchedProbe[];
  readonly kept: readonly HealthVerdict[];
}

/** Runs there until it is ended; what it says are CheckerReports. */
export const runCheckerThread = (port: MessagePort): void => {
  const checker = openChecker({
    ask: askAddress,
    now: Date.now,
    chance: Math.random,
    tell: (report) => port.postMessage(report),
  });
  port.on('message', ({ kept, watched }: ToChecker) => checker.watch(watched, kept));
};
