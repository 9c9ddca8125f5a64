import { count } from '../../model/phrases.ts';
import type { Problem } from '../../model/problem.ts';
import type { VerifyReport } from '../../model/result.ts';
import { type Line, makeReport, type Report, toned } from '../report.ts';
import { differenceInWords } from '../words/difference.ts';
import { fewOfEachRule } from '../words/problem.ts';

/** What `verify` reports: the errors that kept something from being asked for, then every difference. */
export const prepareVerified = ({ checked, differences }: VerifyReport, problems: readonly Problem[]): Report =>
  makeReport({
    kind: 'verified',
    document: { checked, differences, problems },
    sections: [
      { kind: 'problems', problems: problems.filter(isWorthShowing), most: fewOfEachRule },
      { kind: 'lines', lines: verifyLines({ checked, differences }) },
    ],
  });

/** An error kept something from being asked for; and it counts where an apply wrote something without effect. */
const isWorthShowing = ({ rule, severity }: Problem): boolean =>
  severity === 'error' || rule === 'write-without-effect';

const mostDifferences = 50;

/** Every difference, name server by name server, and the sum. */
export const verifyLines = ({ checked, differences }: VerifyReport): readonly Line[] => {
  const lines = differences.slice(0, mostDifferences).map((each) => [toned(differenceInWords(each), 'error')]);
  const more = differences.length - lines.length;
  const fine =
    checked === 0
      ? 'nothing to ask for'
      : `${count(checked, 'answer')}, ${checked === 1 ? 'as it' : 'all as they'} should be`;
  return [
    ...lines,
    ...(more > 0 ? [[`… and ${count(more, 'more difference')} (--format json has them all)`]] : []),
    differences.length === 0
      ? [`Verified: ${fine}.`]
      : [`Verified: ${count(checked, 'answer')}; ${count(differences.length, 'difference')}.`],
  ];
};
