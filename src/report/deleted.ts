import { count } from '../model/phrases.ts';
import type { Problem } from '../model/problem.ts';
import type { VerifyReport } from '../model/result.ts';
import type { Unreadable } from '../model/zone.ts';
import { differenceLine } from './differences.ts';
import { fenced } from './markup.ts';
import { noPaint, type Paint } from './paint.ts';
import { visible } from './phrases.ts';
import { inFull, problemLines } from './problems.ts';

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

/** What `zone delete` prints: the dump first, then what was deleted, and whether that is proven. */
export const deletedText = ({ dump, left, problems, rrsets, target, verify, zone }: Deleted, paint: Paint): string => {
  const { checked, differences } = verify;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const gone = errors.length === 0 ? [`${target} has it no more`] : [];
  const silent =
    checked === 0 ? [] : [`${count(checked, 'name server')} ${checked === 1 ? 'does' : 'do'} not serve it`];
  return [
    `${dump}: ${count(rrsets, 'RRset')}`,
    ...left.map(({ name, type, why }) => paint.yellow(visible(`not in it: ${name} ${type} (${why})`))),
    `Deleted ${zone} at ${target}.`,
    ...problemLines(errors, inFull, paint),
    ...differences.map((each) => paint.red(differenceLine(each))),
    `Verified: ${[...gone, ...silent].join(', ') || 'nothing'}${differences.length === 0 ? '' : `; ${count(differences.length, 'difference')}`}.`,
  ]
    .map((line) => `${line}\n`)
    .join('');
};

export const deletedMarkdown = (deleted: Deleted): string => fenced(deletedText(deleted, noPaint));
