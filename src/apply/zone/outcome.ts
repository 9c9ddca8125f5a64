import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { ChangeResult, ZoneResult } from '../../model/result.ts';
import { keyOf } from '../../model/rrset.ts';
import { zoneTargetLabel } from '../../model/zone-target.ts';
import type { RefusedChange } from '../../provider.ts';
import type { ChangeOutcomes, ZoneRun } from './run.ts';
import { isApplied } from './run.ts';
import { listOf } from './send.ts';

/** What became of a run's zone, over all its phases. */
export const zoneResultOf = (run: ZoneRun): ZoneResult => {
  const { input, outcome, state } = run;
  const { zone, view, target } = input.changeset;
  const changes = changesOf(run);
  const failures = [state.error ?? state.finishFailure ?? refusalOf(run) ?? stalenessOf(run), state.rollBackFailure];
  const own = failures.find((each) => each !== null) ?? null;
  const error =
    own ?? (changes.every((change) => isApplied(run, change)) ? null : (state.setFailure ?? notReached(run)));
  return {
    zone,
    view,
    target,
    status: error === null ? 'applied' : statusOf(run, own !== null),
    error: error === null ? null : own === null ? messageOf(error) : joinedMessages(failures),
    code: error instanceof HostmasterError ? error.code : error === null ? null : 'INTERNAL',
    changes: changes.map(({ action, name, type }) => ({
      action,
      name,
      type,
      ...(outcome.get(`${name} ${type}`) ?? {
        status: 'skipped',
        message: state.notTried ? 'not tried' : 'not reached',
      }),
    })),
    // What was written in place of the plan is not what is desired.
    fingerprint: state.error === null && state.onlyOurWrites && run.substitutes.size === 0 ? state.fingerprint : null,
    ...(run.substitutes.size === 0 ? {} : { substituted: [...run.substitutes.values()] }),
  };
};

const joinedMessages = (failures: readonly unknown[]): string =>
  failures.flatMap((each) => (each === null ? [] : [messageOf(each)])).join('; ');

/** The planned changes, with those that went out in their place. */
const changesOf = ({ input, substitutes }: ZoneRun): readonly Change[] => {
  const planned = input.changeset.changes.map((change) => substitutes.get(keyOf(change)) ?? change);
  const known = new Set(planned.map(keyOf));
  return [...planned, ...substitutes.values().filter((change) => !known.has(keyOf(change)))];
};

const statusOf = (run: ZoneRun, failedItself: boolean): ZoneResult['status'] => {
  const { state, undone } = run;
  const anyApplied = changesOf(run).some((change) => isApplied(run, change));
  if (undone.size > 0 && !(failedItself && anyApplied)) return 'rolled_back';
  return state.notTried || !(failedItself || anyApplied) ? 'skipped' : 'failed';
};

export const countWithStatus = (outcome: ChangeOutcomes, status: ChangeResult['status']): number =>
  outcome.values().reduce((count, each) => count + Number(each.status === status), 0);

/** The zone's error where its target refused changes. */
export const refusedError = (refused: readonly RefusedChange[], target: string): HostmasterError =>
  new HostmasterError('WRITE_REFUSED', `${target} refused ${wordsOf(refused)}; what exists there stays`);

const mostQuoted = 5;

/** Each RRset with the server's own reason, as long as there are few. */
const wordsOf = (refused: readonly RefusedChange[]): string => {
  if (refused.length > mostQuoted) return `${listOf(refused)}: ${refused[0]?.message}`;
  return refused.map(({ name, type, message }) => `${name} ${type} (${message})`).join(', ');
};

const refusalOf = (run: ZoneRun): HostmasterError | null => {
  const refused = changesOf(run).flatMap((change) => {
    const result = run.outcome.get(keyOf(change));
    return result?.status === 'refused'
      ? [{ name: change.name, type: change.type, message: result.message ?? '' }]
      : [];
  });
  return refused.length === 0 ? null : refusedError(refused, run.sender.target);
};

const stalenessOf = (run: ZoneRun): HostmasterError | null => {
  const stale = changesOf(run).filter((change) => run.outcome.get(keyOf(change))?.status === 'stale');
  if (stale.length === 0) return null;
  const message = `${zoneTargetLabel(run.input.changeset)} has changed since the plan: ${listOf(stale)}; what depends on it was not written: plan again`;
  return new HostmasterError('STALE_PLAN', message);
};

const notReached = ({ input }: ZoneRun): HostmasterError =>
  new HostmasterError('INTERRUPTED', `${zoneTargetLabel(input.changeset)}: not all of it was reached`);
