import { delegationsOf, heldWith } from '../model/dependents.ts';
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
  try {
    const current = await readTouched(input, sender);
    let fingerprint = current.fingerprint;
    for (const portion of input.writes) {
      const changes = withCurrentSerial(portion, current);
      const rebased = input.changeset.create_zone ? againstNew(changes, current) : changes;
      fingerprint = await write(rebased, fingerprint, { input, sender, outcome });
    }
    await input.provider.finish?.(sender.zone, appliedOf(input.changeset, outcome), input.signal);
    return resultOf(input.changeset, outcome, fingerprint, refusalOf(input.changeset, outcome));
  } catch (error) {
    await finishQuietly(input, sender, outcome);
    return resultOf(input.changeset, outcome, null, error);
  }
};

/** The changes of a changeset whose RRset is no longer what the plan saw. */
export const staleChanges = async (input: ApplyZoneInput): Promise<readonly Change[]> =>
  input.changeset.create_zone
    ? []
    : differing(input.changeset.changes, await readNames(input.changeset.changes, senderOf(input)), 'before');

const senderOf = ({ provider, changeset, signal, sleep }: ApplyZoneInput): Sender => ({
  provider,
  zone: { name: changeset.zone, view: changeset.view },
  target: changeset.target,
  signal,
  sleep,
});

const readTouched = async (input: ApplyZoneInput, sender: Sender): Promise<ZoneSnapshot> => {
  const { changeset } = input;
  if (changeset.create_zone) {
    if (input.create === null) {
      throw new HostmasterError('ZONE_MISSING', 'stop', `${sender.target} does not have ${zoneLabel(sender.zone)}`);
    }
    await input.provider.createZone(sender.zone, input.create, input.signal);
    return readNames(changeset.changes, sender);
  }
  const current = await readNames(changeset.changes, sender);
  const stale = differing(changeset.changes, current, 'before');
  if (stale.length === 0) return current;
  throw new HostmasterError(
    'STALE_PLAN',
    'retry',
    `${zoneLabel(sender.zone)} at ${sender.target} is no longer what the plan saw: ${listOf(stale)}; nothing was written to it: plan again`,
  );
};

interface Work {
  readonly input: ApplyZoneInput;
  readonly sender: Sender;
  readonly outcome: Outcome;
}

/** One write, without what was refused before it and what depends on that. */
const write = async (portion: readonly Change[], expect: string | null, work: Work): Promise<string | null> => {
  const { input, sender, outcome } = work;
  for (;;) {
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
    setAside(sent.refused, work);
    if (input.reviewed || countRefused(outcome) > mostRefusals) throw refusedError(sent.refused, sender.target);
  }
};

const setAside = (refused: readonly RefusedChange[], { input, outcome }: Work): void => {
  const all = input.writes.flat().filter((change) => !outcome.has(keyOf(change)));
  const messages = new Map(refused.map((each) => [keyOf(each), each.message]));
  const bad = all.filter((change) => messages.has(keyOf(change)));
  const names = new Set(bad.map((change) => change.name));
  for (const change of bad)
    outcome.set(keyOf(change), { status: 'refused', message: messages.get(keyOf(change)) ?? null });
  const held = heldWith(all, names, delegationsOf(bad), input.changeset.zone);
  for (const change of held) {
    if (outcome.has(keyOf(change))) continue;
    outcome.set(keyOf(change), { status: 'skipped', message: `goes with ${listOf(bad)}, which was refused` });
  }
};

const countRefused = (outcome: Outcome): number =>
  outcome.values().reduce((count, each) => count + Number(each.status === 'refused'), 0);

const appliedOf = (changeset: Changeset, outcome: Outcome): readonly Change[] =>
  changeset.changes.filter((change) => outcome.get(keyOf(change))?.status === 'applied');

/** What was written must be answered for, even where a later write failed; the first error is the one to report. */
const finishQuietly = async (input: ApplyZoneInput, sender: Sender, outcome: Outcome): Promise<void> => {
  const applied = appliedOf(input.changeset, outcome);
  if (applied.length === 0) return;
  await input.provider.finish?.(sender.zone, applied, input.signal).catch(() => undefined);
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

const resultOf = (changeset: Changeset, outcome: Outcome, fingerprint: string | null, error: unknown): ZoneResult => ({
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
