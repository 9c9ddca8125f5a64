import { messageOf } from '../model/errors.ts';
import { isRefusing, type Plan } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import { appliedCount, type VerifyReport, type ZoneResult } from '../model/result.ts';
import type { RunContext } from '../target.ts';

/** Records a pass that ended, for people who look back. */
export const recordPass = async (
  { started, plan, results, verify }: EndedPass,
  store: Store,
  context: RunContext,
): Promise<void> => {
  const refused = plan.changesets.some(({ withheld }) => withheld.some(({ guard }) => isRefusing(guard)));
  const outcome = results.some(({ status }) => status !== 'applied')
    ? 'failed'
    : verify.differences.length > 0
      ? 'differs'
      : refused
        ? 'refused'
        : 'done';
  const changes = appliedCount(results);
  const { config_commit: commit, digest, problems } = plan;
  await store
    .recordPass({ started, ended: context.clock.now(), commit, digest, outcome, changes, problems: problems.length })
    .catch((error: unknown) => context.onNotice?.(`could not record this pass in the state: ${messageOf(error)}`));
};

interface EndedPass {
  readonly started: number;
  readonly plan: Plan;
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
}
