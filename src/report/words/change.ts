import { count } from '../../model/phrases.ts';
import type { Change } from '../../model/plan.ts';
import {
  type ChangeView,
  checkChangeInWords,
  compactView,
  longestName,
  ttlInWords,
  viewOfChange,
} from '../change-view.ts';
import { shortened, textOf } from '../values/parts.ts';
import type { ValueChanges, ValueLine } from '../values/value-changes.ts';

/** More than so many characters of values stand one under the other: where some go and some come, and else. */
const longestLine = 72;
const longestList = 200;
const mostInLine = 3;

/** A change in one line: `replace www.example.com. A 300: - 192.0.2.1 + 192.0.2.2, 1 stays`. */
export const changeInWords = (change: Change): string => {
  const view = viewOfChange(change, '.');
  const head = [
    change.action,
    shortened(change.name, longestName),
    view.type,
    ttlInWords(view),
    checkChangeInWords(view),
  ];
  const values = valuesInWords(view);
  const shown = values.length > longestValues ? valuesInWords(compactView(view)) : values;
  return `${head.filter((word) => word !== null).join(' ')}: ${shown}`;
};

/** Of a change in one line. */
const longestValues = 400;

/** May all values of a change stand in its line? */
export const fitsIntoLine = ({ action, values }: ChangeView): boolean => {
  const length = values.lines.reduce((sum, { parts }) => sum + textOf(parts).length, 0);
  if (action !== 'replace') return length <= longestList;
  return values.lines.length <= mostInLine && values.moreGone + values.moreCome === 0 && length <= longestLine;
};

/** All values of a change in one line; without signs where all of them come, or all go. */
export const valuesInWords = ({ action, note, values }: ChangeView): string => {
  if (action !== 'replace')
    return [...values.lines.map(({ parts }) => textOf(parts)), ...moreInWords(values)].join(', ');
  const changed = values.lines.map((line) => `${line.sign} ${textOf(line.parts)}`).join(' ');
  const rest = restInWords({ note, values });
  return [changed, rest].filter((words) => words !== '').join(changed === '' || rest.startsWith('(') ? ' ' : ', ');
};

/** What goes and comes beyond what is shown, what stays, and what none of it shows. */
export const restInWords = ({ note, values }: Pick<ChangeView, 'note' | 'values'>): string => {
  const words = [...moreInWords(values), ...(values.stay === 0 ? [] : [unchangedInWords(values)])].join(', ');
  return [words, note === null ? '' : `(${note})`].filter((part) => part !== '').join(' ');
};

/** Of what goes and of what comes, those that are not shown one by one. */
export const moreInWords = ({ lines, moreCome, moreGone }: ValueChanges): readonly string[] => [
  ...(moreGone === 0 ? [] : [`… and ${count(moreGone, 'more', 'more')}${hasBoth(lines) ? ' go' : ''}`]),
  ...(moreCome === 0 ? [] : [`… and ${count(moreCome, 'more', 'more')}${hasBoth(lines) ? ' come' : ''}`]),
];

const hasBoth = (lines: readonly ValueLine[]): boolean => new Set(lines.map(({ sign }) => sign)).size > 1;

export const unchangedInWords = ({ stay }: Pick<ValueChanges, 'stay'>): string => count(stay, 'stays', 'stay');
