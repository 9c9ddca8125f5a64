import { compareText } from '../model/compare.ts';
import type { Difference } from '../model/result.ts';
import { soaAt } from '../model/rr-types.ts';
import { zoneLabel } from '../model/zone.ts';
import { notAsked } from './circuit-breaker.ts';
import { countUnasked, type ZoneCheck } from './zone-check.ts';

/** A line for each RRset that is not proven; but one for all where the name server stopped answering. */
export const differencesOf = (check: ZoneCheck): readonly Difference[] => {
  const found = [...check.differences.values()];
  const unasked = countUnasked(check);
  if (check.failure !== null) return [unanswered(check, check.failure, unasked)];
  if (unasked === 0) return found;
  const silent = found.filter((difference) => difference.kind === 'no_answer');
  const reason = typeof silent[0]?.answered === 'string' ? silent[0].answered : notAsked.reason;
  const heard = found.filter((difference) => difference.kind !== 'no_answer');
  return [...heard, unanswered(check, { kind: 'no_answer', reason }, unasked + silent.length)];
};

const unanswered = (check: ZoneCheck, failure: NonNullable<ZoneCheck['failure']>, count: number): Difference => ({
  zone: zoneLabel(check.task.zone),
  nameserver: check.nameserver.label,
  ...soaAt(check.task.zone.name),
  kind: failure.kind,
  expected: null,
  answered: count === 0 ? failure.reason : `${failure.reason}; ${count} ${count === 1 ? 'RRset' : 'RRsets'} not asked`,
  serial: null,
});

/** The order of differences in a report. */
export const byZone = (a: Difference, b: Difference): number =>
  compareText(a.zone, b.zone) ||
  compareText(a.nameserver, b.nameserver) ||
  compareText(a.name, b.name) ||
  compareText(a.type, b.type);
