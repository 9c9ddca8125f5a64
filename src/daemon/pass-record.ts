import { isRefusing, summarise } from '../model/plan.ts';
import { appliedCount } from '../model/result.ts';
import type { DaemonPass, PassCounts, PassOutcome, PassSummary } from './answers.ts';
import type { PassEnd } from './engine/messages.ts';
import type { WaitingPass } from './loop/loop.ts';
import { errorsInFiles } from './standing.ts';

// A pass as people look back at it.

export const noPassCounts: PassCounts = {
  create: 0,
  replace: 0,
  delete: 0,
  withheld: 0,
  applied: 0,
  problems: 0,
  differences: 0,
};

/** `started` is milliseconds since 1970. */
export const runningPass = ({ by, cause, id }: WaitingPass, started: number, commit: string | null): PassSummary => ({
  ...{ id, cause, by, commit },
  started: new Date(started).toISOString(),
  ended: null,
  outcome: null,
  counts: noPassCounts,
  repeated: 0,
});

export const endedPass = (running: PassSummary, end: PassEnd, now: number): DaemonPass => {
  const ended = new Date(now).toISOString();
  if (end.status !== 'ended') {
    const outcome: PassOutcome = end.status === 'failed' ? 'failed' : 'stopped';
    return { ...running, ended, outcome, plan: null, results: [], verify: null };
  }
  const { plan, problems, results, verify } = end;
  const counts: PassCounts = {
    ...summarise(plan.changesets),
    applied: appliedCount(results),
    problems: problems.length,
    differences: verify.differences.length,
  };
  return { ...running, ended, commit: plan.config_commit, outcome: outcomeOf(end), counts, plan, results, verify };
};

const outcomeOf = (end: Extract<PassEnd, { status: 'ended' }>): PassOutcome => {
  const { plan, results, verify } = end;
  const isDown = plan.targets.some(({ status }) => status !== 'ok');
  const isWritten = results.every(({ status }) => status === 'applied');
  if (isDown || !isWritten || errorsInFiles(end).length > 0) return 'failed';
  if (verify.differences.length > 0) return 'differs';
  return plan.changesets.some(({ withheld }) => withheld.some(({ guard }) => isRefusing(guard))) ? 'refused' : 'done';
};

/** Did the two end the same way, with nothing to do but what was withheld before? Then the older one only counts. */
export const repeats = (before: PassSummary, pass: PassSummary): boolean =>
  changesNothing(before.counts) &&
  changesNothing(pass.counts) &&
  before.counts.withheld === pass.counts.withheld &&
  before.outcome === pass.outcome &&
  before.commit === pass.commit &&
  before.by === null &&
  pass.by === null;

const changesNothing = ({ applied, create, delete: deletes, replace }: PassCounts): boolean =>
  applied + create + deletes + replace === 0;

/** Nothing was to be done in it, and nothing was. */
export const isIdle = (counts: PassCounts): boolean => changesNothing(counts) && counts.withheld === 0;

/** So many are compared one by one: a plan may withhold a million, and HTTP waits for this. */
const mostCompared = 1_000;

/** One text for all that a pass withholds, as far as it is compared. */
export const withheldText = ({ plan }: Pick<DaemonPass, 'plan'>): string => {
  const all = (plan?.changesets ?? []).flatMap(({ target, withheld, zone }) =>
    withheld.slice(0, mostCompared).map(({ action, guard, name, type }) => [zone, target, action, name, type, guard]),
  );
  return JSON.stringify(all.slice(0, mostCompared));
};

export const summaryOf = ({ plan: _, results: __, verify: ___, ...summary }: DaemonPass): PassSummary => summary;
