import { beginDaemon, type Daemon } from '../daemon/daemon.ts';
import { watchedFolder } from '../daemon/file-source.ts';
import { frontOf } from '../daemon/front-of.ts';
import { measureHealth } from '../daemon/health.ts';
import type { HttpInterface } from '../daemon/http/listen.ts';
import { openInterface } from '../daemon/http-interface.ts';
import { type Log, openLog } from '../daemon/log.ts';
import { measureStanding } from '../daemon/measure.ts';
import { type Metrics, openMetrics } from '../daemon/metrics.ts';
import { frontParts } from '../daemon/parts.ts';
import { repositoryOf } from '../daemon/repository-of.ts';
import { sayCommits } from '../daemon/say-commits.ts';
import { type DaemonDefinitions, loadDaemon } from '../load/index.ts';
import { HostmasterError } from '../model/errors.ts';
import { problemsAsText } from '../report/index.ts';
import { lockState } from '../state/index.ts';
import { reloader } from './daemon-reload.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { SourceOptions } from './options.ts';
import { stopped } from './wait.ts';

type DaemonOptions = Pick<SourceOptions, 'config' | 'targetsFrom' | 'logLevel'>;

/** Runs until it is told to stop. */
export const runDaemonCommand = async (options: DaemonOptions, version: string, io: Io): Promise<number> => {
  const definitions = await loadDaemon(options);
  refuseErrors(definitions, io);
  const log = openLog({ level: options.logLevel ?? 'info', isForPeople: io.progress, write: io.err });
  const lock = lockState(definitions.state);
  try {
    await runUntilStopped(definitions, { log, version, io, options });
    return exit.done;
  } finally {
    lock.release();
  }
};

interface World {
  readonly log: Log;
  readonly version: string;
  readonly io: Io;
  readonly options: DaemonOptions;
}

const runUntilStopped = async (definitions: DaemonDefinitions, world: World): Promise<void> => {
  const { io, log, options, version } = world;
  const metrics = openMetrics(version);
  const daemon = await begin(definitions, metrics, log, io);
  io.stopping?.cut.addEventListener('abort', daemon.cut, { once: true });
  try {
    const front = frontOf(frontParts(daemon, definitions.settings.audit, version));
    measureHealth(daemon.health, metrics);
    measureStanding(daemon, metrics);
    const http = await openInterface(definitions, { daemon, front, log, metrics, version });
    log('info', `the daemon runs as ${definitions.file} says; it listens at http://${hostOf(http)}`);
    const onStopWithin = (milliseconds: number): void => io.stopping?.within(milliseconds);
    io.stopping?.onHangUp(reloader(options, definitions, { daemon, http, log, onStopWithin }));
    await stopped(io);
    log('info', 'the daemon stops: what was sent is waited for');
    await Promise.all([http.close(), daemon.stop()]);
    log('info', 'the daemon has stopped');
  } finally {
    await daemon.stop();
  }
};

const hostOf = ({ address, port }: Pick<HttpInterface, 'address' | 'port'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

const refuseErrors = ({ file, problems }: DaemonDefinitions, io: Io): void => {
  for (const line of problemsAsText(problems)) io.err(`${line}\n`);
  if (problems.some(({ severity }) => severity === 'error')) {
    throw new HostmasterError('CONFIG', `${file} has the errors above: the daemon does not start with them`);
  }
};

const begin = (definitions: DaemonDefinitions, metrics: Metrics, log: Log, io: Io): Promise<Daemon> => {
  const { config, git, stopWithin } = definitions;
  const within = (milliseconds: number): void => io.stopping?.within(milliseconds);
  within(stopWithin);
  const here = import.meta.url;
  return beginDaemon(definitions, {
    ...{ log, metrics },
    program: new URL(here.endsWith('.ts') ? './daemon-thread.ts' : './daemon-thread.js', here),
    checkerProgram: new URL(here.endsWith('.ts') ? './checker-thread.ts' : './checker-thread.js', here),
    onStopWithin: within,
    openSource: async ({ inUse, onChange, thread }) =>
      git === null
        ? watchedFolder(config ?? 'hostmaster.yaml', () => onChange(false))
        : repositoryOf(definitions, git, { thread, log, inUse, onChange, onView: sayCommits(log) }),
  });
};
