import type { Changeset } from '../model/plan.ts';
import type { CreateSettings } from '../model/zone.ts';
import type { OpenTarget, RunContext } from '../target.ts';
import { portionsOf } from './split-writes.ts';
import type { ApplyZoneInput } from './zone/run.ts';

/** One changeset and what it needs to go out. */
export interface ApplyWork {
  readonly target: OpenTarget;
  readonly changeset: Changeset;
  readonly create: CreateSettings | null;
}

export const inputOf = (
  { target, changeset, create }: ApplyWork,
  reviewed: boolean,
  context: RunContext,
): ApplyZoneInput => ({
  provider: target.provider,
  changeset,
  portions: portionsOf(target.provider, { name: changeset.zone, view: changeset.view }),
  create,
  reviewed,
  sleep: context.sleep,
  ...(context.signal === undefined ? {} : { signal: context.signal }),
});
