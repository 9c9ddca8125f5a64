import { setTimeout as sleep } from 'node:timers/promises';
import { HostmasterError, type ZoneId } from '../../src/provider.ts';
import { interruptible } from './api.ts';
import type { Session } from './hosted-zones.ts';
import { bareId } from './settings.ts';

const firstPause = 1_000;
const longestPause = 5_000;
/** The share of an account's requests that may ask whether changes have arrived. */
const pollShare = 0.5;
/** AWS says that a change reaches every name server within 60 seconds as a rule. */
const usualDelay = 60_000;

/**
 * Waits until every name server of Route 53 has the last change of a zone; all zones that wait share the requests. Where
 * somebody wants to stop, it gives up waiting.
 */
export const waitInSync = async (
  session: Session,
  { name }: ZoneId,
  signal: AbortSignal | undefined,
  stopping?: AbortSignal,
): Promise<void> => {
  const { pending, settings } = session;
  const change = pending.get(name);
  const isStopping = (): boolean => stopping?.aborted === true;
  if (change === undefined || isStopping()) return;
  const either = AbortSignal.any([signal, stopping].filter((each) => each !== undefined));
  try {
    if (change.id === null) await pause(change.sentAt + Math.min(usualDelay, settings.syncWait) - Date.now(), either);
    else await pollUntilInSync(session, name, change.id, either);
  } catch (error) {
    if (isStopping()) return;
    throw error;
  }
  if (pending.get(name) === change) pending.delete(name);
};

const pollUntilInSync = async (
  session: Session,
  name: string,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { api, pending, settings } = session;
  const since = Date.now();
  for (let wait = firstPause; ; wait = Math.min(wait * 1.5, longestPause)) {
    const { ChangeInfo } = await api.call('GetChange', { Id: bareId(id) }, { signal });
    if (ChangeInfo?.Status === 'INSYNC') return;
    if (Date.now() - since > settings.syncWait) throw stillPending(session, name, id);
    const fairShare = (pending.size / (settings.rate.perSecond * pollShare)) * 1_000;
    await pause(Math.max(wait, fairShare), signal);
  }
};

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  interruptible(sleep(Math.max(milliseconds, 0), undefined, signal === undefined ? {} : { signal }), signal);

const stillPending = ({ api, settings }: Session, name: string, id: string): HostmasterError =>
  new HostmasterError(
    'TARGET_UNREACHABLE',
    `${api.where} took the changes of ${name}, but after ${settings.syncWait / 1000} s (sync_wait) not all of its name servers have them (change ${bareId(id)} is PENDING); run "hostmaster verify" to see what they answer`,
  );

/** Runs `write` once the zone's writes before it have ended: AWS refuses one that comes while it takes another in. */
export const afterOtherWrites = async <T>(
  { writes }: Session,
  { name }: ZoneId,
  write: () => Promise<T>,
): Promise<T> => {
  const before = writes.get(name) ?? Promise.resolve();
  const result = before.then(write, write);
  const ended = result.catch(() => undefined);
  writes.set(name, ended);
  try {
    return await result;
  } finally {
    if (writes.get(name) === ended) writes.delete(name);
  }
};
