import { unansweredWrites, waitForWriter } from '../apply/index.ts';
import { count } from '../model/phrases.ts';
import type { LeaseInUse, Store } from '../model/ports.ts';
import { zoneLabel } from '../model/zone.ts';
import type { WriterWait } from '../run.ts';
import type { RunContext } from '../target.ts';
import { refuseStopped } from './stopped.ts';

/**
 * Waits, before zones are read, until no other Hostmaster writes them, and until nothing that an ended one has sent can
 * take effect any more: what is read sooner is soon stale. Another that takes too long is waited for no longer; then the
 * leases decide, which are waited for only as long as `wait` has left.
 */
export const awaitWriters = async (
  store: Pick<Store, 'leasesInUse'>,
  isDue: (lease: LeaseInUse) => boolean,
  context: RunContext,
  wait: WriterWait,
): Promise<void> => {
  const due = async () => (await store.leasesInUse()).filter(isDue);
  let held = await due();
  for (let waited = 0; isWorthWaiting(held, wait); ) {
    waited = await waitForWriter(waited, reasonOf(held), context, wait);
    refuseStopped(context);
    held = await due();
  }
};

const isWorthWaiting = (held: readonly LeaseInUse[], { remaining }: WriterWait): boolean =>
  held.some(({ holder }) => holder === null) || (held.length > 0 && remaining > 0);

const reasonOf = (held: readonly LeaseInUse[]): { readonly what: string; readonly notice: string } => {
  const [first] = held;
  const where = first === undefined ? '' : `${zoneLabel(first.zone)} at ${first.target}`;
  const zones = held.length < 2 ? where : `${count(held.length, 'zone')} (${where} is one)`;
  const holder = held.find((each) => each.holder !== null)?.holder ?? null;
  return holder === null
    ? {
        what: unansweredWrites,
        notice: `an apply that was ended may still have writes on their way to ${zones}; waiting for them`,
      }
    : { what: holder.heldBy, notice: `another Hostmaster (${holder.heldBy}) is writing ${zones}; waiting for it` };
};
