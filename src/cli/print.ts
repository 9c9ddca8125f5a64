import { type Format, harmlessLines, type Report, render, visible } from '../report/index.ts';
import type { Io } from './io.ts';

/** The result on stdout. Text for people stands between marks where a CI reads it; what is read back has none. */
export const print = (io: Io, format: Format, report: Report): void => {
  const text = render(format, report, io.colours);
  if (format === 'text' && report.kind !== 'dumped') io.say(text);
  else io.out(text);
};

/** The same terminal, on whose stderr nothing from outside acts: names, paths and what servers say are in messages. */
export const harmless = (io: Io): Io => ({
  ...io,
  err: (text) => io.err(harmlessLines(text)),
  ask: (question) => io.ask(visible(question)),
});
