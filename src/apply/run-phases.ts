import { HostmasterError, messageOf } from '../model/errors.ts';
import type { AtomicSet, Change } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import { keyOf } from '../model/rrset.ts';
import type { RunContext, StuckName } from '../target.ts';
import type { ApplyWork } from './apply-input.ts';
import { inputOf } from './apply-input.ts';
import { freshLeaseWait, leaseHandle } from './lease.ts';
import type { Phase } from './phases.ts';
import { changeKey, phased, phases, rolesOf, zoneTargetKey } from './phases.ts';
import type { ChangesetRun, SetGroup } from './sets/bundle.ts';
import { failBroken, leaveOut, openSetGroups } from './sets/bundle.ts';
import type { ReplanClaims } from './sets/claims.ts';
import { correctClaims, withholdClaims } from './sets/claims.ts';
import { examineSets, mendReviewed, mendSets } from './sets/roll-back-sets.ts';
import type { CircuitBreaker } from './target-concurrency.ts';
import { byTurns, circuitBreaker, maxFailuresInARow } from './target-concurrency.ts';
import { openRun, stands } from './zone/run.ts';
import { setAside } from './zone/set-aside.ts';
import { begin, writePhase } from './zone/write.ts';

export interface ApplyOptions {
  /** True: a plan that was reviewed, of which a zone goes through whole or not at all. */
  readonly reviewed: boolean;
  readonly store: Store;
  /** The plan's atomic sets. Default is none. */
  readonly sets?: readonly AtomicSet[];
  /** What recovery found stuck: changes at these names wait, and their sets with them. Default is none. */
  readonly stuck?: readonly StuckName[];
  /** Default: claims that have something from a server whose set failed just wait. */
  readonly replanClaims?: ReplanClaims;
}

interface Sending {
  readonly runners: readonly ChangesetRun[];
  readonly bundles: readonly SetGroup[];
  readonly options: ApplyOptions;
  readonly silence: CircuitBreaker;
  readonly context: RunContext;
}

/** Sends all work out, phase by phase over all zones; what becomes of it stands in the runs. */
export const sendAll = async (
  works: readonly ApplyWork[],
  options: ApplyOptions,
  context: RunContext,
  onWritten: (changes: number) => void,
): Promise<readonly ChangesetRun[]> => {
  const roles = rolesOf(options.sets ?? []);
  const changesetRuns = works.map((work) => runnerOf(work, roles, options, context, onWritten));
  const groups = openSetGroups(options.sets ?? [], changesetRuns, context.clock.now());
  const sending = { runners: changesetRuns, bundles: groups, options, silence: circuitBreaker(), context };
  try {
    await enter(sending);
    for (const phase of phases) await play(phase, sending);
    await close(sending);
  } finally {
    await Promise.all(changesetRuns.map(({ lease }) => lease.release()));
  }
  return changesetRuns;
};

const runnerOf = (
  work: ApplyWork,
  roles: ReturnType<typeof rolesOf>,
  { reviewed, store }: ApplyOptions,
  context: RunContext,
  onWritten: (changes: number) => void,
): ChangesetRun => {
  const { changeset, target } = work;
  const lease = leaseHandle(changeset, store, context);
  const byPhase = phased(changeset, roles);
  const apart = (change: { readonly name: string; readonly type: string }) =>
    roles.members.has(changeKey(changeset, change));
  const run = openRun({
    ...inputOf(work, reviewed, context),
    onWritten,
    beforeWrite: lease.check,
    belongsToSet: apart,
  });
  const steps = phases.flatMap((phase, step) => (byPhase.get(phase) ?? []).map((each) => [keyOf(each), step] as const));
  return {
    target,
    run,
    lease,
    phases: byPhase,
    steps: new Map(steps),
    tied: [...byPhase.keys()].some((phase) => phase !== 'main') || changeset.changes.some(apart),
    // What was begun is brought to an end, though somebody wants to stop.
    at: { target, sender: { ...run.sender, signal: undefined }, portions: run.input.portions },
  };
};

/** Takes the leases of all zones that hang together, in one order for everybody, and looks at them before any write. */
const enter = async ({
  runners: changesetRuns,
  bundles: groups,
  options,
  silence: breaker,
  context,
}: Sending): Promise<void> => {
  const tied = changesetRuns.filter((changesetRun) => changesetRun.tied);
  const waiting = freshLeaseWait();
  for (const changesetRun of tied.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)))
    await lease(changesetRun, waiting);
  skipStuck(changesetRuns, options.stuck ?? []);
  await byTurns(
    tied,
    patiently(breaker, ({ run }) => begin(run)),
  );
  leaveOut(groups.filter(({ failure }) => failure !== null));
  failBroken(groups);
  const entries = groups.flatMap((group) => (group.failure === null ? group.entries : []));
  if (entries.length === 0) return;
  try {
    await options.store.journalAll(entries);
  } catch (error) {
    context.onNotice?.(
      `what was to be written for servers was not, as it could not be noted first: ${messageOf(error)}`,
    );
    const open = groups.filter(({ failure, entries: own }) => failure === null && own.length > 0);
    for (const group of open) group.failure = new HostmasterError('CONFIG', messageOf(error), { cause: error });
    leaveOut(open);
    failBroken(groups);
  }
};

const placeOf = ({ run }: ChangesetRun): string => zoneTargetKey(run.input.changeset);

const lease = async ({ run, lease }: ChangesetRun, waiting = freshLeaseWait()): Promise<void> => {
  try {
    await lease.take(waiting);
  } catch (error) {
    run.state.error ??= error;
  }
};

const skipStuck = (changesetRuns: readonly ChangesetRun[], stuck: readonly StuckName[]): void => {
  if (stuck.length === 0) return;
  const reasons = new Map(stuck.map((each) => [`${zoneTargetKey(each)} ${each.name}`, each.reason]));
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
    run.state.elsewhere ??= error;
    setAside(run, new Map(own), 'skipped');
  }
};

/** One phase over all zones; then what failed by it is taken back everywhere. */
const play = async (phase: Phase, sending: Sending): Promise<void> => {
  const { runners: changesetRuns, bundles: groups, options, silence: breaker } = sending;
  if (phase === 'claims' || phase === 'claim_deletes')
    await withholdClaims(groups, changesetRuns, options.replanClaims);
  const due = changesetRuns.filter((changesetRun) => isDue(changesetRun, phase));
  await byTurns(
    due,
    patiently(breaker, (changesetRun) =>
      changesetRun.tied
        ? writePhase(changesetRun.run, changesIn(changesetRun, phase))
        : sendAlone(changesetRun, sending),
    ),
  );
  const failed = failBroken(groups);
  const ended = options.reviewed ? due.filter(({ tied, run }) => tied && run.state.error !== null) : [];
  await examineSets(failed, groups, breaker);
  await correctClaims(failed, groups, options.replanClaims);
  await mendSets(failed, groups, options.store, breaker);
  for (const changesetRun of ended) await mendReviewed(changesetRun, breaker);
};

/** A zone by itself goes in the main phase, also where it is only to be made. */
const isDue = (changesetRun: ChangesetRun, phase: Phase): boolean =>
  changesetRun.tied ? changesIn(changesetRun, phase).length > 0 : phase === 'main';

/** The planned changes, with what goes in the place of claims. */
const changesIn = ({ run, phases: planned }: ChangesetRun, phase: Phase): readonly Change[] => {
  const own = (planned.get(phase) ?? []).map((change) => run.substitutes.get(keyOf(change)) ?? change);
  if (phase !== 'claims' || run.substitutes.size === 0) return own;
  const known = new Set(run.input.changeset.changes.map(keyOf));
  return [...own, ...run.substitutes.values().filter((change) => !known.has(keyOf(change)))];
};

/** A zone that has nothing to do with others holds its lease for its own writes. */
const sendAlone = async (changesetRun: ChangesetRun, { options, silence: breaker }: Sending): Promise<void> => {
  await lease(changesetRun);
  await writePhase(changesetRun.run, changesIn(changesetRun, 'main'));
  if (options.reviewed) await mendReviewed(changesetRun, breaker);
  await changesetRun.lease.release();
};

/** Codes of what a target did not say, be it done or not. */
export const unanswered: ReadonlySet<string> = new Set(['TARGET_UNREACHABLE', 'WRITE_UNKNOWN']);

const isWithoutAnswer = ({ run: { state } }: ChangesetRun): boolean =>
  state.error instanceof HostmasterError && unanswered.has(state.error.code);

/** Leaves the other zones of a target alone that gave no answer for too many in a row. */
const patiently =
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
    record(target, !isWithoutAnswer(changesetRun));
  };

/** What stands whole, or is as before, needs no recovery. */
const close = async ({ bundles: groups, options, context }: Sending): Promise<void> => {
  const ended = groups.filter(({ failure, group, members }) =>
    failure === null
      ? members.every(({ runner: changesetRun, change }) => stands(changesetRun.run, change))
      : group.trouble === null &&
        members.every(({ runner: changesetRun, change }) => !changesetRun.run.sent.has(keyOf(change))),
  );
  const ids = ended.flatMap(({ entries }) => entries.map(({ id }) => id));
  if (ids.length === 0) return;
  await options.store
    .endJournalAll(ids)
    .catch((error) => context.onNotice?.(`the next apply looks at the servers' records again: ${messageOf(error)}`));
};
