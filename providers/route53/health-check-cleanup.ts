import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ZoneId } from '../../src/provider.ts';
import { interruptible } from './api.ts';
import { isRefusal } from './failure.ts';
import { accountChecks, denied, isRecent, usedBy } from './health-check-cache.ts';
import { zoneMark } from './health-sets.ts';
import { findZone, type HostedZone, type Session } from './hosted-zones.ts';
import { setsOf } from './read.ts';

/**
 * Removes the zone's checks that no record set of it uses: those that our changes released, which have to be INSYNC by now,
 * and those that a killed process left. Of the latter nobody saw their removal arrive, so that they have to be without use
 * for a while.
 */
export const sweepChecks = async (
  session: Session,
  zone: ZoneId,
  changes: readonly Change[],
  signal: AbortSignal | undefined,
): Promise<void> => {
  const hosted = await findZone(session, zone.name, signal);
  if (hosted === null) return;
  const isAbout = changes.some(({ after, before }) => (after?.health_check ?? before?.health_check ?? null) !== null);
  const ours = await checksFor(session, hosted, isAbout, signal);
  const used = session.checks.used.get(zone.name) ?? null;
  // Where not all of the zone was read, what others left is for a pass that does.
  const suspects = ours.filter((id) => (used === null ? isOurDoing(session, id) : !used.has(id)));
  if (suspects.length === 0) return;
  const unused = await unusedOf(session, hosted, suspects, signal);
  await removeAll(
    session,
    unused.filter((id) => isOurDoing(session, id)),
    signal,
  );
  const left = unused.filter((id) => !isOurDoing(session, id));
  if (left.length === 0) return;
  const grace = session.settings.checkGrace;
  await interruptible(sleep(grace, undefined, signal === undefined ? {} : { signal }), signal);
  await removeAll(session, await unusedOf(session, hosted, left, signal), signal);
};

/** Removes what was made for a write that does not go out. */
export const dropMade = async (
  session: Session,
  hosted: HostedZone,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { known, made, released } = session.checks;
  const zone = zoneMark(hosted.id);
  // What a write before this one released may still be used somewhere.
  const ours = [...made.keys()].filter((id) => known.get(id)?.mark?.zone === zone && !released.has(id));
  if (ours.length > 0) await removeAll(session, await unusedOf(session, hosted, ours, signal), signal);
};

const isOurDoing = ({ checks }: Session, id: string): boolean => checks.released.has(id) || checks.made.has(id);

/** Ids of the checks that were made for the zone. Who may not list checks has made none. */
const checksFor = async (
  { api, checks }: Session,
  { id }: HostedZone,
  isAbout: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> => {
  const zone = zoneMark(id);
  if (!isAbout && isRecent(checks.deniedAt)) return [];
  try {
    const known = await accountChecks(api, checks, signal);
    return [...known.values()].filter(({ mark }) => mark?.zone === zone).map((check) => check.id);
  } catch (error) {
    if (!isRefusal(error, ...denied)) throw error;
    checks.deniedAt = Date.now();
    if (!isAbout) return [];
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

const removeAll = async (
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
