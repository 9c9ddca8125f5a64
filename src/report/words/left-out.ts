import { count } from '../../model/phrases.ts';
import { added, dangersInWords, isNothing, noCounts } from '../danger.ts';
import type { Shared, ShownZone } from '../share.ts';

const all = '(--format json has them all)';

/** What a report leaves out in all, for its top and its bottom; null: nothing. */
export const leftOutInWords = ({ leftOut, others }: Shared): string | null => {
  const words = dangersInWords(leftOut);
  if (words === '') return others.length === 0 ? null : `Not all is shown here: ${count(others.length, 'zone')} ${all}`;
  return `Not all is shown here: without ${words} ${all}`;
};

/** What a zone leaves out; null: nothing. */
export const leftOutOfZone = ({ leftOut }: ShownZone): string | null =>
  isNothing(leftOut) ? null : `… and ${dangersInWords(leftOut, 'more ')} ${all}`;

/** The zones of which nothing is shown; null: there are none. */
export const otherZonesInWords = ({ others }: Shared): string | null => {
  if (others.length === 0) return null;
  const words = dangersInWords(added([noCounts, ...others.map(({ counts }) => counts)]));
  return `… and ${count(others.length, 'more zone')}: ${words === '' ? 'new' : words} ${all}`;
};
