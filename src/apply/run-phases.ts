import { HostmasterError, messageOf } from '../model/errors.ts';
import type { AtomicSet } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import { keyOf } from '../model/rrset.ts';
import { zoneTargetKey } from '../model/zone-target.ts';
import type { WriterWait } from '../run.ts';
import type { RunContext, UnwritableName } from '../target.ts';
import type { ApplyWork } from './apply-input.ts';
import {
  type ChangesetRun,
  changesIn,
  inLeaseOrder,
  isDueIn,
  openChangesetRun,
  takeLease,
  zoneTargetOf,
} from './changeset-run.ts';
import { type CircuitBreaker, circuitBreaker, maxFailuresInARow } from './circuit-breaker.ts';
import { newWriterWait } from './lease.ts';
import { type Phase, phases, rolesOf } from './phases.ts';
import { claimsTogether, correctClaims, type ReplanClaims, withholdClaims } from './sets/claims.ts';
import { checkRollBackOfSets, rollBackReviewed, rollBackSets } from './sets/roll-back-sets.ts';
import { failBrokenGroups, groupSets, isDone, isUnderWay, type SetGroup, skipUnsent } from './sets/set-group.ts';
import { interruptedAt } from './stopping.ts';
import { runPerServer } from './target-concurrency.ts';
import { endingRun, endRun } from './zone/run.ts';
import { setAside } from './zone/set-aside.ts';
import { finish, openZone, writePhase } from './zone/write.ts';

export interface ApplyAllOptions {
  /** True: a plan that was reviewed, of which a zone is written whole or not at all. */
  readonly reviewed: boolean;
  readonly store: Store;
  /** The plan's atomic sets. Default is none. */
  readonly sets?: readonly AtomicSet[];
  /** What recovery found stuck: changes at these names are skipped, and their sets with them. Default is none. */
  readonly unwritable?: readonly UnwritableName[];
  /** Default: claims that take a value from a server whose set failed are skipped. */
  readonly replanClaims?: ReplanClaims;
  /** What is left of the wait for other Hostmasters. Default is all of it. */
  readonly wait?: WriterWait;
}

/** One apply: all its changesets and sets, and what they share. */
interface ApplyRun {
  readonly changesetRuns: readonly ChangesetRun[];
  readonly groups: readonly SetGroup[];
  readonly options: ApplyAllOptions;
  readonly breaker: CircuitBreaker;
  readonly wait: WriterWait;
  readonly context: RunContext;
}

/** Writes all work, phase by phase over all zones; the outcome stands in the runs. */
export const runPhases = async (
  works: readonly ApplyWork[],
  options: ApplyAllOptions,
  context: RunContext,
  onWritten: (changes: number) => void,
): Promise<readonly ChangesetRun[]> => {
  const sets = options.sets ?? [];
  const roles = rolesOf(sets);
  const runOptions = { ...options, onWritten };
  const changesetRuns = works.map((work) => openChangesetRun(work, roles, runOptions, context));
  const groups = groupSets(sets, changesetRuns, context.clock.now());
  const { wait = newWriterWait() } = options;
  const apply = { changesetRuns, groups, options, breaker: circuitBreaker(), wait, context };
  try {
    await prepareSets(apply);
    for (const phase of phases) await runPhase(phase, apply);
    await finishRest(apply);
    await endJournal(apply);
  } finally {
    await Promise.all(changesetRuns.map(({ lease }) => lease.release()));
  }
  return changesetRuns;
};

/** Before any write: the leases of all zones that have to do with each other, their first read, and the journal. */
const prepareSets = async (apply: ApplyRun): Promise<void> => {
  const { changesetRuns, groups, options, breaker, wait } = apply;
  const connected = changesetRuns.filter(({ isLinked }) => isLinked);
  const together = { ...wait };
  for (const changesetRun of inLeaseOrder(connected, zoneTargetOf)) await takeLease(changesetRun, together);
  skipUnwritable(changesetRuns, options.unwritable ?? []);
  await runPerServer(
    connected,
    withBreaker(breaker, ({ run }) => openZone(run)),
  );
  skipUnsent(groups.filter(({ failure }) => failure !== null));
  failBrokenGroups(groups);
  await journal(apply);
};

/** Nothing of a set is written before its intent is durable: what cannot be journalled fails. */
const journal = async ({ groups, options }: ApplyRun): Promise<void> => {
  const open = groups.filter(({ failure, entries }) => failure === null && entries.length > 0);
  if (open.length === 0) return;
  try {
    await options.store.journalAll(open.flatMap(({ entries }) => entries));
  } catch (error) {
    const why = `the atomic sets could not be journalled, so nothing was written for them: ${messageOf(error)}`;
    const code = error instanceof HostmasterError ? error.code : 'CONFIG';
    for (const group of open) group.failure = new HostmasterError(code, why, { cause: error });
    skipUnsent(open);
    failBrokenGroups(groups);
  }
};

const skipUnwritable = (changesetRuns: readonly ChangesetRun[], unwritable: readonly UnwritableName[]): void => {
  if (unwritable.length === 0) return;
  const reasons = new Map(unwritable.map((each) => [`${zoneTargetKey(each)} ${each.name}`, each.reason]));
  for (const { run } of changesetRuns) {
    const { changeset } = run.input;
    const own = changeset.changes.flatMap((change) => {
      const reason = reasons.get(`${zoneTargetKey(changeset)} ${change.name}`);
      return reason === undefined ? [] : [[keyOf(change), reason] as const];
    });
    if (own.length === 0) continue;
    const error = new HostmasterError('LOST_RACE', own[0]?.[1] ?? '');
    if (run.input.reviewed) {
      run.state.error ??= error;
      continue;
    }
    run.state.setFailure ??= error;
    setAside(run, new Map(own), 'skipped');
  }
};

/** One phase over all zones; then whatever failed by it is rolled back everywhere. */
const runPhase = async (phase: Phase, apply: ApplyRun): Promise<void> => {
  const { changesetRuns, groups, options, breaker } = apply;
  if (phase === 'claims' || phase === 'claim_deletes')
    await withholdClaims(groups, changesetRuns, options.replanClaims);
  const due = changesetRuns.filter((changesetRun) => isDueIn(changesetRun, phase));
  const isEnding = endsSetsUnderWay(phase, groups);
  await runPerServer(
    due,
    withBreaker(breaker, (changesetRun) =>
      changesetRun.isLinked
        ? writePhase(isEnding ? endingRun(changesetRun.run) : changesetRun.run, changesIn(changesetRun, phase), {
            together: phase === 'main' ? claimsTogether(changesetRun, groups) : [],
            isMoreToCome: laterThan(phase).some((later) => isDueIn(changesetRun, later)),
          })
        : writeAlone(changesetRun, apply),
    ),
  );
  const failed = failBrokenGroups(groups);
  const ended = due.filter(({ isLinked, run }) => isLinked && run.state.error !== null);
  await checkRollBackOfSets(failed, groups, breaker);
  await correctClaims(failed, groups, options.replanClaims);
  await rollBackSets(failed, groups, options.store, breaker);
  if (options.reviewed) for (const changesetRun of ended) await rollBackReviewed(changesetRun, breaker);
};

const laterThan = (phase: Phase): readonly Phase[] => phases.slice(phases.indexOf(phase) + 1);

/** What was written to zones of which nothing more was written, because they or their sets failed. */
const finishRest = ({ changesetRuns }: ApplyRun): Promise<void> =>
  runPerServer(
    changesetRuns.filter(({ run }) => run.state.pendingFinish.length > 0),
    ({ run }) => finish(run),
  );

/**
 * Are there sets of which all new values are written? These are ended though somebody wants to stop, as recovery would end
 * them; all others are rolled back.
 */
const endsSetsUnderWay = (phase: Phase, groups: readonly SetGroup[]): boolean =>
  phase !== 'ptr' && phase !== 'main' && groups.some(isUnderWay);

/** A zone that has nothing to do with others has its lease for its own writes only. */
const writeAlone = async (changesetRun: ChangesetRun, { options, breaker, wait, context }: ApplyRun): Promise<void> => {
  if (context.signal?.aborted === true) endRun(changesetRun.run, interruptedAt(zoneTargetOf(changesetRun)));
  else await takeLease(changesetRun, { ...wait });
  await writePhase(changesetRun.run, changesIn(changesetRun, 'main'));
  if (options.reviewed) await rollBackReviewed(changesetRun, breaker);
  await changesetRun.lease.release();
};

/** Codes of errors of a target that gave no answer, whether or not it did what it was asked. */
export const noAnswerCodes: ReadonlySet<string> = new Set(['TARGET_UNREACHABLE', 'WRITE_UNKNOWN']);

const isAnswered = ({ run: { state } }: ChangesetRun): boolean =>
  !(state.error instanceof HostmasterError && noAnswerCodes.has(state.error.code));

/** Runs a job unless the breaker is open for the run's target, and records whether the target answered. */
const withBreaker =
  ({ isOpen, record }: CircuitBreaker, job: (changesetRun: ChangesetRun) => Promise<void>) =>
  async (changesetRun: ChangesetRun): Promise<void> => {
    const { run, target } = changesetRun;
    if (run.state.error !== null) return;
    if (isOpen(target)) {
      const { name } = target.definition;
      run.state.notTried = run.sent.size === 0;
      run.state.error = new HostmasterError(
        'TARGET_UNREACHABLE',
        `not tried: ${name} gave no answer for ${maxFailuresInARow} zones in a row`,
      );
      return;
    }
    await job(changesetRun);
    record(target, isAnswered(changesetRun));
  };

/** Sets that are applied whole, or as before, need no recovery. */
const endJournal = async ({ groups, options, context }: ApplyRun): Promise<void> => {
  const ids = groups.filter(isDone).flatMap(({ entries }) => entries.map(({ id }) => id));
  if (ids.length === 0) return;
  await options.store
    .endJournalAll(ids)
    .catch((error) =>
      context.onNotice?.(
        `could not close the journal (${messageOf(error)}); the next apply checks these servers' records again`,
      ),
    );
};
