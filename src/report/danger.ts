import { grouping, listed } from '../model/phrases.ts';
import { type Change, countWithheld, type Withheld } from '../model/plan.ts';
import { isAddressType, isDelegationType, traitsOf } from '../model/rr-types.ts';

// What in a plan is how dangerous. Every format but JSON shows the most dangerous first, leaves the least dangerous out where
// there is no room, and counts by these.

/** From the most dangerous on. A change is the first of them that it is. */
export const dangers = ['withheld', 'delete', 'apex', 'delegation', 'replace', 'create'] as const;
export type Danger = (typeof dangers)[number];

export const dangerOf = ({ action, name, type }: Change, zone: string): Danger => {
  if (action === 'delete') return 'delete';
  if (name === zone) return 'apex';
  return isDelegationType(type) ? 'delegation' : action;
};

/** How far down a change comes in a report: by its danger, then by what breaks if it is wrong. */
export const rankOf = (change: Change, zone: string): number => {
  const danger = dangerOf(change, zone);
  const ofDelete = change.name === zone ? 0 : isDelegationType(change.type) ? 1 : 2;
  return dangers.indexOf(danger) * 100 + (danger === 'delete' ? ofDelete * 10 : 0) + typeRank(change.type);
};

/** Addresses, what follows to them, who answers, what leads to a server, all else, and text. */
const typeRank = (type: string): number => {
  const { alone, delegation, synthesised, target, text } = traitsOf(type);
  if (isAddressType(type) || synthesised !== undefined) return 0;
  if (alone === true || target === 'tree') return 1;
  if (delegation === true) return 2;
  if (target === 'addresses') return 3;
  return text === true ? 5 : 4;
};

export type Counts = Readonly<Record<Danger, number>>;

export const noCounts: Counts = { withheld: 0, delete: 0, apex: 0, delegation: 0, replace: 0, create: 0 };

export const countDangers = (changes: readonly Change[], withheld: readonly Withheld[], zone: string): Counts => {
  const counts = { ...noCounts, withheld: countWithheld(withheld) };
  for (const change of changes) counts[dangerOf(change, zone)] += 1;
  return counts;
};

export const added = (all: readonly Counts[]): Counts => combined(all, (sum, one) => sum + one);

export const less = (counts: Counts, fewer: Counts): Counts => combined([counts, fewer], (sum, one) => sum - one);

const combined = (all: readonly Counts[], combine: (sum: number, one: number) => number): Counts => {
  const [first = noCounts, ...rest] = all;
  const sums = { ...first };
  for (const one of rest) for (const danger of dangers) sums[danger] = combine(sums[danger], one[danger]);
  return sums;
};

export const isNothing = (counts: Counts): boolean => dangers.every((danger) => counts[danger] === 0);

const words: Readonly<Record<Danger, readonly [one: string, many: string]>> = {
  withheld: ['withheld change', 'withheld changes'],
  delete: ['delete', 'deletes'],
  apex: ['change at the apex', 'changes at the apex'],
  delegation: ['change of a delegation', 'changes of delegations'],
  replace: ['replace', 'replaces'],
  create: ['create', 'creates'],
};

/** `2 deletes, 1 replace and 979 creates`; `of`: with `more` before the first word. */
export const dangersInWords = (counts: Counts, of: '' | 'more ' = ''): string =>
  listed(
    dangers.flatMap((danger) => {
      const number = counts[danger];
      const [one, many] = words[danger];
      return number === 0 ? [] : [`${grouping(number)} ${of}${number === 1 ? one : many}`];
    }),
  );
