import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ZoneId } from '../../src/provider.ts';
import { interruptible } from './api.ts';
import { isDenied, isRefusal } from './failure.ts';
import { accountChecks, isRecent, usedBy } from './health-check-cache.ts';
import { zoneMark } from './health-sets.ts';
import { findZone, type HostedZone, type Session } from './hosted-zones.ts';
import { setsOf } from './read.ts';

/**
 * Deletes the zone's checks that no record set of it uses: those that our changes released, which have to be INSYNC by now,
 * and those that a killed process left behind. Whether the removal of the latter's record sets has arrived at every name
 * server is not known, so that they are deleted only once they were unused for a while.
 */
export const cleanUpChecks = async (
  session: Session,
  zone: ZoneId,
  changes: readonly Change[],
  signal: AbortSignal | undefined,
): Promise<void> => {
  const hosted = await findZone(session, zone.name, signal);
  if (hosted === null) return;
  const hasChecks = changes.some(({ after, before }) => (after?.health_check ?? before?.health_check ?? null) !== null);
  const ours = await checksFor(session, hosted, hasChecks, signal);
  const used = session.checks.used.get(zone.name) ?? null;
  // Where not all of the zone was read, what others left waits for a pass that reads all of it.
  const candidates = ours.filter((id) => (used === null ? isReleasedOrMade(session, id) : !used.has(id)));
  if (candidates.length === 0) return;
  const unused = await unusedOf(session, hosted, candidates, signal);
  const { own = [], left = [] } = Object.groupBy(unused, (id) => (isReleasedOrMade(session, id) ? 'own' : 'left'));
  await deleteChecks(session, own, signal);
  if (left.length === 0) return;
  const grace = session.settings.checkGrace;
  await interruptible(sleep(grace, undefined, signal === undefined ? {} : { signal }), signal);
  await deleteChecks(session, await unusedOf(session, hosted, left, signal), signal);
};

/** Deletes the checks that were made for a write that is not sent. */
export const deleteUnusedMade = async (
  session: Session,
  hosted: HostedZone,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { known, made, released } = session.checks;
  const zone = zoneMark(hosted.id);
  // What an earlier write released may still be in use at some name server.
  const ours = [...made.keys()].filter((id) => known.get(id)?.mark?.zone === zone && !released.has(id));
  if (ours.length > 0) await deleteChecks(session, await unusedOf(session, hosted, ours, signal), signal);
};

const isReleasedOrMade = ({ checks }: Session, id: string): boolean => checks.released.has(id) || checks.made.has(id);

/** Ids of the checks that were made for the zone; none where we may not list checks, as then we made none. */
const checksFor = async (
  { api, checks }: Session,
  { id }: HostedZone,
  hasChecks: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> => {
  const zone = zoneMark(id);
  if (!hasChecks && isRecent(checks.deniedAt)) return [];
  try {
    const known = await accountChecks(api, checks, signal);
    return [...known.values()].filter(({ mark }) => mark?.zone === zone).map((check) => check.id);
  } catch (error) {
    if (!isDenied(error)) throw error;
    checks.deniedAt = Date.now();
    if (!hasChecks) return [];
    throw error;
  }
};

const unusedOf = async (
  session: Session,
  { name }: HostedZone,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> => {
  const sets = await setsOf(session, name, undefined, signal);
  const used = usedBy(sets ?? []);
  return ids.filter((id) => !used.has(id));
};

const deleteChecks = async (
  { api, checks }: Session,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> => {
  for (const id of ids) {
    try {
      await api.call('DeleteHealthCheck', { HealthCheckId: id }, { signal, repeatable: true });
    } catch (error) {
      if (!isRefusal(error, 'NoSuchHealthCheck')) throw error;
    }
    checks.known.delete(id);
    checks.made.delete(id);
    checks.released.delete(id);
  }
};
