import type { Daemon } from '../daemon/daemon.ts';
import type { OpenInterface } from '../daemon/http-interface.ts';
import type { Log } from '../daemon/log.ts';
import { type DaemonDefinitions, type LoadDaemonOptions, loadDaemon } from '../load/index.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import { problemsAsText } from '../report/index.ts';

export interface ReloadParts {
  readonly daemon: Pick<Daemon, 'driver' | 'thread'>;
  readonly http: Pick<OpenInterface, 'reload'>;
  readonly log: Log;
  /** How long stopping may take from now on; milliseconds. */
  readonly onStopWithin: (milliseconds: number) => void;
}

/**
 * What SIGHUP does: the operator's file is read anew, one time after the other, and a pass follows. One that cannot be used
 * is said, and all goes on as it was.
 */
export const reloader = (options: LoadDaemonOptions, began: DaemonDefinitions, parts: ReloadParts): (() => void) => {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => reload(options, began, parts));
  };
};

const reload = async (options: LoadDaemonOptions, began: DaemonDefinitions, parts: ReloadParts): Promise<void> => {
  const { daemon, http, log, onStopWithin } = parts;
  try {
    const next = await loadDaemon(options);
    if (next.problems.some(({ severity }) => severity === 'error')) {
      for (const line of problemsAsText(next.problems)) log('error', line);
      throw new HostmasterError('CONFIG', `${next.file} has the errors above`);
    }
    await http.reload(next);
    daemon.thread.takeOperatorsFile(next.targetsFrom);
    onStopWithin(next.stopWithin);
    log('info', `${next.file} was read again`);
    const later = needsRestart(began, next);
    if (later.length > 0)
      log('warn', `${later.join(', ')}: what changed there counts once the daemon is started again`);
    daemon.driver.ask({ cause: 'reload' });
  } catch (error) {
    log('error', `the daemon goes on as before, as its file could not be read again: ${messageOf(error)}`);
  }
};

/** What changed of that which is read at the start alone. */
const needsRestart = (began: DaemonDefinitions, next: DaemonDefinitions): readonly string[] => {
  const of = ({ git, settings, state }: DaemonDefinitions): readonly (readonly [string, unknown])[] => [
    ['git', git],
    ['state', state],
    ['daemon.listen', settings.listen],
    ['daemon.interval', settings.interval],
    ['daemon.audit', settings.audit],
  ];
  const before = new Map(of(began));
  return of(next).flatMap(([key, value]) => (JSON.stringify(before.get(key)) === JSON.stringify(value) ? [] : [key]));
};
