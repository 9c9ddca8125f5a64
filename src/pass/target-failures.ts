import { HostmasterError } from '../model/errors.ts';
import type { Problem } from '../model/problem.ts';
import type { DesiredZone } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { OpenTarget } from '../target.ts';
import { problemOfError } from './targets.ts';

export interface TargetFailures {
  readonly isDown: () => boolean;
  readonly skip: (zone: DesiredZone) => void;
  readonly success: () => void;
  /** Throws what is no HostmasterError. */
  readonly failure: (error: unknown, zone: DesiredZone) => Promise<void>;
  readonly summary: () => { readonly down: Error | null; readonly problems: readonly Problem[] };
}

/** Collects the failures while a target's zones are read, and decides when one is the target's and not a zone's alone. */
export const failuresOf = (target: OpenTarget, signal: AbortSignal | undefined): TargetFailures => {
  const { name } = target.definition;
  const problems: Problem[] = [];
  const unread: string[] = [];
  const unreadable: Problem[] = [];
  let down: Error | null = null;
  let unreadableInARow = 0;
  return {
    isDown: () => down !== null,
    skip: ({ id }) => void unread.push(id.name),
    success: () => {
      unreadableInARow = 0;
    },
    failure: async (error, { id }) => {
      if (!(error instanceof HostmasterError)) throw error;
      if (error.code === 'ZONE_UNREADABLE') {
        unread.push(id.name);
        unreadable.push(unreadProblem(error, name, [id.name], zoneLabel(id)));
        unreadableInARow += 1;
        if (unreadableInARow % maxUnreadableInARow === 0) down = (await whyDown(target, signal)) ?? down;
        return;
      }
      unreadableInARow = 0;
      if (!isOfTarget(error)) return void problems.push(problemOfError(error, name, zoneLabel(id)));
      unread.push(id.name);
      down = error;
    },
    summary: () => ({
      down,
      problems: [...problems, ...(down === null ? unreadable : [unreadProblem(down, name, unread)])],
    }),
  };
};

/** After so many zones in a row that cannot be read, the target is asked for its list of zones. */
const maxUnreadableInARow = 3;

const isOfTarget = ({ code }: HostmasterError): boolean => code === 'TARGET_UNREACHABLE' || code === 'TARGET_REFUSED';

/** Null: the target still lists its zones, so that only the zones that it does not show have failed. */
const whyDown = ({ provider }: OpenTarget, signal: AbortSignal | undefined): Promise<HostmasterError | null> =>
  provider.listZones(signal).then(
    () => null,
    (error: unknown) => {
      if (error instanceof HostmasterError) return error;
      throw error;
    },
  );

const unreadProblem = (error: Error, target: string, unread: readonly string[], zone?: string): Problem => {
  const zones = unread.length === 1 ? `${unread[0]} was` : `${unread.length} zones were`;
  const problem = problemOfError(error, target, zone);
  return { ...problem, message: `${problem.message}; ${zones} not read, and nothing of that is planned` };
};
