import { count, listed } from '../model/phrases.ts';
import type { Problem } from '../model/problem.ts';
import type { Paint } from './paint.ts';
import { visible } from './phrases.ts';

/** Where a problem is: file:line:column, or the target and zone that it happened at. */
export const locationOf = ({ file, line, column, target, zone }: Problem): string => {
  if (file !== null) return [visible(file), line, column].filter((part) => part !== null).join(':');
  if (target === undefined) return '';
  return zone === undefined ? `target ${target}` : `${zone} at ${target}`;
};

/** How many problems of one rule are shown one by one; the rest is counted. JSON has all. */
export interface ShownProblems {
  readonly error: number;
  readonly warning: number;
}

/** Beside a plan nobody reads the same sentence 1,000 times. */
export const besidePlan: ShownProblems = { error: 50, warning: 5 };
/** Where problems are what was asked for. */
export const inFull: ShownProblems = { error: 1000, warning: 1000 };

export const problemLines = (problems: readonly Problem[], shown: ShownProblems, paint: Paint): readonly string[] => {
  const seen = new Map<string, { readonly first: Problem; readonly number: number }>();
  const lines: string[] = [];
  for (const problem of problems) {
    const key = `${problem.severity} ${problem.rule}`;
    const { first = problem, number = 0 } = seen.get(key) ?? {};
    seen.set(key, { first, number: number + 1 });
    if (number < shown[problem.severity]) lines.push(problemLine(problem, paint));
  }
  for (const { first, number } of seen.values()) {
    const more = number - shown[first.severity];
    if (more > 0) {
      lines.push(`… and ${count(more, `more ${first.severity}`)} [${first.rule}] (--format json has them all)`);
    }
  }
  return lines;
};

const problemLine = (problem: Problem, paint: Paint): string => {
  const colour = problem.severity === 'error' ? paint.red : paint.yellow;
  const place = locationOf(problem);
  const at = problem.file !== null && problem.target !== undefined ? ` (target ${problem.target})` : '';
  return `${place === '' ? '' : `${place}: `}${colour(problem.severity)} ${paint.dim(`[${problem.rule}]`)} ${visible(problem.message)}${at}`;
};

/** `2 errors and 1 warning`, or null where there are none. */
export const problemSummary = (problems: readonly Problem[]): string | null => {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const words = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ];
  return words.length === 0 ? null : listed(words);
};
