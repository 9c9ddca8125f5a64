import { count } from '../model/phrases.ts';
import type { LeaseInUse, Store } from '../model/ports.ts';
import { zoneLabel } from '../model/zone.ts';
import type { RunContext } from '../target.ts';
import { refuseStopped } from './stopped.ts';

/** How long to wait for another Hostmaster, how often to look again, and when to say so; milliseconds. */
const maxWait = 30_000;
const pollInterval = 250;
const noticeAfter = 2000;

/**
 * Waits, before zones are read, until no other Hostmaster writes them, and until nothing that an ended one has sent can
 * take effect any more: what is read sooner is soon stale. Another that takes too long is waited for no longer; then the
 * leases decide.
 */
export const awaitWriters = async (
  store: Pick<Store, 'leasesInUse'>,
  isDue: (lease: LeaseInUse) => boolean,
  context: RunContext,
): Promise<void> => {
  const due = async () => (await store.leasesInUse()).filter(isDue);
  let held = await due();
  for (let waited = 0; isWorthWaiting(held, waited); waited += pollInterval) {
    if (waited === noticeAfter) context.onNotice?.(noticeOf(held));
    await context.sleep(pollInterval);
    refuseStopped(context);
    held = await due();
  }
};

const isWorthWaiting = (held: readonly LeaseInUse[], waited: number): boolean =>
  held.some(({ holder }) => holder === null) || (held.length > 0 && waited < maxWait);

const noticeOf = (held: readonly LeaseInUse[]): string => {
  const [first] = held;
  const where = first === undefined ? '' : `${zoneLabel(first.zone)} at ${first.target}`;
  const zones = held.length < 2 ? where : `${count(held.length, 'zone')} (${where} is one)`;
  const holder = held.find((each) => each.holder !== null)?.holder ?? null;
  return holder === null
    ? `an apply that was ended may still have writes on their way to ${zones}; waiting for them`
    : `another Hostmaster (${holder.heldBy}) is writing ${zones}; waiting for it`;
};
