import { HostmasterError } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';
import { zoneLabel } from '../../model/zone.ts';
import type { RefusedChange } from '../../provider.ts';
import { againstNew, differing, withCurrentSerial } from './compare.ts';
import { countOf, refusedError } from './outcome.ts';
import type { ApplyZoneInput, ZoneRun } from './run.ts';
import { openRun, undecided } from './run.ts';
import type { Sender } from './send.ts';
import { halvesOf, listOf, readNames, send, unsaid } from './send.ts';
import { setAside } from './set-aside.ts';

/** The most changes of one zone that a server may refuse before the rest is given up. */
const mostRefusals = 100;

/**
 * Reads all that the run touches and makes its zone where it is missing, once. Never throws: what failed ends the run.
 * What is no longer what the plan saw ends it too, but for what belongs to atomic sets, which is taken out.
 */
export const begin = async (run: ZoneRun): Promise<void> => {
  if (run.state.opened === null) await guarded(run, () => readAll(run));
};

/** Carries changes of the run out by compare and swap. Never throws: what failed ends the run, and what was done stays. */
export const writePhase = async (run: ZoneRun, changes: readonly Change[]): Promise<void> => {
  await guarded(run, async () => {
    const isFirst = run.state.opened === null;
    if (isFirst) await readAll(run);
    if (undecided(run, changes).length === 0) return;
    const current = isFirst ? run.state.opened : await readAgain(run, undecided(run, changes));
    if (current === null) return;
    for (const portion of run.input.portions(undecided(run, changes))) {
      await writePortion(run, withCurrentSerial(rebased(run, portion), current));
    }
  });
  await finish(run);
};

/** The changes of a changeset whose RRset is no longer what the plan saw; a zone that was to be made must be missing. */
export const staleChanges = async (input: ApplyZoneInput): Promise<readonly Change[]> => {
  const { changeset, provider } = input;
  const { sender } = openRun(input);
  if (!changeset.create_zone) return differing(changeset.changes, await readNames(changeset.changes, sender), 'before');
  const found = await provider.read(sender.zone, { names: [changeset.zone] });
  return found.status === 'missing' ? [] : changeset.changes;
};

const guarded = async ({ state }: ZoneRun, job: () => Promise<void>): Promise<void> => {
  if (state.error !== null) return;
  try {
    await job();
  } catch (error) {
    state.error = error;
  }
};

const readAll = async (run: ZoneRun): Promise<void> => {
  const { input, sender, state, outcome } = run;
  const { changeset } = input;
  if (input.signal?.aborted === true) throw interrupted(sender);
  if (changeset.create_zone) await makeZone(input, sender);
  const current = await readNames(changeset.changes, sender);
  state.opened = current;
  state.fingerprint = current.fingerprint;
  // What somebody else wrote between the plan and this is not known to be as desired.
  state.ours = changeset.create_zone || current.fingerprint === changeset.based_on;
  const expected = rebased(run, changeset.changes);
  refuseStale(run, differing(undecided(run, expected), current, 'before'));
  if (!changeset.create_zone) return;
  const different = new Set(differing(expected, current, 'after').map(keyOf));
  const made = undecided(run, expected).filter((each) => !different.has(keyOf(each)));
  for (const change of made) outcome.set(keyOf(change), { status: 'applied', message: 'the zone was made with it' });
  state.owed = made;
};

/** What a later phase touches is read again just before. */
const readAgain = async (run: ZoneRun, changes: readonly Change[]): Promise<ZoneSnapshot> => {
  const { state, sender } = run;
  if (run.input.signal?.aborted === true) throw interrupted(sender);
  const current = await readNames(changes, sender);
  if (current.fingerprint !== state.fingerprint) state.ours = false;
  state.fingerprint = current.fingerprint;
  refuseStale(run, differing(rebased(run, changes), current, 'before'));
  return current;
};

const rebased = ({ input, state }: ZoneRun, changes: readonly Change[]): readonly Change[] =>
  input.changeset.create_zone && state.opened !== null ? againstNew(changes, state.opened) : changes;

const refuseStale = (run: ZoneRun, stale: readonly Change[]): void => {
  if (stale.length === 0) return;
  const { input, sender } = run;
  const where = `${zoneLabel(sender.zone)} at ${sender.target}`;
  if (!input.reviewed && input.belongsToSet !== undefined && stale.every(input.belongsToSet)) {
    const message = 'it is no longer what the plan saw';
    setAside(run, new Map(stale.map((change) => [keyOf(change), message])), 'stale');
    return;
  }
  const done = run.sent.size === 0 ? 'nothing was written to it' : 'nothing more was written to it';
  throw new HostmasterError(
    'STALE_PLAN',
    `${where} is no longer what the plan saw: ${listOf(stale)}; ${done}: plan again`,
  );
};

const makeZone = async ({ create, provider, signal }: ApplyZoneInput, sender: Sender): Promise<void> => {
  if (create === null) {
    throw new HostmasterError('ZONE_MISSING', `${sender.target} does not have ${zoneLabel(sender.zone)}`);
  }
  await sender.beforeWrite?.();
  await provider.createZone(sender.zone, create, signal);
};

/** One write, without what was refused before it and what depends on that. */
const writePortion = async (run: ZoneRun, portion: readonly Change[]): Promise<void> => {
  const { input, sender, state, sent } = run;
  for (;;) {
    if (input.signal?.aborted === true) throw interrupted(sender);
    const pending = undecided(run, portion);
    if (pending.length === 0) return;
    for (const change of pending) sent.set(keyOf(change), change);
    const answer = await send(pending, state.fingerprint, sender);
    if (answer.status === 'applied') {
      markApplied(run, pending, null);
      state.fingerprint = answer.fingerprint;
      input.onWritten?.(pending.length);
      return;
    }
    if (answer.status === 'raced') {
      markApplied(run, answer.written, 'somebody else wrote in between');
      throw answer.error;
    }
    for (const change of pending) sent.delete(keyOf(change));
    if (answer.status === 'stale') await findStale(run, pending, answer.error);
    else if (answer.refused.length === 0) return findRefused(run, pending);
    else refuse(run, answer.refused);
  }
};

/** What it is that the target found changed; where that is nothing of these, or cannot be seen any more, its word ends the run. */
const findStale = async (run: ZoneRun, changes: readonly Change[], error: HostmasterError): Promise<void> => {
  await readAgain(run, changes);
  if (undecided(run, changes).length === changes.length) throw error;
};

const refuse = (run: ZoneRun, refused: readonly RefusedChange[]): void => {
  setAside(run, reasonsOf(refused), 'refused');
  if (run.input.reviewed || countOf(run.outcome, 'refused') > mostRefusals) {
    throw refusedError(refused, run.sender.target);
  }
};

/** Where the server does not say what it will not take, each half is sent alone. A reviewed zone fails whole. */
const findRefused = async (run: ZoneRun, changes: readonly Change[]): Promise<void> => {
  const halves = run.input.reviewed ? [] : halvesOf(changes);
  if (halves.length === 0) return refuse(run, unsaid(changes));
  for (const half of halves) await writePortion(run, half);
};

const reasonsOf = (refused: readonly RefusedChange[]): ReadonlyMap<string, string> =>
  new Map(refused.map((each) => [keyOf(each), each.message]));

const markApplied = ({ outcome, state }: ZoneRun, changes: readonly Change[], message: string | null): void => {
  for (const change of changes) outcome.set(keyOf(change), { status: 'applied', message });
  state.owed = [...state.owed, ...changes];
};

const interrupted = ({ zone, target }: Sender): HostmasterError =>
  new HostmasterError('INTERRUPTED', `${zoneLabel(zone)} at ${target}: stopped before all of it was written`);

/** What was written must be answered for, even where a later write failed. */
const finish = async ({ input, sender, state }: ZoneRun): Promise<void> => {
  const { owed } = state;
  state.owed = [];
  if (owed.length === 0 || input.provider.finish === undefined) return;
  try {
    await input.provider.finish(sender.zone, owed, input.signal);
  } catch (error) {
    state.finish ??= error;
  }
};
