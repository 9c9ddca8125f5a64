import type { Io } from '../../../src/cli/io.ts';
import { main } from '../../../src/cli/main.ts';
import { noPaint } from '../../../src/report/paint.ts';
import type { Ended } from '../../faults/command.ts';

/** The real command in this process, with all that it prints. */
export const command = async (args: readonly string[]): Promise<Ended> => {
  let stdout = '';
  let stderr = '';
  const io: Io = {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    paint: noPaint,
    interactive: false,
    progress: false,
    confirm: async () => false,
    env: {},
    signal: new AbortController().signal,
  };
  const code = await main(args, io);
  return { code, stdout, stderr };
};
