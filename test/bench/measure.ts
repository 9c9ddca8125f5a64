import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one run of a command cost, as the operating system accounts it. */
export interface Cost {
  /** Seconds. */
  readonly wall: number;
  /** Seconds, user and system. */
  readonly cpu: number;
  /** MiB, the largest resident set. */
  readonly peak: number;
}

export interface Run extends Cost {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end in a folder of its own for what it prints. `command` starts with an absolute path. */
export const measure = async (
  command: readonly string[],
  options: { readonly folder: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Run> => {
  const file = (name: string): string => join(options.folder, name);
  const [out, err] = [openSync(file('stdout'), 'w'), openSync(file('stderr'), 'w')];
  const wrapper = spawn('python3', [join(import.meta.dirname, 'measure.py'), file('cost.json'), ...command], {
    cwd: options.folder,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', out, err],
  });
  const [code] = await once(wrapper, 'exit');
  closeSync(out);
  closeSync(err);
  const [stdout, stderr] = [readFileSync(file('stdout'), 'utf8'), readFileSync(file('stderr'), 'utf8')];
  if (code !== 0) throw new Error(`measure.py ended with ${code}: ${stderr.slice(-2_000)}`);
  const cost: Cost & { code: number } = JSON.parse(readFileSync(file('cost.json'), 'utf8'));
  return { ...cost, stdout, stderr };
};

/** The middle one, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
};
