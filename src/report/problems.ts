import type { Problem } from '../model/problem.ts';
import type { Paint } from './paint.ts';
import { count, listed } from './words.ts';

/** Where a problem is: file:line:column, or the target and zone that it happened at. */
export const placeOf = ({ file, line, column, target, zone }: Problem): string => {
  if (file !== null) return [file, line, column].filter((part) => part !== null).join(':');
  if (target === undefined) return '';
  return zone === undefined ? `target ${target}` : `${zone} at ${target}`;
};

/** More problems of one rule than this are shown in one line: nobody reads the same sentence 10,000 times. */
const shownOfRule = 50;

export const problemLines = (problems: readonly Problem[], paint: Paint): readonly string[] => {
  const seen = new Map<string, number>();
  const lines: string[] = [];
  for (const problem of problems) {
    const number = (seen.get(problem.rule) ?? 0) + 1;
    seen.set(problem.rule, number);
    if (number <= shownOfRule) lines.push(problemLine(problem, paint));
  }
  for (const [rule, number] of seen) {
    if (number > shownOfRule)
      lines.push(`… and ${count(number - shownOfRule, 'more', 'more')} of ${rule} (--format json has them all)`);
  }
  return lines;
};

const problemLine = (problem: Problem, paint: Paint): string => {
  const colour = problem.severity === 'error' ? paint.red : paint.yellow;
  const place = placeOf(problem);
  const at = problem.file !== null && problem.target !== undefined ? ` (target ${problem.target})` : '';
  return `${place === '' ? '' : `${place}: `}${colour(problem.severity)} ${paint.dim(`[${problem.rule}]`)} ${problem.message}${at}`;
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
