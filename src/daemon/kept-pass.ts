import type { KeptPass } from '../model/daemon-store.ts';
import { type PassCounts, type PassSummary, passOutcomes } from './answers.ts';
import { causes } from './cause.ts';
import { noPassCounts } from './pass-record.ts';

/** A pass as the state has it, in the daemon's words: what a later version has more is left out. */
export const passOfState = ({ cause, counts, outcome, ...rest }: KeptPass): PassSummary => ({
  ...rest,
  cause: causes.find((each) => each === cause) ?? 'manual',
  outcome: passOutcomes.find((each) => each === outcome) ?? null,
  counts: countsOf(counts),
});

const countsOf = (counts: KeptPass['counts']): PassCounts => ({
  create: counts.create ?? noPassCounts.create,
  replace: counts.replace ?? noPassCounts.replace,
  delete: counts.delete ?? noPassCounts.delete,
  withheld: counts.withheld ?? noPassCounts.withheld,
  applied: counts.applied ?? noPassCounts.applied,
  problems: counts.problems ?? noPassCounts.problems,
  differences: counts.differences ?? noPassCounts.differences,
});

export const stateOfPass = ({ counts, ...rest }: PassSummary): KeptPass => ({ ...rest, counts: { ...counts } });
