import { count, listed } from '../../model/phrases.ts';
import type { Problem } from '../../model/problem.ts';
import { type Line, type MostProblems, toned } from '../report.ts';
import { shortened } from '../values/parts.ts';
import { withoutCode } from './check.ts';
import { countsInWords } from './counts.ts';

const longestFile = 300;

/** Where a problem is: file:line:column, or the target and zone that it happened at. */
export const locationOf = ({ file, line, column, target, zone }: Problem): string => {
  if (file !== null) {
    return [shortened(file, longestFile), line, column].filter((part) => part !== null).join(':');
  }
  if (target === undefined) return '';
  return zone === undefined ? `target ${target}` : `${zone} at ${target}`;
};

/** Messages of servers may be long; and what a health check was made into is not shown as code. */
const longestMessage = 2_000;

/** What a message says, for people. */
export const messageInWords = (message: string): string => shortened(withoutCode(message), longestMessage);

/** Beside something else: nobody reads the same sentence 1,000 times. */
export const fewOfEachRule: MostProblems = { error: 50, warning: 5 };
/** Where problems are what was asked for. */
export const manyOfEachRule: MostProblems = { error: 1000, warning: 1000 };

/** A line a problem, then one for each rule of which there are more. */
export const problemLines = (problems: readonly Problem[], most: MostProblems): readonly Line[] => {
  const ofRule = new Map<string, { readonly first: Problem; readonly number: number }>();
  const lines: Line[] = [];
  for (const problem of problems) {
    const key = `${problem.severity} ${problem.rule}`;
    const { first = problem, number = 0 } = ofRule.get(key) ?? {};
    ofRule.set(key, { first, number: number + 1 });
    if (number < most[problem.severity]) lines.push(problemLine(problem));
  }
  const rest = [...ofRule.values()].flatMap(({ first, number }) => moreLine(first, number - most[first.severity]));
  return [...lines, ...rest];
};

const problemLine = (problem: Problem): Line => {
  const { severity, rule, message, file, target } = problem;
  const location = locationOf(problem);
  const at = file !== null && target !== undefined ? ` (target ${target})` : '';
  return [
    location === '' ? '' : `${location}: `,
    toned(severity, severity),
    ' ',
    toned(`[${rule}]`, 'aside'),
    ` ${messageInWords(message)}${at}`,
  ];
};

const moreLine = ({ severity, rule }: Problem, more: number): readonly Line[] =>
  more > 0 ? [[`… and ${count(more, `more ${severity}`)} [${rule}] (--format json has them all)`]] : [];

/** `2 errors and 1 warning`, or null where there are none. */
export const problemCounts = (problems: readonly Problem[]): string | null => {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const words = countsInWords({ error: errors, warning: problems.length - errors });
  return words.length === 0 ? null : listed(words);
};
