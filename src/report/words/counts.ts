import { count } from '../../model/phrases.ts';
import { type Changeset, summarise } from '../../model/plan.ts';

/** Counts such as `3 creates` and `1 delete`; what there is none of is left out. */
export const countsInWords = (numbers: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(numbers).flatMap(([word, number]) => (number > 0 ? [count(number, word)] : []));

/** What changes in several zones, and what is withheld there. */
export const countsOfZones = (zones: readonly Pick<Changeset, 'changes' | 'withheld'>[]): readonly string[] => {
  const { create, replace, delete: deletes, withheld } = summarise(zones);
  return countsInWords({ create, replace, delete: deletes, 'withheld change': withheld });
};
