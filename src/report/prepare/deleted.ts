import { count } from '../../model/phrases.ts';
import type { Problem } from '../../model/problem.ts';
import type { VerifyReport } from '../../model/result.ts';
import type { Unreadable } from '../../model/zone.ts';
import { type Line, makeReport, type Report, toned } from '../report.ts';
import { differenceInWords } from '../words/difference.ts';
import { manyOfEachRule, problemLines } from '../words/problem.ts';

/** A zone that was deleted, and the file that holds what it was. */
export interface Deleted {
  readonly zone: string;
  readonly target: string;
  readonly dump: string;
  readonly rrsets: number;
  readonly left: readonly Unreadable[];
  readonly problems: readonly Problem[];
  readonly verify: VerifyReport;
}

/** What `zone delete` reports: the dump first, then what was deleted, and whether that is proven. */
export const prepareDeleted = (deleted: Deleted): Report =>
  makeReport({
    kind: 'deleted',
    document: deleted,
    sections: [{ kind: 'lines', lines: deletedLines(deleted) }],
  });

const deletedLines = ({ dump, left, problems, rrsets, target, verify, zone }: Deleted): readonly Line[] => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return [
    [`${dump}: ${count(rrsets, 'RRset')}`],
    ...left.map(({ name, type, why }) => [toned(`not in it: ${name} ${type} (${why})`, 'warning')]),
    [`Deleted ${zone} at ${target}.`],
    ...problemLines(errors, manyOfEachRule),
    ...verify.differences.map((each) => [toned(differenceInWords(each), 'error')]),
    [proof(target, errors.length === 0, verify)],
  ];
};

const proof = (target: string, isGone: boolean, { checked, differences }: VerifyReport): string => {
  const proven = [
    ...(isGone ? [`${target} has it no more`] : []),
    ...(checked === 0 ? [] : [`${count(checked, 'name server')} ${checked === 1 ? 'does' : 'do'} not serve it`]),
  ];
  const wrong = differences.length === 0 ? '' : `; ${count(differences.length, 'difference')}`;
  return `Verified: ${proven.join(', ') || 'nothing'}${wrong}.`;
};
