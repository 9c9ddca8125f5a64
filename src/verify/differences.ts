import { compareText } from '../model/compare.ts';
import type { Difference } from '../model/result.ts';
import { zoneLabel } from '../model/zone.ts';
import { type Pair, unaskedOf } from './pair.ts';

/** A line for each RRset that is not proven; but one for all where the name server stopped answering. */
export const differencesOf = (pair: Pair): readonly Difference[] => {
  const found = [...pair.found.values()];
  const unasked = unaskedOf(pair);
  if (pair.trouble !== null) return [unanswered(pair, pair.trouble, unasked)];
  if (unasked === 0) return found;
  const silent = found.filter((difference) => difference.kind === 'no_answer');
  const reason = typeof silent[0]?.answered === 'string' ? silent[0].answered : tooSilent;
  const heard = found.filter((difference) => difference.kind !== 'no_answer');
  return [...heard, unanswered(pair, { kind: 'no_answer', reason }, unasked + silent.length)];
};

/** Why a name server that was silent too often was left alone. */
export const tooSilent = 'no answer so often that it was not asked any more';

const unanswered = (pair: Pair, trouble: NonNullable<Pair['trouble']>, count: number): Difference => ({
  zone: zoneLabel(pair.work.zone),
  nameserver: pair.nameserver.label,
  name: pair.work.zone.name,
  type: 'SOA',
  kind: trouble.kind,
  expected: null,
  answered: count === 0 ? trouble.reason : `${trouble.reason}; ${count} ${count === 1 ? 'RRset' : 'RRsets'} not asked`,
});

export const byZone = (a: Difference, b: Difference): number =>
  compareText(a.zone, b.zone) ||
  compareText(a.nameserver, b.nameserver) ||
  compareText(a.name, b.name) ||
  compareText(a.type, b.type);
