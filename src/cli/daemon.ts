import { beginDaemon, type Daemon } from '../daemon/daemon.ts';
import { type Log, openLog } from '../daemon/log.ts';
import { watchedFolder } from '../daemon/source.ts';
import { type DaemonDefinitions, loadDaemon } from '../load/index.ts';
import { HostmasterError } from '../model/errors.ts';
import { problemsAsText } from '../report/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { SourceOptions } from './options.ts';
import { stopped } from './wait.ts';

type DaemonOptions = Pick<SourceOptions, 'config' | 'targetsFrom' | 'logLevel'>;

/** Runs until it is told to stop. */
export const runDaemonCommand = async (options: DaemonOptions, io: Io): Promise<number> => {
  const definitions = await loadDaemon(options);
  refuseErrors(definitions, io);
  const log = openLog({ level: options.logLevel ?? 'info', isForPeople: io.progress, write: io.err });
  const daemon = begin(definitions, log, io);
  io.stopping?.cut.addEventListener('abort', daemon.cut, { once: true });
  log('info', `the daemon runs, with ${definitions.file}`);
  await stopped(io);
  log('info', 'the daemon stops: what was sent is waited for');
  await daemon.stop();
  log('info', 'the daemon has stopped');
  return exit.done;
};

const refuseErrors = ({ file, problems }: DaemonDefinitions, io: Io): void => {
  if (problems.length > 0) io.err(problemsAsText(problems));
  if (problems.some(({ severity }) => severity === 'error')) {
    throw new HostmasterError('CONFIG', `${file} has the problems above; the daemon does not start with them`);
  }
};

const begin = ({ config, ...rest }: DaemonDefinitions, log: Log, io: Io): Daemon => {
  const { stopping } = io;
  stopping?.within(rest.stopWithin);
  return beginDaemon(
    { config, ...rest },
    {
      log,
      program: new URL(import.meta.url.endsWith('.ts') ? './daemon-thread.ts' : './daemon-thread.js', import.meta.url),
      onStopWithin: (milliseconds) => stopping?.within(milliseconds),
      sourceOf: (onChange) => watchedFolder(config ?? 'hostmaster.yaml', onChange),
    },
  );
};
