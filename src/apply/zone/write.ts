import { HostmasterError } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import { soaAt } from '../../model/rr-types.ts';
import { keyOf, type RRsetKey } from '../../model/rrset.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';
import { zoneLabel } from '../../model/zone.ts';
import { zoneTargetLabel } from '../../model/zone-target.ts';
import type { RefusedChange } from '../../provider.ts';
import { againstNew, differing, withCurrentSerial } from './compare.ts';
import { applied, noteWrite } from './note.ts';
import { countWithStatus, refusedError } from './outcome.ts';
import type { ApplyZoneInput, ZoneRun } from './run.ts';
import { endRun, openRun, undecided } from './run.ts';
import type { Sender, Sent } from './send.ts';
import {
  afterWrite,
  defaultWriteTimeout,
  halvesOf,
  leased,
  listOf,
  readNames,
  refusedWithoutReason,
  refuseToBegin,
  send,
  untilWrite,
} from './send.ts';
import { setAside } from './set-aside.ts';

/** The most changes of one zone that a server may refuse before the rest is given up. */
const mostRefusals = 100;

/**
 * Reads all that the run touches and makes its zone where it is missing, once. Never throws: an error ends the run. So does
 * an RRset that has changed since the plan, but for the changes of atomic sets, which are only taken out.
 */
export const openZone = async (run: ZoneRun): Promise<void> => {
  if (run.state.firstRead === null) await endingRunOnError(run, () => readAll(run));
};

export interface PhaseOptions {
  /** Changes of a later phase that go out in the same write, where one write takes all of them. Default is none. */
  readonly together?: readonly Change[];
  /** Is more written to the zone in a later phase, so that `finish` may wait for that? Default is no. */
  readonly isMoreToCome?: boolean;
}

/** Writes changes of the run by compare and swap. Never throws: an error ends the run, and what was written stays. */
export const writePhase = async (
  run: ZoneRun,
  changes: readonly Change[],
  { together = [], isMoreToCome = false }: PhaseOptions = {},
): Promise<void> => {
  await endingRunOnError(run, async () => {
    const isFirst = run.state.firstRead === null;
    if (isFirst) await readAll(run);
    if (undecided(run, changes).length === 0) return;
    const current = isFirst ? run.state.firstRead : await readAgain(run, undecided(run, [...changes, ...together]));
    if (current === null) return;
    const writesOf = (some: readonly Change[]) =>
      run.input.splitIntoWrites(undecided(run, some)).map((write) => withCurrentSerial(rebased(run, write), current));
    if (together.length > 0 && (await sendTogether(run, writesOf([...changes, ...together])))) return;
    for (const write of writesOf(changes)) await sendWrite(run, write);
  });
  if (!isMoreToCome || run.input.provider.supports.finishes !== 'last') await finish(run);
};

/** The RRsets of a changeset that have changed since the plan; a zone that was to be made must be missing, its SOA too. */
export const staleRRsets = async (input: ApplyZoneInput): Promise<readonly RRsetKey[]> => {
  const { changeset, provider } = input;
  const { sender } = openRun(input);
  const { stopping } = sender;
  if (!changeset.create_zone) {
    return differing(changeset.changes, await readNames(changeset.changes, sender, stopping), 'before');
  }
  const signal = stopping === undefined ? {} : { signal: stopping };
  const found = await provider.read(sender.zone, { names: [changeset.zone], ...signal });
  return found.status === 'missing' ? [] : [soaAt(changeset.zone), ...changeset.changes];
};

const endingRunOnError = async (run: ZoneRun, job: () => Promise<void>): Promise<void> => {
  if (run.state.error !== null) return;
  try {
    await job();
  } catch (error) {
    endRun(run, error);
  }
};

const readAll = async (run: ZoneRun): Promise<void> => {
  const { input, sender, state, outcome } = run;
  const { changeset } = input;
  refuseToBegin(sender);
  if (changeset.create_zone) await makeZone(input, sender);
  const current = await readNames(changeset.changes, sender, untilWrite(sender)).catch((error: unknown) => {
    throw changeset.create_zone ? notShown(error, sender) : error;
  });
  state.firstRead = current;
  state.fingerprint = current.fingerprint;
  // What somebody else wrote between the plan and this is not known to be as desired.
  state.onlyOurWrites = changeset.create_zone || current.fingerprint === changeset.based_on;
  const expected = rebased(run, changeset.changes);
  refuseStale(run, differing(undecided(run, expected), current, 'before'));
  if (!changeset.create_zone) return;
  const different = new Set(differing(expected, current, 'after').map(keyOf));
  const made = undecided(run, expected).filter((each) => !different.has(keyOf(each)));
  for (const change of made) outcome.set(keyOf(change), { status: 'applied', message: 'the zone was made with it' });
  state.pendingFinish = made;
};

/** The error where a zone was made a moment ago, and cannot be read. */
const notShown = (error: unknown, { target, zone }: Sender): unknown => {
  if (!(error instanceof HostmasterError) || error.code === 'INTERRUPTED') return error;
  const isMissing = error.code === 'ZONE_MISSING';
  const why = isMissing ? 'does not show it; see what answers in its place' : `then: ${error.message}`;
  const code = isMissing ? 'ZONE_UNREADABLE' : error.code;
  return new HostmasterError(code, `${target} made ${zoneLabel(zone)}, and ${why}`, { cause: error });
};

/** What a later phase touches is read again just before its write. */
const readAgain = async (run: ZoneRun, changes: readonly Change[]): Promise<ZoneSnapshot> => {
  const { state, sender } = run;
  refuseToBegin(sender);
  const current = await readNames(changes, sender, untilWrite(sender));
  if (current.fingerprint !== state.fingerprint) state.onlyOurWrites = false;
  state.fingerprint = current.fingerprint;
  refuseStale(run, differing(rebased(run, changes), current, 'before'));
  return current;
};

/** The changes against the zone as it was made, where this run made it. */
const rebased = ({ input, state }: ZoneRun, changes: readonly Change[]): readonly Change[] =>
  input.changeset.create_zone && state.firstRead !== null ? againstNew(changes, state.firstRead) : changes;

const refuseStale = (run: ZoneRun, stale: readonly Change[]): void => {
  if (stale.length === 0) return;
  const { input } = run;
  if (!input.reviewed && input.belongsToSet !== undefined && stale.every(input.belongsToSet)) {
    setAside(run, new Map(stale.map((change) => [keyOf(change), 'it has changed since the plan'])), 'stale');
    return;
  }
  const done = run.sent.size === 0 ? 'nothing was written to it' : 'nothing more was written to it';
  throw new HostmasterError(
    'STALE_PLAN',
    `${zoneTargetLabel(input.changeset)} has changed since the plan: ${listOf(stale)}; ${done}: plan again`,
  );
};

const makeZone = async ({ create, provider }: ApplyZoneInput, sender: Sender): Promise<void> => {
  if (create === null) {
    throw new HostmasterError('ZONE_MISSING', `${sender.target} does not have ${zoneLabel(sender.zone)}`);
  }
  const note = await noteWrite(sender, { changes: [], createsZone: true });
  const write = await leased(provider.writeTimeout?.(1) ?? defaultWriteTimeout, sender, note);
  try {
    await provider.createZone(sender.zone, create, sender.cut);
    write?.answered();
    note.end(applied);
  } catch (error) {
    note.failed(error);
    if (error instanceof HostmasterError && error.code !== 'WRITE_UNKNOWN') write?.answered();
    throw error;
  }
};

/** Sends one write, without what was refused before it and what depends on that. */
const sendWrite = async (run: ZoneRun, write: readonly Change[]): Promise<void> => {
  for (;;) {
    const pending = undecided(run, write);
    if (pending.length === 0) return;
    const answer = await sendPending(run, pending);
    if (answer === null) return;
    if (answer.status === 'stale') await findStale(run, pending, answer.error);
    else if (answer.refused.length === 0) return findRefused(run, pending);
    else refuse(run, answer.refused);
  }
};

/** Sends all as one write. False, and nothing of it is applied: it is more than one, or the target does not take it so. */
const sendTogether = async (run: ZoneRun, writes: readonly (readonly Change[])[]): Promise<boolean> => {
  const [write, more] = writes;
  if (write === undefined || more !== undefined) return false;
  const answer = await sendPending(run, write);
  if (answer?.status === 'stale') await findStale(run, write, answer.error);
  return answer === null;
};

/** Null: it is applied. Otherwise nothing of it is. */
const sendPending = async (
  run: ZoneRun,
  pending: readonly Change[],
): Promise<Extract<Sent, { readonly status: 'refused' | 'stale' }> | null> => {
  const { input, sender, state, sent } = run;
  refuseToBegin(sender);
  for (const change of pending) sent.set(keyOf(change), change);
  const answer = await send(pending, state.fingerprint, sender);
  if (answer.status === 'refused' || answer.status === 'stale') {
    for (const change of pending) sent.delete(keyOf(change));
    return answer;
  }
  if (answer.status === 'raced') {
    markApplied(run, answer.written, 'somebody else wrote in between');
    throw answer.error;
  }
  if (answer.status === 'unproven') {
    markApplied(run, pending, 'it could not be read back');
    throw answer.error;
  }
  markApplied(run, pending, null);
  state.fingerprint = answer.fingerprint;
  input.onWritten?.(pending.length);
  return null;
};

/** Finds which changes the target called stale; where it is none of these, or cannot be seen any more, its error ends the run. */
const findStale = async (run: ZoneRun, changes: readonly Change[], error: HostmasterError): Promise<void> => {
  await readAgain(run, changes);
  if (undecided(run, changes).length === changes.length) throw error;
};

const refuse = (run: ZoneRun, refused: readonly RefusedChange[]): void => {
  setAside(run, reasonsOf(refused), 'refused');
  if (run.input.reviewed || countWithStatus(run.outcome, 'refused') > mostRefusals) {
    throw refusedError(refused, run.sender.target);
  }
};

/** Where the server does not say what it refuses, each half is sent alone. A reviewed zone fails whole. */
const findRefused = async (run: ZoneRun, changes: readonly Change[]): Promise<void> => {
  const halves = run.input.reviewed ? [] : halvesOf(changes);
  if (halves.length === 0) return refuse(run, refusedWithoutReason(changes));
  for (const half of halves) await sendWrite(run, half);
};

const reasonsOf = (refused: readonly RefusedChange[]): ReadonlyMap<string, string> =>
  new Map(refused.map((each) => [keyOf(each), each.message]));

const markApplied = ({ outcome, state }: ZoneRun, changes: readonly Change[], message: string | null): void => {
  for (const change of changes) outcome.set(keyOf(change), { status: 'applied', message });
  state.pendingFinish = [...state.pendingFinish, ...changes];
};

/** Calls the provider's `finish` for what was written, even where a later write failed. Never throws. */
export const finish = async ({ input, sender, state }: ZoneRun): Promise<void> => {
  const { pendingFinish } = state;
  state.pendingFinish = [];
  if (pendingFinish.length === 0 || input.provider.finish === undefined) return;
  try {
    await input.provider.finish(sender.zone, pendingFinish, sender.cut, sender.stopping);
  } catch (error) {
    state.finishFailure ??= error instanceof HostmasterError ? afterWrite(error, 'finished', sender) : error;
  }
};
