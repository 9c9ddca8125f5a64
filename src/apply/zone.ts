import { heldWith, sidesOf } from '../model/dependents.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { Change, Changeset } from '../model/plan.ts';
import type { ChangeResult, ZoneResult } from '../model/result.ts';
import { keyOf } from '../model/rrset.ts';
import type { CreateSettings, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Provider, RefusedChange } from '../provider.ts';
import { againstNew, differing, withCurrentSerial } from './compare.ts';
import type { Sender } from './send.ts';
import { listOf, readNames, send } from './send.ts';

export interface ApplyZoneInput {
  readonly provider: Provider;
  readonly changeset: Changeset;
  /** The changeset's changes in the order and portions in which they go out. */
  readonly writes: readonly (readonly Change[])[];
  readonly create: CreateSettings | null;
  /** True: a reviewed plan, where one refused change fails the whole zone. */
  readonly reviewed: boolean;
  readonly signal?: AbortSignal;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Called just before each write. Throws where the zone may not be written any more. */
  readonly beforeWrite?: () => Promise<void>;
  /** Called after each write with the number of changes that it carried. */
  readonly onWritten?: (changes: number) => void;
}

/** By keyOf: what became of a change. What is not here was not reached. */
type Outcome = Map<string, Omit<ChangeResult, 'action' | 'name' | 'type'>>;

/** The most changes of one zone that a server may refuse before the rest is given up. */
const mostRefusals = 100;

/** Carries one changeset out by compare and swap. Never throws: what failed is in the result, and what was done stays. */
export const applyZone = async (input: ApplyZoneInput): Promise<ZoneResult> => {
  const outcome: Outcome = new Map();
  const sender = senderOf(input);
  const work = { input, sender, outcome };
  try {
    if (input.signal?.aborted === true) throw interrupted(sender);
    const current = await readTouched(work);
    let fingerprint = current.fingerprint;
    for (const portion of input.writes) {
      const changes = withCurrentSerial(portion, current);
      const rebased = input.changeset.create_zone ? againstNew(changes, current) : changes;
      fingerprint = await write(rebased, fingerprint, current, work);
    }
    const error = await finish(work);
    // What somebody else wrote between the plan and this is not known to be as desired.
    const ours = input.changeset.create_zone || current.fingerprint === input.changeset.based_on;
    return resultOf(work, ours ? fingerprint : null, error ?? refusalOf(input.changeset, outcome));
  } catch (error) {
    await finish(work);
    return resultOf(work, null, error);
  }
};

/** The changes of a changeset whose RRset is no longer what the plan saw; a zone that was to be made must be missing. */
export const staleChanges = async (input: ApplyZoneInput): Promise<readonly Change[]> => {
  const { changeset, provider } = input;
  const sender = senderOf(input);
  if (!changeset.create_zone) return differing(changeset.changes, await readNames(changeset.changes, sender), 'before');
  const found = await provider.read(sender.zone, { names: [changeset.zone] });
  return found.status === 'missing' ? [] : changeset.changes;
};

const senderOf = ({ provider, changeset, signal, sleep, beforeWrite }: ApplyZoneInput): Sender => ({
  provider,
  zone: { name: changeset.zone, view: changeset.view },
  target: changeset.target,
  signal,
  sleep,
  beforeWrite,
});

const readTouched = async ({ input, sender, outcome }: Work): Promise<ZoneSnapshot> => {
  const { changeset } = input;
  if (changeset.create_zone) await makeZone(input, sender);
  const current = await readNames(changeset.changes, sender);
  const expected = changeset.create_zone ? againstNew(changeset.changes, current) : changeset.changes;
  const stale = differing(expected, current, 'before');
  if (stale.length > 0) {
    throw new HostmasterError(
      'STALE_PLAN',
      'retry',
      `${zoneLabel(sender.zone)} at ${sender.target} is no longer what the plan saw: ${listOf(stale)}; nothing was written to it: plan again`,
    );
  }
  if (!changeset.create_zone) return current;
  const different = new Set(differing(expected, current, 'after').map(keyOf));
  for (const change of expected.filter((each) => !different.has(keyOf(each)))) {
    outcome.set(keyOf(change), { status: 'applied', message: 'the zone was made with it' });
  }
  return current;
};

const makeZone = async ({ create, provider, signal }: ApplyZoneInput, sender: Sender): Promise<void> => {
  if (create === null) {
    throw new HostmasterError('ZONE_MISSING', 'stop', `${sender.target} does not have ${zoneLabel(sender.zone)}`);
  }
  await sender.beforeWrite?.();
  await provider.createZone(sender.zone, create, signal);
};

interface Work {
  readonly input: ApplyZoneInput;
  readonly sender: Sender;
  readonly outcome: Outcome;
}

/** One write, without what was refused before it and what depends on that. */
const write = async (
  portion: readonly Change[],
  expect: string | null,
  current: ZoneSnapshot,
  work: Work,
): Promise<string | null> => {
  const { input, sender, outcome } = work;
  for (;;) {
    if (input.signal?.aborted === true) throw interrupted(sender);
    const pending = portion.filter((change) => !outcome.has(keyOf(change)));
    if (pending.length === 0) return expect;
    const sent = await send(pending, expect, sender);
    if (sent.status === 'applied') {
      for (const change of pending) outcome.set(keyOf(change), { status: 'applied', message: null });
      input.onWritten?.(pending.length);
      return sent.fingerprint;
    }
    if (sent.status === 'raced') {
      const message = 'somebody else wrote in between';
      for (const change of sent.written) outcome.set(keyOf(change), { status: 'applied', message });
      throw sent.error;
    }
    setAside(sent.refused, current, work);
    if (input.reviewed || countRefused(outcome) > mostRefusals) throw refusedError(sent.refused, sender.target);
  }
};

const interrupted = ({ zone, target }: Sender): HostmasterError =>
  new HostmasterError('INTERRUPTED', 'stop', `${zoneLabel(zone)} at ${target}: stopped before all of it was written`);

const setAside = (refused: readonly RefusedChange[], { rrsets }: ZoneSnapshot, { input, outcome }: Work): void => {
  const left = input.writes.flat().filter((change) => !outcome.has(keyOf(change)));
  const messages = new Map(refused.map((each) => [keyOf(each), each.message]));
  const bad = left.filter((change) => messages.has(keyOf(change)));
  for (const change of bad) {
    outcome.set(keyOf(change), { status: 'refused', message: messages.get(keyOf(change)) ?? null });
  }
  const served = new Set(rrsets.filter(({ values }) => values.length > 0).map(({ name }) => name));
  const held = heldWith({
    zone: input.changeset.zone,
    changes: left,
    standing: bad.flatMap(sidesOf),
    exists: (name) => served.has(name),
  });
  const skip = (changes: Iterable<Change>, message: string) => {
    for (const change of changes) {
      if (!outcome.has(keyOf(change))) outcome.set(keyOf(change), { status: 'skipped', message });
    }
  };
  skip(held.keys(), `goes with ${listOf(bad)}, which was refused`);
  const goesOn = left.filter((change) => !outcome.has(keyOf(change)));
  const nothingComes = goesOn.every(({ action }) => action === 'delete') && !hasApplied(input.changeset, outcome);
  if (nothingComes) skip(goesOn, `nothing would come in its place, because ${listOf(bad)} was refused`);
};

/** Did anything but deletes get through? */
const hasApplied = ({ changes }: Changeset, outcome: Outcome): boolean =>
  changes.some((change) => change.action !== 'delete' && outcome.get(keyOf(change))?.status === 'applied');

const countRefused = (outcome: Outcome): number =>
  outcome.values().reduce((count, each) => count + Number(each.status === 'refused'), 0);

const appliedOf = (changeset: Changeset, outcome: Outcome): readonly Change[] =>
  changeset.changes.filter((change) => outcome.get(keyOf(change))?.status === 'applied');

/** What was written must be answered for, even where a later write failed. Gives what went wrong with that. */
const finish = async ({ input, sender, outcome }: Work): Promise<unknown> => {
  const applied = appliedOf(input.changeset, outcome);
  if (applied.length === 0 || input.provider.finish === undefined) return null;
  return input.provider.finish(sender.zone, applied, input.signal).then(
    () => null,
    (error: unknown) => error,
  );
};

const refusedError = (refused: readonly RefusedChange[], target: string): HostmasterError =>
  new HostmasterError('WRITE_REFUSED', 'stop', `${target} refused ${wordsOf(refused)}; what exists there stays`);

const mostQuoted = 5;

/** The server's own words for each RRset, as long as there are few. */
const wordsOf = (refused: readonly RefusedChange[]): string => {
  if (refused.length > mostQuoted) return `${listOf(refused)}: ${refused[0]?.message}`;
  return refused.map(({ name, type, message }) => `${name} ${type} (${message})`).join(', ');
};

const refusalOf = (changeset: Changeset, outcome: Outcome): HostmasterError | null => {
  const refused = changeset.changes.flatMap((change) => {
    const result = outcome.get(keyOf(change));
    return result?.status === 'refused'
      ? [{ name: change.name, type: change.type, message: result.message ?? '' }]
      : [];
  });
  return refused.length === 0 ? null : refusedError(refused, changeset.target);
};

const resultOf = ({ input: { changeset }, outcome }: Work, fingerprint: string | null, error: unknown): ZoneResult => ({
  zone: changeset.zone,
  view: changeset.view,
  target: changeset.target,
  status: error === null ? 'applied' : 'failed',
  error: error === null ? null : messageOf(error),
  code: error instanceof HostmasterError ? error.code : error === null ? null : 'INTERNAL',
  changes: changeset.changes.map(({ action, name, type }) => ({
    action,
    name,
    type,
    ...(outcome.get(`${name} ${type}`) ?? { status: 'skipped', message: 'not reached' }),
  })),
  fingerprint,
});
