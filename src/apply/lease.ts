import { HostmasterError } from '../model/errors.ts';
import type { Lease, Store } from '../model/ports.ts';
import { type ZoneTarget, zoneIdOf, zoneTargetLabel } from '../model/zone-target.ts';
import type { WriterWait } from '../run.ts';
import type { RunContext } from '../target.ts';
import { interruptedAt, pause } from './stopping.ts';

/** How long to wait for another Hostmaster, how often to ask again, and when to say so; milliseconds. */
const maxWait = 30_000;
const pollInterval = 250;
const noticeAfter = 2000;
/** How often a lease is renewed while one write takes longer than the lease lasts; milliseconds. */
const renewInterval = 20_000;
/** Whoever lives has renewed its lease before it lasts so short: this one is waited for until it has run out. */
const unrenewedBelow = 35_000;
/** A write that is noted may be sent so much later; milliseconds. */
const sentWithin = 250;

export const newWriterWait = (): WriterWait => ({ remaining: maxWait, told: new Set() });

/** What a person is told of that has no holder any more: it ends by itself, and another Hostmaster may have the zone then. */
export const unansweredWrites = 'unanswered';

/**
 * Waits a moment for what keeps us from a zone, and gives how long that has been in all; where that takes long, a person is
 * told, once of `what`.
 */
export const waitForWriter = async (
  waited: number,
  { what, notice }: { readonly what: string; readonly notice: string },
  context: RunContext,
  wait: WriterWait,
): Promise<number> => {
  if (waited === noticeAfter) tell(what, notice, context, wait);
  await context.sleep(pollInterval);
  if (what !== unansweredWrites) wait.remaining -= pollInterval;
  return waited + pollInterval;
};

/** The permission to write one zone at its target, which one Hostmaster at a time has. */
export interface LeaseHandle {
  /**
   * Waits for it, and until nothing that an earlier holder sent can take effect any more; throws ZONE_BUSY where another has
   * it for too long.
   */
  take(wait?: WriterWait): Promise<void>;
  /** Throws ZONE_BUSY once it is no longer ours. */
  check(): Promise<void>;
  /**
   * Notes that a write goes out now which takes effect within `timeout` milliseconds or never, and throws as `check` does.
   * Whoever has the lease next waits as long, unless the write was answered.
   */
  send(timeout: number): Promise<SentWrite>;
  /** Waits until no write that was sent and not answered can take effect any more. */
  awaitUnanswered(): Promise<void>;
  /** Gives it back, where it was taken. Never throws: a lease that cannot be given back expires. */
  release(): Promise<void>;
}

export interface SentWrite {
  /** The same, for another request of it. */
  again(): Promise<void>;
  /** It was applied or not, and what it may still do is known. */
  answered(): void;
}

interface CurrentLease {
  readonly lease: Lease;
  readonly renewal: NodeJS.Timeout;
}

export const leaseHandle = (at: ZoneTarget, store: Store, context: RunContext): LeaseHandle => {
  let current: CurrentLease | null = null;
  /** When each write that has no answer can take effect no longer. */
  const unanswered = new Set<{ until: number }>();
  const unansweredUntil = (): number | null => {
    const until = Math.max(0, ...[...unanswered].map((each) => each.until));
    return until > Date.now() ? until : null;
  };
  const check = async (): Promise<void> => {
    if (current === null || !(await store.holds(current.lease, unansweredUntil()))) throw lost(at);
  };
  return {
    take: async (wait = newWriterWait()) => {
      if (current !== null) return;
      const lease = await acquire(at, store, context, wait);
      if (lease.unansweredUntil !== null) unanswered.add({ until: lease.unansweredUntil });
      const renew = () => void store.holds(lease, unansweredUntil()).catch(() => false);
      current = { lease, renewal: setInterval(renew, renewInterval) };
      tellOfWait(lease.unansweredUntil, at, context, wait);
      await waitUntil(lease.unansweredUntil, context.signal, at);
    },
    check,
    send: async (timeout) => {
      const write = { until: 0 };
      let noted = 0;
      const again = async () => {
        if (Date.now() - noted < sentWithin) return;
        noted = Date.now();
        write.until = noted + timeout + (timeout > 0 ? sentWithin : 0);
        await check();
      };
      const answered = () => void unanswered.delete(write);
      unanswered.add(write);
      await again().catch((error: unknown) => {
        answered();
        throw error;
      });
      return { again, answered };
    },
    awaitUnanswered: () => waitUntil(unansweredUntil(), context.cut, at),
    release: async () => {
      if (current === null) return;
      const { lease, renewal } = current;
      current = null;
      clearInterval(renewal);
      await store.release(lease, unansweredUntil()).catch(() => undefined);
    },
  };
};

const acquire = async (at: ZoneTarget, store: Store, context: RunContext, wait: WriterWait): Promise<Lease> => {
  for (let waited = 0; ; ) {
    const answer = await store.lease(zoneIdOf(at), at.target);
    if (!('heldBy' in answer)) return answer;
    if (context.signal?.aborted === true) throw interruptedAt(at);
    const busy = `another Hostmaster (${answer.heldBy}) is writing ${zoneTargetLabel(at)}`;
    if (wait.remaining <= 0 && answer.lasts > unrenewedBelow) {
      throw new HostmasterError('ZONE_BUSY', `${busy}; nothing was written to it: try again when it is done`);
    }
    waited = await waitForWriter(waited, { what: answer.heldBy, notice: `${busy}; waiting for it` }, context, wait);
  }
};

/** Of what keeps several zones waiting, a person is told once. */
const tell = (what: string, notice: string, { onNotice }: RunContext, { told }: WriterWait): void => {
  if (!told.has(what)) onNotice?.(notice);
  told.add(what);
};

const tellOfWait = (until: number | null, at: ZoneTarget, context: RunContext, wait: WriterWait): void => {
  const left = (until ?? 0) - Date.now();
  if (left < noticeAfter) return;
  const seconds = Math.ceil(left / 1000);
  const notice = `an apply that was ended may still have a write on its way to ${zoneTargetLabel(at)}; waiting ${seconds} s for it`;
  tell(unansweredWrites, notice, context, wait);
};

/** Throws INTERRUPTED where the signal comes first. */
const waitUntil = async (until: number | null, signal: AbortSignal | undefined, at: ZoneTarget): Promise<void> => {
  while (until !== null && Date.now() < until) {
    if (signal?.aborted === true) throw interruptedAt(at);
    await pause(until - Date.now(), signal);
  }
};

const lost = (at: ZoneTarget): HostmasterError =>
  new HostmasterError(
    'ZONE_BUSY',
    `lost the lease on ${zoneTargetLabel(at)} (this run stalled for over a minute); another Hostmaster may be writing it: plan again`,
  );
