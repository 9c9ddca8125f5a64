import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { noColours } from '../../src/report/index.ts';
import type { Ended } from '../command.ts';

/**
 * The real command in this process, with all that it prints, where nobody answers it and no variable is set. `signal` stops
 * it as Ctrl-C does.
 */
export const runHere = async (
  args: readonly string[],
  now: () => number = Date.now,
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> => {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (text) => void out.push(text),
    say: (text) => void out.push(text),
    err: (text) => void err.push(text),
    redraw: (text) => void err.push(text),
    colours: noColours,
    interactive: false,
    progress: false,
    ask: async () => null,
    env: {},
    signal,
    now,
  };
  const code = await main(args, io);
  return { code, stdout: out.join(''), stderr: err.join('') };
};
