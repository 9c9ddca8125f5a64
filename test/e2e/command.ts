import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// The real command in a process of its own, in the folder where a person would type it.

const bin = join(import.meta.dirname, '../../bin/hostmaster.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Env = Readonly<Record<string, string>>;

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

const patience = 110_000;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export const start = (folder: string, args: readonly string[], env: Env = {}): Started =>
  begin([process.execPath, bin, ...args], folder, env);

/** `hostmaster ARGS`, without a terminal. */
export const hostmaster = (folder: string, args: readonly string[], env: Env = {}): Promise<Ended> =>
  start(folder, args, env).ended;

/** The same on a terminal, where a person types `input`; stdout is all that the screen shows. */
export const onTerminal = (folder: string, args: readonly string[], env: Env = {}, input = ''): Promise<Ended> => {
  const line = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
  const { child, ended } = begin(['script', '-qec', line, '/dev/null'], folder, { TERM: 'xterm', ...env });
  child.stdin?.end(input);
  return ended;
};

const begin = ([program = '', ...args]: readonly string[], folder: string, env: Env): Started => {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(program, args, { cwd: folder, env: { ...inherited, ...env }, stdio: 'pipe' });
  running.add(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
  let isOver = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      isOver = true;
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, stdout: text(out), stderr: text(err) });
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
