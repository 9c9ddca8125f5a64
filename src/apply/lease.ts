import { HostmasterError } from '../model/errors.ts';
import type { Lease, Store } from '../model/ports.ts';
import { type ZoneTarget, zoneIdOf, zoneTargetLabel } from '../model/zone-target.ts';
import type { RunContext } from '../target.ts';

/** How long to wait for another Hostmaster, how often to ask again, and when to say so; milliseconds. */
const maxWait = 30_000;
const pollInterval = 250;
const noticeAfter = 2000;
/** How often a lease is renewed while one write takes longer than the lease lasts; milliseconds. */
const renewInterval = 20_000;

/** What is left to wait, in milliseconds, for all leases that share it. */
export interface LeaseWait {
  remaining: number;
}

export const newLeaseWait = (): LeaseWait => ({ remaining: maxWait });

/** The permission to write one zone at its target, which one Hostmaster at a time has. */
export interface LeaseHandle {
  /** Waits for it; throws ZONE_BUSY where another has it for too long. */
  take(wait?: LeaseWait): Promise<void>;
  /** Throws ZONE_BUSY once it is no longer ours. */
  check(): Promise<void>;
  /** Gives it back, where it was taken. Never throws: a lease that cannot be given back expires. */
  release(): Promise<void>;
}

export const leaseHandle = (at: ZoneTarget, store: Store, context: RunContext): LeaseHandle => {
  let current: { readonly lease: Lease; readonly renewal: NodeJS.Timeout } | null = null;
  return {
    take: async (wait = newLeaseWait()) => {
      if (current !== null) return;
      const lease = await acquire(at, store, context, wait);
      current = { lease, renewal: setInterval(() => void store.holds(lease).catch(() => false), renewInterval) };
    },
    check: async () => {
      if (current === null || !(await store.holds(current.lease))) throw lost(at);
    },
    release: async () => {
      if (current === null) return;
      const { lease, renewal } = current;
      current = null;
      clearInterval(renewal);
      await store.release(lease).catch(() => undefined);
    },
  };
};

const acquire = async (at: ZoneTarget, store: Store, context: RunContext, wait: LeaseWait): Promise<Lease> => {
  for (let waited = 0; ; waited += pollInterval) {
    const answer = await store.lease(zoneIdOf(at), at.target);
    if (!('heldBy' in answer)) return answer;
    const busy = `another Hostmaster (${answer.heldBy}) is writing ${zoneTargetLabel(at)}`;
    if (wait.remaining <= 0 || context.signal?.aborted === true) {
      throw new HostmasterError('ZONE_BUSY', `${busy}; nothing was written to it: try again when it is done`);
    }
    if (waited === noticeAfter) context.onNotice?.(`${busy}; waiting for it`);
    await context.sleep(pollInterval);
    wait.remaining -= pollInterval;
  }
};

const lost = (at: ZoneTarget): HostmasterError =>
  new HostmasterError(
    'ZONE_BUSY',
    `lost the lease on ${zoneTargetLabel(at)} (this run stalled for over a minute); another Hostmaster may be writing it: plan again`,
  );
