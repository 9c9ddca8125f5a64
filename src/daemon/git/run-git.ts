import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { simpleGit } from 'simple-git';
import { HostmasterError } from '../../model/errors.ts';

// The one way that the daemon runs Git. Nothing of whoever started the daemon decides what Git does, but for the way to the
// network: no GIT_* variable, no system or global configuration, no ~/.netrc, no ~/.ssh.

export interface GitRun {
  readonly args: readonly string[];
  /** The bare repository. */
  readonly folder: string;
  /** Besides those that every run has. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Configuration for this run, which no list of processes shows. */
  readonly config?: readonly (readonly [key: string, value: string])[];
  readonly input?: Buffer;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Octets of output; a run that says more is ended. */
  readonly mostOutput?: number;
}

export interface GitEnd {
  /** `late`: its time was over; `long`: it said too much; `broken`: its output was cut. */
  readonly status: 'ended' | 'late' | 'long' | 'broken';
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const usualOutput = 1024 * 1024;

/**
 * Runs Git to its end, whatever that is. Throws INTERRUPTED where the signal comes first, CONFIG where there is no Git, and
 * GIT_UNAVAILABLE where it does not start now.
 */
export const runGit = async (run: GitRun): Promise<GitEnd> => {
  const stop = new AbortController();
  const why = stopReasons(run, stop);
  const output: Output = { chunks: [], length: 0, isWhole: false, exitCode: null, stderr: [] };
  const git = gitFor(run, stop.signal, output);
  git.outputHandler((_command, stdout) => collect(stdout, output, run.mostOutput ?? usualOutput, why.tooLong));
  try {
    // What Git itself started (git-remote-https, ssh) may outlive it for a while, and keeps its output open.
    await Promise.race([git.raw([...run.args]), why.givenUp]);
  } finally {
    why.done();
  }
  return endOf(run, why.reason(), output);
};

interface Output {
  readonly chunks: Buffer[];
  length: number;
  isWhole: boolean;
  exitCode: number | null;
  stderr: readonly Buffer[];
}

const gitFor = (run: GitRun, abort: AbortSignal, output: Output) => {
  const { input } = run;
  const environment = environmentOf(run);
  const git = simpleGit({
    // Git goes by GIT_DIR; this folder is always there.
    baseDir: '/',
    abort,
    allowEnvironment: Object.keys(environment),
    unsafe: ourOwn,
    // Only then the output is whole.
    completion: { onClose: true, onExit: false },
    errors: (_error, { exitCode, stdErr }) => {
      output.exitCode = exitCode;
      output.stderr = stdErr;
      return undefined;
    },
    ...(input === undefined ? {} : { input: () => input }),
  });
  return git.env(environment);
};

const collect = (stdout: NodeJS.ReadableStream, output: Output, most: number, tooLong: () => void): void => {
  stdout.on('end', () => {
    output.isWhole = true;
  });
  stdout.on('data', (chunk: Buffer) => {
    output.length += chunk.length;
    if (output.length > most) tooLong();
    else output.chunks.push(chunk);
  });
};

/** We set these ourselves: simple-git guards against their coming from elsewhere. */
const ourOwn = {
  allowUnsafeConfigPaths: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
} as const;

/** Milliseconds that Git has to end after it was told to. */
const timeToEnd = 500;

type StopReason = 'late' | 'long' | 'stopped' | null;

const stopReasons = ({ signal, timeout }: GitRun, stop: AbortController) => {
  let reason: StopReason = null;
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>();
  let lastWait: NodeJS.Timeout | undefined;
  const because = (why: StopReason) => (): void => {
    reason ??= why;
    stop.abort();
    lastWait ??= setTimeout(giveUp, timeToEnd);
  };
  const [onTime, onSignal] = [because('late'), because('stopped')];
  const timer = setTimeout(onTime, timeout);
  signal?.addEventListener('abort', onSignal);
  if (signal?.aborted === true) onSignal();
  return {
    reason: (): StopReason => reason,
    tooLong: because('long'),
    givenUp,
    done: (): void => {
      clearTimeout(timer);
      clearTimeout(lastWait);
      signal?.removeEventListener('abort', onSignal);
    },
  };
};

const endOf = ({ args }: GitRun, reason: StopReason, { chunks, exitCode, isWhole, stderr }: Output): GitEnd => {
  if (reason === 'stopped') throw new HostmasterError('INTERRUPTED', `git ${args[0]} was stopped`);
  if (exitCode === -constants.errno.ENOENT) {
    throw new HostmasterError('CONFIG', 'Git is not installed here; install it (on Debian the package "git")');
  }
  if (exitCode !== null && exitCode < 0) {
    throw new HostmasterError('GIT_UNAVAILABLE', `Git does not start now (${getSystemErrorName(exitCode)})`);
  }
  return {
    status: reason ?? (isWhole ? 'ended' : 'broken'),
    code: exitCode,
    stdout: Buffer.concat(chunks),
    stderr: Buffer.concat([...stderr]).toString('utf8'),
  };
};

/** What the way to the network and to temporary files depends on. */
const fromOutside = [
  'PATH',
  'TMPDIR',
  ...['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'],
];

const environmentOf = ({ folder, environment = {}, config = [] }: GitRun): Readonly<Record<string, string>> => {
  const outside = fromOutside.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const authorities = process.env.SSL_CERT_FILE;
  return {
    ...Object.fromEntries(outside),
    ...(authorities === undefined ? {} : { GIT_SSL_CAINFO: authorities }),
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    GNUPGHOME: `${folder}/no-gnupg`,
    LC_ALL: 'C',
    GIT_DIR: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...environment,
    ...configVariables(config),
  };
};

const configVariables = (config: NonNullable<GitRun['config']>): Readonly<Record<string, string>> =>
  config.length === 0
    ? {}
    : Object.fromEntries([
        ['GIT_CONFIG_COUNT', String(config.length)],
        ...config.flatMap(([key, value], i) => [
          [`GIT_CONFIG_KEY_${i}`, key],
          [`GIT_CONFIG_VALUE_${i}`, value],
        ]),
      ]);
