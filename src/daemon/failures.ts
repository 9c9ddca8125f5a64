import { zoneTargetLabel } from '../model/zone-target.ts';
import type { PassEnd } from './engine/messages.ts';
import { afterPass, type BackOff, type Failure } from './loop/back-off.ts';
import { codeOfProblem } from './standing.ts';

/** The key of a pass that could not be done at all. */
export const wholePass = 'pass';

/** What is tried again after a pass, and when: of what the pass was not over, nothing new is known. */
export const backOffAfter = (before: BackOff, end: PassEnd, now: number, chance: () => number): BackOff => {
  const after = afterPass(before, failuresIn(end), now, chance);
  if (end.status !== 'ended' || end.scope === 'all') return after;
  return new Map([...before, ...after]);
};

/** What failed in a pass, by what it is about, each with its error's code. */
const failuresIn = (end: PassEnd): readonly Failure[] => {
  if (end.status === 'failed') return [{ key: wholePass, code: end.code }];
  if (end.status !== 'ended') return [];
  const { plan, problems, results, verify } = end;
  const down = new Set(plan.targets.flatMap(({ name, status }) => (status === 'ok' ? [] : [name])));
  return [
    ...plan.targets.flatMap(({ code, name, status }) =>
      status === 'ok' || code === null ? [] : [{ key: `target ${name}`, code }],
    ),
    ...problems.flatMap((problem) => {
      const { severity, target, zone } = problem;
      return target === undefined || severity !== 'error' || down.has(target)
        ? []
        : [{ key: `zone ${zone ?? ''} at ${target}`, code: codeOfProblem(problem) }];
    }),
    ...results.flatMap((result) =>
      result.status === 'applied' || result.code === null || down.has(result.target)
        ? []
        : [{ key: `zone ${zoneTargetLabel(result)}`, code: result.code }],
    ),
    // A name server that answers otherwise is asked again as one that is not reached: it may only lag.
    ...[...new Set(verify.differences.map(({ zone }) => zone))].map((zone) => ({
      key: `answers of ${zone}`,
      code: 'TARGET_UNREACHABLE',
    })),
  ];
};
