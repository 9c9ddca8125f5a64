import type { Server } from '../../model/server.ts';
import {
  affectedPass,
  applyAffected,
  changesTo,
  type LastPass,
  type NeedsFullPass,
  type PlanPass,
} from '../../pass.ts';
import type { RunContext } from '../../target.ts';
import type { EndedPass } from './messages.ts';
import type { PassInput } from './pass-input.ts';

// A pass of the servers that hooks named, against what the last pass left in memory.

export interface FastPass {
  readonly status: 'applied';
  readonly end: EndedPass;
  readonly interrupted: boolean;
  /** null: the next pass has to be one over everything. */
  readonly last: LastPass | null;
}

export interface FastPassOptions {
  /** What the last pass over everything has open. */
  readonly open: Pick<PlanPass, 'store' | 'targets'>;
  readonly context: RunContext;
  readonly onWrites: () => void;
}

/** `needs_full_pass`: nothing was written, and a pass over everything has to do it. */
export const fastPass = async (
  last: LastPass,
  hooked: readonly Server[],
  { suspended }: Pick<PassInput, 'suspended'>,
  { context, onWrites, open }: FastPassOptions,
): Promise<FastPass | NeedsFullPass> => {
  const changes = changesTo(last, hooked, context.clock.now());
  if ('status' in changes) return changes;
  const planned = await affectedPass(last, changes, open, context, { suspended, heedsDrift: true });
  if (planned.status !== 'planned') return planned;
  onWrites();
  const { interrupted, last: next, problems, results, verify } = await applyAffected(last, planned, open, context);
  const { plan, started, work } = planned;
  const end: EndedPass = {
    ...{ status: 'ended', scope: 'names', started, ended: context.clock.now(), plan, results, verify },
    zoneTargets: work.map(({ changeset: { target, view, zone } }) => ({ zone, view, target })),
    problems: [...plan.problems, ...problems],
    takenAt: {},
    filesRead: [],
    inventoryInterval: null,
  };
  return { status: 'applied', end, interrupted, last: next };
};
