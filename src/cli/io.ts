import { createInterface } from 'node:readline/promises';
import { type Colours, noColours, terminalColours } from '../report/index.ts';
import { markedWriter, randomWord } from './command-marks.ts';
import { exit } from './exit.ts';

/** The terminal, or what stands in for it. stdout carries the result, stderr everything else. */
export interface Io {
  /** A result that is read back: JSON, markdown, a zone file. */
  readonly out: (text: string) => void;
  /** A result for people. */
  readonly say: (text: string) => void;
  readonly err: (text: string) => void;
  /** Writes over the line on stderr. */
  readonly redraw: (text: string) => void;
  /** Colours for stdout. */
  readonly colours: Colours;
  /** Can a person answer? */
  readonly interactive: boolean;
  /** May a line on stderr be written over again and again? */
  readonly progress: boolean;
  /** What a person types after the question, on one line; null: nobody does. */
  readonly ask: (question: string) => Promise<string | null>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. Default is the machine's clock. */
  readonly now?: () => number;
}

export const processIo = (): Io => {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  process.stdout.on('error', outOfReach);
  process.stderr.on('error', () => undefined);
  const word = randomWord();
  const err = markedWriter(process.stderr, process.env, word);
  return {
    out: (text) => void process.stdout.write(text),
    say: markedWriter(process.stdout, process.env, word),
    err,
    redraw: (text) => err(`\r\u001b[K${text}`),
    colours: process.stdout.isTTY && !process.env.NO_COLOR ? terminalColours : noColours,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    progress: process.stderr.isTTY === true,
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return (await lines.question(question, { signal: stopping.signal })).trim();
      } catch {
        return null;
      } finally {
        lines.close();
      }
    },
    env: process.env,
    signal: stopping.signal,
  };
};

/** Whoever reads may have enough (`| head`), which ends no work; a result that cannot be written is an error. */
const outOfReach = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`hostmaster: the result cannot be written: ${error.message}\n`);
  process.once('exit', () => {
    process.exitCode = exit.error;
  });
};
