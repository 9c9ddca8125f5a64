import { setTimeout as sleep } from 'node:timers/promises';
import { HostmasterError, type ZoneId } from '../../src/provider.ts';
import { interruptible } from './api.ts';
import type { Session } from './hosted-zones.ts';
import { bareId } from './settings.ts';

const firstPause = 1_000;
const longestPause = 5_000;
/** Of an account's requests, what may go into asking whether changes have arrived. */
const pollShare = 0.5;
/** AWS says that a change is everywhere within 60 seconds as a rule. */
const usual = 60_000;

/** Waits until every name server of Route 53 has the last change of a zone; all zones that wait share the requests. */
export const inSync = async (session: Session, { name }: ZoneId, signal: AbortSignal | undefined): Promise<void> => {
  const { pending, settings } = session;
  const change = pending.get(name);
  if (change === undefined) return;
  if (change.id === null) await pause(change.sentAt + Math.min(usual, settings.syncWait) - Date.now(), signal);
  else await arrived(session, name, change.id, signal);
  if (pending.get(name) === change) pending.delete(name);
};

const arrived = async (session: Session, name: string, id: string, signal: AbortSignal | undefined): Promise<void> => {
  const { api, pending, settings } = session;
  const since = Date.now();
  for (let wait = firstPause; ; wait = Math.min(wait * 1.5, longestPause)) {
    const { ChangeInfo } = await api.call('GetChange', { Id: bareId(id) }, { signal });
    if (ChangeInfo?.Status === 'INSYNC') return;
    if (Date.now() - since > settings.syncWait) throw stillPending(session, name, id);
    const turn = (pending.size / (settings.rate.perSecond * pollShare)) * 1_000;
    await pause(Math.max(wait, turn), signal);
  }
};

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  interruptible(sleep(Math.max(milliseconds, 0), undefined, signal === undefined ? {} : { signal }), signal);

const stillPending = ({ api, settings }: Session, name: string, id: string): HostmasterError =>
  new HostmasterError(
    'TARGET_UNREACHABLE',
    `${api.where} took the changes of ${name}, and after ${settings.syncWait / 1000} s (sync_wait) not every name server of it has them (change ${bareId(id)} is PENDING); "hostmaster verify" says what they answer`,
  );

/** Writes to one zone go out one after the other: AWS refuses one that comes while another is taken in. */
export const inTurn = async <T>({ turns }: Session, { name }: ZoneId, job: () => Promise<T>): Promise<T> => {
  const before = turns.get(name) ?? Promise.resolve();
  const mine = before.then(job, job);
  const settled = mine.catch(() => undefined);
  turns.set(name, settled);
  try {
    return await mine;
  } finally {
    if (turns.get(name) === settled) turns.delete(name);
  }
};
