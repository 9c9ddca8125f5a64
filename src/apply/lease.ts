import { HostmasterError } from '../model/errors.ts';
import type { Lease, Store } from '../model/ports.ts';
import { zoneLabel } from '../model/zone.ts';
import type { RunContext } from '../target.ts';
import type { ZoneTarget } from './phases.ts';

/** How long to wait for another Hostmaster, how often to look, and when to say so; milliseconds. */
const patience = 30_000;
const pause = 250;
const quiet = 2000;
/** A lease is renewed while one write takes longer than it lasts. */
const heartbeat = 20_000;

/** Milliseconds that may be waited, for all leases that share it. */
export interface LeaseWait {
  left: number;
}

export const freshLeaseWait = (): LeaseWait => ({ left: patience });

/** Leave to write one zone at its target. */
export interface LeaseHandle {
  /** Waits for it; throws ZONE_BUSY where another has it for too long. */
  take(patience?: LeaseWait): Promise<void>;
  /** Throws ZONE_BUSY once it is no longer ours. */
  check(): Promise<void>;
  /** Gives it back, where it was taken. Never throws: one that cannot be given back runs out. */
  release(): Promise<void>;
}

export const leaseHandle = (place: ZoneTarget, store: Store, context: RunContext): LeaseHandle => {
  let held: { readonly lease: Lease; readonly renewal: NodeJS.Timeout } | null = null;
  return {
    take: async (waiting = freshLeaseWait()) => {
      if (held !== null) return;
      const lease = await acquire(place, store, context, waiting);
      held = { lease, renewal: setInterval(() => void store.holds(lease).catch(() => false), heartbeat) };
    },
    check: async () => {
      if (held === null || !(await store.holds(held.lease))) throw lost(place);
    },
    release: async () => {
      if (held === null) return;
      const { lease, renewal } = held;
      held = null;
      clearInterval(renewal);
      await store.release(lease).catch(() => undefined);
    },
  };
};

const acquire = async (place: ZoneTarget, store: Store, context: RunContext, waiting: LeaseWait): Promise<Lease> => {
  const { zone: name, view, target } = place;
  for (let waited = 0; ; waited += pause) {
    const answer = await store.lease({ name, view }, target);
    if (!('heldBy' in answer)) return answer;
    const busy = `another hostmaster (${answer.heldBy}) is writing ${placeOf(place)}`;
    if (waiting.left <= 0 || context.signal?.aborted === true) {
      throw new HostmasterError('ZONE_BUSY', `${busy}; nothing was written to it: try again when it is done`);
    }
    if (waited === quiet) context.onNotice?.(`${busy}; waiting for it`);
    await context.sleep(pause);
    waiting.left -= pause;
  }
};

const lost = (place: ZoneTarget): HostmasterError =>
  new HostmasterError(
    'ZONE_BUSY',
    `${placeOf(place)} was left to another hostmaster, as this one was held up for too long: plan again`,
  );

const placeOf = ({ zone: name, view, target }: ZoneTarget): string => `${zoneLabel({ name, view })} at ${target}`;
