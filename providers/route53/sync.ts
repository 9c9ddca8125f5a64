import { setTimeout as sleep } from 'node:timers/promises';
import { HostmasterError, type ZoneId } from '../../src/provider.ts';
import { interruptible } from './api.ts';
import type { Session } from './hosted.ts';
import { bareId } from './settings.ts';

const firstPause = 1_000;
const longestPause = 5_000;

/** Waits until every name server of Route 53 has the last change of a zone. */
export const inSync = async (session: Session, { name }: ZoneId, signal: AbortSignal | undefined): Promise<void> => {
  const change = session.pending.get(name);
  if (change === undefined) return;
  const { api, settings } = session;
  const since = Date.now();
  for (let wait = firstPause; ; wait = Math.min(wait * 1.5, longestPause)) {
    const { ChangeInfo } = await api.call('GetChange', { Id: bareId(change.id) }, { signal });
    if (ChangeInfo?.Status === 'INSYNC') break;
    if (Date.now() - since > settings.syncWait) throw stillPending(session, name, change.id);
    await interruptible(sleep(wait, undefined, signal === undefined ? {} : { signal }), signal);
  }
  if (session.pending.get(name)?.id === change.id) session.pending.delete(name);
};

const stillPending = ({ api, settings }: Session, name: string, id: string): HostmasterError =>
  new HostmasterError(
    'TARGET_UNREACHABLE',
    'wait',
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
