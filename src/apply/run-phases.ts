import { HostmasterError, messageOf } from '../model/errors.ts';
import type { AtomicSet, Change } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import { keyOf } from '../model/rrset.ts';
import type { Rim, StuckName } from '../target.ts';
import type { ApplyWork } from './apply-input.ts';
import { inputOf } from './apply-input.ts';
import { freshPatience, holdOf } from './lease.ts';
import type { Phase } from './phases.ts';
import { phased, phases, placeKey, refKey, rolesOf } from './phases.ts';
import type { Bundle, Runner } from './sets/bundle.ts';
import { failBroken, leaveOut, openBundles } from './sets/bundle.ts';
import type { ReplanClaims } from './sets/claims.ts';
import { correctClaims, holdClaims } from './sets/claims.ts';
import { examineSets, mendReviewed, mendSets } from './sets/roll-back-sets.ts';
import type { Silence } from './target-concurrency.ts';
import { byTurns, patience, silence } from './target-concurrency.ts';
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
  readonly runners: readonly Runner[];
  readonly bundles: readonly Bundle[];
  readonly options: ApplyOptions;
  readonly silence: Silence;
  readonly rim: Rim;
}

/** Sends all work out, phase by phase over all zones; what becomes of it stands in the runs. */
export const sendAll = async (
  works: readonly ApplyWork[],
  options: ApplyOptions,
  rim: Rim,
  onWritten: (changes: number) => void,
): Promise<readonly Runner[]> => {
  const roles = rolesOf(options.sets ?? []);
  const runners = works.map((work) => runnerOf(work, roles, options, rim, onWritten));
  const bundles = openBundles(options.sets ?? [], runners, rim.clock.now());
  const sending = { runners, bundles, options, silence: silence(), rim };
  try {
    await enter(sending);
    for (const phase of phases) await play(phase, sending);
    await close(sending);
  } finally {
    await Promise.all(runners.map(({ hold }) => hold.release()));
  }
  return runners;
};

const runnerOf = (
  work: ApplyWork,
  roles: ReturnType<typeof rolesOf>,
  { reviewed, store }: ApplyOptions,
  rim: Rim,
  onWritten: (changes: number) => void,
): Runner => {
  const { changeset, target } = work;
  const hold = holdOf(changeset, store, rim);
  const byPhase = phased(changeset, roles);
  const apart = (change: { readonly name: string; readonly type: string }) =>
    roles.members.has(refKey(changeset, change));
  const run = openRun({ ...inputOf(work, reviewed, rim), onWritten, beforeWrite: hold.check, apart });
  const steps = phases.flatMap((phase, step) => (byPhase.get(phase) ?? []).map((each) => [keyOf(each), step] as const));
  return {
    target,
    run,
    hold,
    phases: byPhase,
    steps: new Map(steps),
    tied: [...byPhase.keys()].some((phase) => phase !== 'main') || changeset.changes.some(apart),
    // What was begun is brought to an end, though somebody wants to stop.
    at: { target, sender: { ...run.sender, signal: undefined }, portions: run.input.portions },
  };
};

/** Takes the leases of all zones that hang together, in one order for everybody, and looks at them before any write. */
const enter = async ({ runners, bundles, options, silence: heard, rim }: Sending): Promise<void> => {
  const tied = runners.filter((runner) => runner.tied);
  const waiting = freshPatience();
  for (const runner of tied.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))) await lease(runner, waiting);
  skipStuck(runners, options.stuck ?? []);
  await byTurns(
    tied,
    patiently(heard, ({ run }) => begin(run)),
  );
  leaveOut(bundles.filter(({ failure }) => failure !== null));
  failBroken(bundles);
  const entries = bundles.flatMap((bundle) => (bundle.failure === null ? bundle.entries : []));
  if (entries.length === 0) return;
  try {
    await options.store.journalAll(entries);
  } catch (error) {
    rim.onNotice?.(`what was to be written for servers was not, as it could not be noted first: ${messageOf(error)}`);
    const open = bundles.filter(({ failure, entries: own }) => failure === null && own.length > 0);
    for (const bundle of open)
      bundle.failure = new HostmasterError('CONFIG', 'stop', messageOf(error), { cause: error });
    leaveOut(open);
    failBroken(bundles);
  }
};

const placeOf = ({ run }: Runner): string => placeKey(run.input.changeset);

const lease = async ({ run, hold }: Runner, waiting = freshPatience()): Promise<void> => {
  try {
    await hold.take(waiting);
  } catch (error) {
    run.state.error ??= error;
  }
};

const skipStuck = (runners: readonly Runner[], stuck: readonly StuckName[]): void => {
  if (stuck.length === 0) return;
  const reasons = new Map(stuck.map((each) => [`${placeKey(each)} ${each.name}`, each.reason]));
  for (const { run } of runners) {
    const { changeset } = run.input;
    const own = changeset.changes.flatMap((change) => {
      const reason = reasons.get(`${placeKey(changeset)} ${change.name}`);
      return reason === undefined ? [] : [[keyOf(change), reason] as const];
    });
    if (own.length === 0) continue;
    const error = new HostmasterError('LOST_RACE', 'stop', own[0]?.[1] ?? '');
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
  const { runners, bundles, options, silence: heard } = sending;
  if (phase === 'claims' || phase === 'claim_deletes') await holdClaims(bundles, runners, options.replanClaims);
  const due = runners.filter((runner) => isDue(runner, phase));
  await byTurns(
    due,
    patiently(heard, (runner) =>
      runner.tied ? writePhase(runner.run, changesIn(runner, phase)) : sendAlone(runner, sending),
    ),
  );
  const failed = failBroken(bundles);
  const ended = options.reviewed ? due.filter(({ tied, run }) => tied && run.state.error !== null) : [];
  await examineSets(failed, bundles, heard);
  await correctClaims(failed, bundles, options.replanClaims);
  await mendSets(failed, bundles, options.store, heard);
  for (const runner of ended) await mendReviewed(runner, heard);
};

/** A zone by itself goes in the main phase, also where it is only to be made. */
const isDue = (runner: Runner, phase: Phase): boolean =>
  runner.tied ? changesIn(runner, phase).length > 0 : phase === 'main';

/** The planned changes, with what goes in the place of claims. */
const changesIn = ({ run, phases: planned }: Runner, phase: Phase): readonly Change[] => {
  const own = (planned.get(phase) ?? []).map((change) => run.substitutes.get(keyOf(change)) ?? change);
  if (phase !== 'claims' || run.substitutes.size === 0) return own;
  const known = new Set(run.input.changeset.changes.map(keyOf));
  return [...own, ...run.substitutes.values().filter((change) => !known.has(keyOf(change)))];
};

/** A zone that has nothing to do with others holds its lease for its own writes. */
const sendAlone = async (runner: Runner, { options, silence: heard }: Sending): Promise<void> => {
  await lease(runner);
  await writePhase(runner.run, changesIn(runner, 'main'));
  if (options.reviewed) await mendReviewed(runner, heard);
  await runner.hold.release();
};

/** Codes of what a target did not say, be it done or not. */
export const unanswered: ReadonlySet<string> = new Set(['TARGET_UNREACHABLE', 'WRITE_UNKNOWN']);

const isWithoutAnswer = ({ run: { state } }: Runner): boolean =>
  state.error instanceof HostmasterError && unanswered.has(state.error.code);

/** Leaves the other zones of a target alone that gave no answer for too many in a row. */
const patiently =
  ({ isSilent, heard }: Silence, job: (runner: Runner) => Promise<void>) =>
  async (runner: Runner): Promise<void> => {
    const { run, target } = runner;
    if (run.state.error !== null) return;
    if (isSilent(target)) {
      const { name } = target.definition;
      run.state.notTried = run.sent.size === 0;
      run.state.error = new HostmasterError(
        'TARGET_UNREACHABLE',
        'wait',
        `not tried: ${name} gave no answer for ${patience} zones in a row`,
      );
      return;
    }
    await job(runner);
    heard(target, !isWithoutAnswer(runner));
  };

/** What stands whole, or is as before, needs no recovery. */
const close = async ({ bundles, options, rim }: Sending): Promise<void> => {
  const ended = bundles.filter(({ failure, group, members }) =>
    failure === null
      ? members.every(({ runner, change }) => stands(runner.run, change))
      : group.trouble === null && members.every(({ runner, change }) => !runner.run.sent.has(keyOf(change))),
  );
  const ids = ended.flatMap(({ entries }) => entries.map(({ id }) => id));
  if (ids.length === 0) return;
  await options.store
    .endJournalAll(ids)
    .catch((error) => rim.onNotice?.(`the next apply looks at the servers' records again: ${messageOf(error)}`));
};
