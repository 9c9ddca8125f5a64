import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// The real command in a process of its own. All tests that run it run it by this.

export const bin = join(import.meta.dirname, '../bin/hostmaster.ts');

/** How the command ended and what it said; code is -1 where a signal ended it. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Where a person would type it. Default is this process's folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process's id as soon as it runs. */
  readonly onStart?: (pid: number) => void;
  /** Called with what it says on stderr as it says it. */
  readonly onError?: (text: string) => void;
  /** Milliseconds after which it is ended. Default is 170,000. */
  readonly patience?: number;
}

/** A command that runs until it is told to stop. */
export interface Started {
  readonly child: ChildProcess;
  stdout(): string;
  /** Waits until stdout has the text. */
  says(text: string | RegExp): Promise<void>;
  /** Sends the signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
  readonly ended: Promise<Ended>;
}

/** Set by CI for its own runs, and by whoever wants colours: what a command does must not depend on who runs the tests. */
const ofWhoRuns = /^(?:CI|CI_.*|GITHUB_.*|GITLAB_.*|GITEA_.*|FORGEJO_.*|NO_COLOR|FORCE_COLOR)$/;

/** The environment of every command that tests run, with more variables in it. */
export const cleanEnvironment = (more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofWhoRuns.test(name))),
  ...more,
});

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export const start = (args: readonly string[], options: RunOptions = {}): Started =>
  begin([process.execPath, bin, ...args], options);

/** `hostmaster ARGS` to its end, without a terminal. */
export const hostmaster = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  start(args, options).ended;

/** The same on a terminal, where a person types `input`; stdout is all that the screen shows. */
export const onTerminal = (args: readonly string[], options: RunOptions = {}, input = ''): Promise<Ended> => {
  const { child, ended } = startOnTerminal([process.execPath, bin, ...args], options);
  child.stdin?.end(input);
  return ended;
};

/** A command on a terminal, which types what is written to its stdin. */
export const startOnTerminal = (words: readonly string[], options: RunOptions = {}): Started =>
  begin(['script', '-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'], {
    ...options,
    env: { TERM: 'xterm', ...options.env },
  });

const begin = ([program = '', ...args]: readonly string[], options: RunOptions): Started => {
  const { cwd, env, patience = 170_000 } = options;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: cleanEnvironment(env),
    stdio: 'pipe',
  });
  running.add(child);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    err.push(chunk);
    options.onError?.(String(chunk));
  });
  child.stdin.on('error', () => undefined);
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
  let isOver = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      isOver = true;
      clearTimeout(timer);
      running.delete(child);
      resolve({ code: code ?? -1, stdout: text(out), stderr: text(err) });
    });
  });
  const says = async (wanted: string | RegExp): Promise<void> => {
    const isThere = () => (typeof wanted === 'string' ? text(out).includes(wanted) : wanted.test(text(out)));
    while (!isThere()) {
      if (isOver) throw new Error(`it ended without saying ${wanted}: ${text(out)}${text(err)}`);
      await sleep(20);
    }
  };
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return { child, stdout: () => text(out), says, end, ended };
};
