import { HostmasterError, messageOf } from '../model/errors.ts';
import type { Changeset } from '../model/plan.ts';
import type { Lease, Store } from '../model/ports.ts';
import type { ZoneResult } from '../model/result.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Rim } from './types.ts';

/** How long to wait for another Hostmaster, how often to look, and when to say so; milliseconds. */
const patience = 30_000;
const pause = 250;
const quiet = 2000;
/** A lease is renewed while one write takes longer than it lasts. */
const heartbeat = 20_000;

/**
 * Runs `work` while the lease on the changeset's zone at its target is ours; `beforeWrite` throws once it is not. Without
 * the lease the zone fails, and nothing is written.
 */
export const withLease = async (
  changeset: Changeset,
  store: Store,
  rim: Rim,
  work: (beforeWrite: () => Promise<void>) => Promise<ZoneResult>,
): Promise<ZoneResult> => {
  let lease: Lease;
  try {
    lease = await acquire(changeset, store, rim);
  } catch (error) {
    return notLeased(changeset, error);
  }
  const renewal = setInterval(() => void store.holds(lease).catch(() => false), heartbeat);
  try {
    return await work(async () => {
      if (!(await store.holds(lease))) throw lost(changeset);
    });
  } finally {
    clearInterval(renewal);
    // One that cannot be given back runs out.
    await store.release(lease).catch(() => undefined);
  }
};

const acquire = async (changeset: Changeset, store: Store, rim: Rim): Promise<Lease> => {
  const { zone: name, view, target } = changeset;
  for (let waited = 0; ; waited += pause) {
    const answer = await store.lease({ name, view }, target);
    if (!('heldBy' in answer)) return answer;
    const busy = `another hostmaster (${answer.heldBy}) is writing ${placeOf(changeset)}`;
    if (waited >= patience || rim.signal?.aborted === true) {
      throw new HostmasterError('ZONE_BUSY', 'retry', `${busy}; nothing was written to it: try again when it is done`);
    }
    if (waited === quiet) rim.onNotice?.(`${busy}; waiting for it`);
    await rim.sleep(pause);
  }
};

const lost = (changeset: Changeset): HostmasterError =>
  new HostmasterError(
    'ZONE_BUSY',
    'retry',
    `${placeOf(changeset)} was left to another hostmaster, as this one was held up for too long: plan again`,
  );

const placeOf = ({ zone: name, view, target }: Changeset): string => `${zoneLabel({ name, view })} at ${target}`;

const notLeased = ({ zone, view, target, changes }: Changeset, error: unknown): ZoneResult => ({
  zone,
  view,
  target,
  status: 'failed',
  error: messageOf(error),
  code: error instanceof HostmasterError ? error.code : 'INTERNAL',
  changes: changes.map(({ action, name, type }) => ({
    action,
    name,
    type,
    status: 'skipped',
    message: 'not reached',
  })),
  fingerprint: null,
});
