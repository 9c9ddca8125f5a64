import type { Changeset } from '../model/plan.ts';
import type { CreateSettings } from '../model/zone.ts';
import { zoneIdOf } from '../model/zone-target.ts';
import type { OpenTarget, RunContext } from '../target.ts';
import { writesOf } from './split-writes.ts';
import type { ApplyZoneInput } from './zone/run.ts';

/** One changeset to apply, its target, and how its zone is made where it is missing. */
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
  splitIntoWrites: writesOf(target.provider, zoneIdOf(changeset)),
  create,
  reviewed,
  sleep: context.sleep,
  stopping: context.signal,
  cut: context.cut,
  onWrite: context.onWrite,
});
