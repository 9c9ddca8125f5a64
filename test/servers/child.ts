import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const children = new Set<ChildProcess>();
const folders = new Set<string>();

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

// vitest ends its workers with SIGTERM, which alone would skip the clean-up.
process.once('SIGTERM', () => process.exit(143));

/** A new folder under the system's temp folder; it goes when the process ends. */
export const tempFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `hostmaster-${name}-`));
  folders.add(folder);
  return folder;
};

/** Removes a temp folder early. */
export const removeFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
};

/** One running child and what it printed. */
export interface Child {
  readonly pid: number;
  /** The last million octets of it, at least. */
  log(): string;
  /** The way it ended, or null while it runs. */
  ended(): string | null;
  /** Sends the signal, then SIGKILL if it is still there after `patience` ms, and waits for its end. */
  end(signal: NodeJS.Signals, patience?: number): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

const longestLog = 1_000_000;

/** Starts a child that dies with this process, even if this process is killed (setpriv --pdeathsig). */
export const startChild = (
  command: readonly string[],
  options: { readonly cwd?: string; readonly user?: UserIds; readonly deathSignal?: string } = {},
): Child => {
  const child = spawn('setpriv', [...setprivArgs(options.user, options.deathSignal ?? 'KILL'), ...command], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let log = '';
  let end: string | null = null;
  const keep = (chunk: Buffer): void => {
    log += chunk.toString('latin1');
    if (log.length > 2 * longestLog) log = log.slice(-longestLog);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      end = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      end = signal ?? `exit ${code}`;
      children.delete(child);
      resolve();
    });
  });
  return {
    pid: child.pid ?? -1,
    log: () => log,
    ended: () => end,
    signal: (signal) => {
      child.kill(signal);
    },
    end: async (signal, patience = 10_000) => {
      if (end !== null) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(timer);
    },
  };
};

/** Numeric user and group of an account. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

const setprivArgs = (user: UserIds | undefined, deathSignal: string): readonly string[] => [
  ...(user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']),
  `--pdeathsig=${deathSignal}`,
];

/** Runs a command to its end and gives what it printed; throws if it fails, unless
 * `failing` is expected. `input` goes to its stdin. */
export const run = async (
  command: readonly string[],
  options: { readonly input?: string; readonly user?: UserIds; readonly cwd?: string; readonly failing?: boolean } = {},
): Promise<string> => {
  const child = spawn('setpriv', [...setprivArgs(options.user, 'KILL'), ...command], { cwd: options.cwd });
  children.add(child);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  children.delete(child);
  if (code === 0 || options.failing === true) return Buffer.concat(out).toString();
  throw new Error(`${command.join(' ')} ended with ${code}: ${Buffer.concat([...err, ...out]).toString()}`);
};

/** Waits until `ready` says true; throws with the child's last words if it ends first or `patience` ms go by. */
export const untilReady = async (
  child: Child,
  what: string,
  ready: () => Promise<boolean>,
  patience = 60_000,
): Promise<void> => {
  const since = Date.now();
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    const end = child.ended();
    if (end !== null) throw new Error(`${what} ended (${end}): ${child.log().slice(-2_000)}`);
    if (await ready()) return;
    if (Date.now() - since > patience) {
      await child.end('SIGKILL');
      throw new Error(`${what} did not get ready: ${child.log().slice(-2_000)}`);
    }
    await sleep(pause);
  }
};

/** Tries again with new ports where a start failed because somebody else took one meanwhile. */
export const withRetries = async <T>(start: () => Promise<T>, tries = 3): Promise<T> => {
  for (let left = tries; ; left -= 1) {
    try {
      return await start();
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
};
