import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NameServer } from '../model/ports.ts';
import type { ServingTarget } from '../pass.ts';
import { askByDns } from '../verify/index.ts';
import type { Io } from './io.ts';

/** What the steps of the tour share. */
export interface Tour {
  readonly folder: string;
  readonly options: { readonly config: string; readonly format: 'text'; readonly yes: true };
  readonly serving: readonly ServingTarget[];
  readonly nameserver: NameServer;
  readonly say: (text: string) => void;
  readonly io: Io;
  /** What did not go as the tour says it goes. */
  readonly failures: string[];
}

export type TourStep = (tour: Tour) => Promise<void>;

/** A question, and what is to be answered; no values: that there is no such name. */
export interface DemoQuestion {
  readonly name: string;
  readonly type: string;
  readonly expected: readonly string[];
}

export const heading = ({ say, io }: Pick<Tour, 'say' | 'io'>, title: string, rest: string): void =>
  say(`\n${io.colours.bold(title)}: ${rest}`);

export const expectCode = (tour: Tour, command: string, expected: number, code: number): void => {
  if (code !== expected) tour.failures.push(`${command} ended with exit code ${code}, not ${expected}`);
};

/** Changes a file of the copy; gives its text before. */
export const edit = async ({ folder }: Tour, path: string, change: (text: string) => string): Promise<string> => {
  const file = join(folder, path);
  const before = await readFile(file, 'utf8');
  await writeFile(file, change(before));
  return before;
};

/** Asks, prints name, query, name server and answer, and the dig line that does the same. */
export const ask = async (tour: Tour, name: string, type: string, expected: readonly string[]): Promise<void> => {
  const { nameserver, say, io } = tour;
  const { text, right } = await answerTo(tour, { name, type, expected });
  say(`  ${name} ${type}? ${nameserver.label} answers ${right ? io.colours.green(text) : io.colours.red(text)}`);
  say(io.colours.dim(`      dig @${nameserver.address} -p ${nameserver.port} ${name} ${type}`));
};

/** What a step does to the answer to a question. */
export interface Watched {
  readonly name: string;
  readonly type: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Asks before and after a step, and prints both answers. */
export const watch = async (tour: Tour, watched: readonly Watched[], step: () => Promise<void>): Promise<void> => {
  const { nameserver, say, io } = tour;
  const askAll = (when: 'before' | 'after') =>
    Promise.all(watched.map((each) => answerTo(tour, { ...each, expected: each[when] })));
  const before = await askAll('before');
  await step();
  const after = await askAll('after');
  const questions = watched.map(({ name, type }) => `${name} ${type}`);
  const width = Math.max(...questions.map(({ length }) => length));
  say(`\nWhat ${nameserver.label} answers, before → after:`);
  for (const [i, question] of questions.entries()) {
    const [was, is] = [before[i], after[i]];
    const text = was?.text === is?.text ? `${is?.text}, as before` : `${was?.text} → ${is?.text}`;
    const colour = was?.right === true && is?.right === true ? io.colours.green : io.colours.red;
    say(`  ${question.padEnd(width)}  ${colour(text)}`);
  }
};

interface Answered {
  readonly text: string;
  readonly right: boolean;
}

/** Asks over DNS; an answer that is not as expected ends the tour. */
const answerTo = async (tour: Tour, { name, type, expected }: DemoQuestion): Promise<Answered> => {
  const answer = await askByDns()(tour.nameserver, { name, type });
  const values = answer.status === 'answered' ? answer.answers.map(({ rdata }) => rdata).toSorted() : [];
  const text = answer.status === 'no_answer' ? `no answer (${answer.reason})` : values.join(', ') || answer.rcode;
  const wanted = expected.toSorted().join(', ') || 'NXDOMAIN';
  if (text !== wanted) tour.failures.push(`${name} ${type} should be ${wanted}, and is ${text}`);
  return { text, right: text === wanted };
};
