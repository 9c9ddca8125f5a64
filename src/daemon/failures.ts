import { zoneTargetLabel } from '../model/zone-target.ts';
import type { PassEnd } from './engine/messages.ts';
import type { Failure } from './loop/back-off.ts';
import { codeOfProblem } from './standing.ts';

/** What failed in a pass, by what it is about, each with its error's code. */
export const failuresIn = (end: PassEnd): readonly Failure[] => {
  if (end.status === 'failed') return [{ key: 'pass', code: end.code }];
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
