import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type Colours, harmlessLines, noColours, terminalColours } from '../report/index.ts';
import { markedWriter, randomWord } from './command-marks.ts';
import { exit } from './exit.ts';
import { type Stopping, stopOnSignals } from './stopping.ts';

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
  /** Somebody wants to stop. */
  readonly signal: AbortSignal;
  /** How a stop goes on. Default is that what was sent is waited for to its end. */
  readonly stopping?: Stopping;
  /** Milliseconds since 1970. Default is the machine's clock. */
  readonly now?: () => number;
}

export const processIo = (): Io => {
  const stopping = stopOnSignals((code) => {
    process.stderr.write('hostmaster: interrupted: ended before all that was sent was answered; run it again\n');
    process.exit(code);
  });
  process.stdout.on('error', outOfReach);
  process.stderr.on('error', () => undefined);
  const word = randomWord();
  const err = markedWriter(process.stderr, process.env, word);
  process.once('uncaughtException', (error) => {
    err(harmlessLines(`hostmaster: an internal error, which is a bug: ${error.stack ?? error.message}\n`));
    process.exit(exit.error);
  });
  return {
    out: (text) => void process.stdout.write(text),
    say: markedWriter(process.stdout, process.env, word),
    err,
    redraw: (text) => err(`\r\u001b[K${text}`),
    colours: process.stdout.isTTY && !process.env.NO_COLOR ? terminalColours : noColours,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    progress: process.stderr.isTTY === true,
    ask: (question) => askPerson(question, stopping),
    env: process.env,
    signal: stopping.signal,
    stopping,
  };
};

/** On a terminal, Ctrl-C comes as a key while a line is read, and Ctrl-D ends the input. */
const askPerson = async (question: string, stopping: Stopping): Promise<string | null> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = once(lines, 'close').then(() => null);
  lines.on('SIGINT', () => stopping.onSignal('SIGINT'));
  try {
    const answer = lines.question(question, { signal: stopping.signal }).then(
      (text) => text.trim(),
      () => null,
    );
    const typed = await Promise.race([answer, closed]);
    if (typed === null) process.stderr.write('\n');
    return typed;
  } finally {
    lines.close();
  }
};

/** Whoever reads may have enough (`| head`), which ends no work; a result that cannot be written is an error. */
const outOfReach = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`hostmaster: the result cannot be written: ${error.message}\n`);
  process.once('exit', () => {
    process.exitCode = exit.error;
  });
};
