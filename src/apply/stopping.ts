import { setTimeout as sleep } from 'node:timers/promises';
import { HostmasterError } from '../model/errors.ts';
import { type ZoneTarget, zoneTargetLabel } from '../model/zone-target.ts';

// Somebody wants to stop. What was sent is waited for all the same, and read back, so that no older write arrives after a
// newer one: only then the lease is given back. Three things follow for every zone.
//   - Nothing new is read or written: `stopping` ends reads at once, and forbids the next write just before it is sent.
//   - A set under way is rolled back, and what is owed after a write (`finish`) is done.
//   - A write without an answer is waited for until its target's timeout. What cannot be known by then, or before `cut`,
//     keeps its journal entry, and its lease says until when it may still arrive.

/** The two steps of a stop. */
export interface StopSignals {
  /** Nothing new is begun. */
  readonly stopping: AbortSignal | undefined;
  /** Nothing is waited for any more. */
  readonly cut: AbortSignal | undefined;
}

/** A zone that was not written, or not to its end, as somebody stopped it. */
export const interruptedAt = (at: ZoneTarget): HostmasterError =>
  new HostmasterError('INTERRUPTED', `${zoneTargetLabel(at)}: stopped before all of it was written`);

/** Ends early, without a word, with the signal. */
export const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
