import type { KeptPass } from '../model/daemon-store.ts';
import { type PassCounts, type PassSummary, passOutcomes } from './answers.ts';
import { causes } from './cause.ts';
import { noCounts } from './pass-record.ts';

/** A pass as the state has it, in the daemon's words: what a later version has more is left out. */
export const passOfState = ({ cause, counts, outcome, ...rest }: KeptPass): PassSummary => ({
  ...rest,
  cause: causes.find((each) => each === cause) ?? 'manual',
  outcome: passOutcomes.find((each) => each === outcome) ?? null,
  counts: countsOf(counts),
});

const countsOf = (counts: KeptPass['counts']): PassCounts => ({
  create: counts.create ?? noCounts.create,
  replace: counts.replace ?? noCounts.replace,
  delete: counts.delete ?? noCounts.delete,
  withheld: counts.withheld ?? noCounts.withheld,
  applied: counts.applied ?? noCounts.applied,
  problems: counts.problems ?? noCounts.problems,
  differences: counts.differences ?? noCounts.differences,
});

export const stateOfPass = ({ counts, ...rest }: PassSummary): KeptPass => ({ ...rest, counts: { ...counts } });
