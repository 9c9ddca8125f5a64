import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from './command.ts';

const prefix = 'hostmaster-tests-';

/**
 * Gives the tests, and the commands that they run, a temp folder that goes when the run ends, with what killed processes
 * left in it. A run that was killed itself leaves its own to the next one. What runs in the tests' own processes sees no more
 * of CI than the commands do.
 */
export default (): (() => void) => {
  const clean = cleanEnvironment();
  for (const name of Object.keys(process.env)) if (!(name in clean)) delete process.env[name];
  const system = tmpdir();
  for (const name of readdirSync(system)) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) remove(join(system, name));
  }
  const folder = join(system, `${prefix}${process.pid}`);
  // Servers that run as another user have their folders in it.
  mkdirSync(folder, { mode: 0o711, recursive: true });
  process.env.TMPDIR = folder;
  return () => remove(folder);
};

/** A worker that ends at this moment removes its own folders, which ends a removal without an error. */
const remove = (folder: string): void => {
  for (let tries = 0; tries < 100 && existsSync(folder); tries += 1) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's, which we may not signal, runs.
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH';
  }
};
