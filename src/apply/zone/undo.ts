import { codeOf, HostmasterError, messageOf } from '../../model/errors.ts';
import type { Change, PlannedRRset } from '../../model/plan.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';
import type { RefusedChange } from '../../provider.ts';
import { differing, withCurrentSerial } from './compare.ts';
import type { Sender } from './send.ts';
import { halvesOf, readNames, refusedWithoutReason, send } from './send.ts';

/** Changes that are undone together; the first failure stops what is left of them. */
export interface UndoGroup {
  failure: UndoFailure | null;
}

/**
 * `changed`: somebody else changed an RRset since our write; `failed`: the target could not be asked, or refused the undo;
 * `unfinished`: all was undone, and the provider's `finish` after it failed.
 */
export interface UndoFailure {
  readonly kind: 'changed' | 'failed' | 'unfinished';
  readonly message: string;
  /** Of the error that it failed with. Missing: a person has to see to it. */
  readonly code?: string;
}

export const failedWith = (kind: UndoFailure['kind'], message: string, code: string | null): UndoFailure =>
  code === null ? { kind, message } : { kind, message, code };

/** A change to undo, as it was sent. */
export interface UndoItem {
  readonly change: Change;
  readonly group: UndoGroup;
}

/** The zone in which changes are undone, and how writes to it are split. */
export interface UndoZone {
  readonly sender: Sender;
  readonly splitIntoWrites: (changes: readonly Change[]) => readonly (readonly Change[])[];
}

/** How often a zone is read and written again after a refusal or a race. */
const maxAttempts = 8;

/** The change that undoes a change. */
export const inverse = ({ action, name, type, before, after }: Change): Change => ({
  action: action === 'create' ? 'delete' : action === 'delete' ? 'create' : 'replace',
  name,
  type,
  before: after,
  after: before,
});

/** Reads whether the changes can be undone, without writing: what somebody else changed fails its group. Never throws. */
export const checkUndo = async ({ sender }: UndoZone, items: readonly UndoItem[]): Promise<void> =>
  failingGroups(items, sender, 'failed', async () => {
    stillAsWritten(items, await readOrEmpty(changesOf(items), sender), sender);
  });

export interface Undone<T> {
  /** Those that are as before now. */
  readonly asBefore: readonly T[];
  /** What was written for that, also where the rest failed; `finishUndo` has to follow for it. */
  readonly written: readonly Change[];
}

/**
 * Undoes changes where the target still has what they left there, by compare and swap; what is as before already stays.
 * Never throws: what goes wrong fails the groups that it concerns.
 */
export const undo = async <T extends UndoItem>(zone: UndoZone, items: readonly T[]): Promise<Undone<T>> => {
  const written: Change[] = [];
  await failingGroups(items, zone.sender, 'failed', () => undoWithRetries(zone, items, written));
  return { asBefore: notFailed(items), written };
};

/** Calls the provider's `finish` after the last write. Never throws, as `undo`. */
export const finishUndo = (
  { sender }: UndoZone,
  items: readonly UndoItem[],
  written: readonly Change[],
): Promise<void> =>
  failingGroups(items, sender, 'unfinished', async () =>
    sender.provider.finish?.(sender.zone, written, sender.cut, sender.stopping),
  );

const notFailed = <T extends UndoItem>(items: readonly T[]): readonly T[] =>
  items.filter(({ group }) => group.failure === null);

/** Reads and writes until nothing of the groups that did not fail is left to undo; adds to `written` what was written. */
const undoWithRetries = async (
  { sender, splitIntoWrites }: UndoZone,
  items: readonly UndoItem[],
  written: Change[],
): Promise<void> => {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const live = notFailed(items);
    if (live.length === 0) return;
    const now = await readOrEmpty(changesOf(live), sender);
    const due = notFailed(stillAsWritten(live, now, sender));
    if (due.length === 0) return;
    const writes = splitIntoWrites(due.map(({ change }) => inverse(change)));
    const refused = await sendInverse(writes, now, sender, written);
    if (refused === null) return;
    failRefused(refused, due, sender);
  }
  throw new HostmasterError(
    'LOST_RACE',
    `could not roll back: other writes or refusals stopped it ${maxAttempts} times`,
  );
};

/** Null: all is written. Else what the server refused (nothing, after a race), and the zone has to be read again. */
const sendInverse = async (
  writes: readonly (readonly Change[])[],
  now: ZoneSnapshot,
  sender: Sender,
  written: Change[],
): Promise<readonly RefusedChange[] | null> => {
  const add = (changes: readonly Change[]) => {
    for (const change of changes) written.push(change);
  };
  const left = [...writes];
  let { fingerprint } = now;
  for (let write = left.shift(); write !== undefined; write = left.shift()) {
    const answer = await send(withCurrentSerial(write, now), fingerprint, sender);
    if (answer.status === 'applied') {
      add(write);
      fingerprint = answer.fingerprint;
      continue;
    }
    if (answer.status === 'raced') add(answer.written);
    if (answer.status === 'unproven') add(write);
    if (answer.status !== 'refused') return [];
    if (answer.refused.length > 0) return answer.refused;
    const halves = halvesOf(write);
    if (halves.length === 0) return refusedWithoutReason(write);
    left.unshift(...halves);
  }
  return null;
};

const failRefused = (refused: readonly RefusedChange[], due: readonly UndoItem[], { target }: Sender): void => {
  const reasons = new Map(refused.map((each) => [keyOf(each), each.message]));
  for (const { change, group } of due) {
    const why = reasons.get(keyOf(change));
    if (why === undefined) continue;
    const message = `${target} refused to restore ${change.name} ${change.type} (${why})`;
    group.failure ??= { kind: 'failed', message };
  }
};

/** What `job` throws fails all groups of the items. */
const failingGroups = async (
  items: readonly UndoItem[],
  sender: Sender,
  kind: UndoFailure['kind'],
  job: () => Promise<void>,
): Promise<void> => {
  try {
    await job();
  } catch (error) {
    const message = `${sender.zone.name} at ${sender.target}: ${messageOf(error)}`;
    for (const { group } of items) group.failure ??= failedWith(kind, message, codeOf(error));
  }
};

/** Is a change's RRset at the target as before the change, as after it, or neither? `message` says what is there then. */
export type ChangeState =
  | { readonly kind: 'before' | 'after' }
  | { readonly kind: 'changed'; readonly message: string };

/** Reads the states of changes. Throws where the target cannot be asked; a zone that is gone holds nothing. */
export const readChangeStates = async (
  changes: readonly Change[],
  sender: Sender,
): Promise<ReadonlyMap<Change, ChangeState>> => changeStatesIn(changes, await readOrEmpty(changes, sender), sender);

/** What is there once nothing that was sent can change it any more. */
const readOrEmpty = async (changes: readonly Change[], sender: Sender): Promise<ZoneSnapshot> => {
  try {
    await sender.lease?.awaitUnanswered();
    return await readNames(changes, sender);
  } catch (error) {
    if (!(error instanceof HostmasterError) || error.code !== 'ZONE_MISSING') throw error;
    return { status: 'read', zone: sender.zone, fingerprint: null, rrsets: [], unreadable: [] };
  }
};

const changeStatesIn = (
  changes: readonly Change[],
  now: ZoneSnapshot,
  sender: Sender,
): ReadonlyMap<Change, ChangeState> => {
  const notBefore = new Set(differing(changes, now, 'before'));
  const notAfter = new Set(differing(changes, now, 'after'));
  return new Map(
    changes.map((change): [Change, ChangeState] => {
      if (!notBefore.has(change)) return [change, { kind: 'before' }];
      if (!notAfter.has(change)) return [change, { kind: 'after' }];
      return [change, { kind: 'changed', message: changedMessage(change, now, sender) }];
    }),
  );
};

/** The items that are as written; one that is neither that nor as before fails its group. */
const stillAsWritten = (items: readonly UndoItem[], now: ZoneSnapshot, sender: Sender): readonly UndoItem[] => {
  const states = changeStatesIn(changesOf(items), now, sender);
  return items.filter(({ change, group }) => {
    const state = states.get(change);
    if (state?.kind === 'changed') group.failure ??= state;
    return state?.kind === 'after';
  });
};

const changesOf = (items: readonly UndoItem[]): readonly Change[] => items.map(({ change }) => change);

const changedMessage = ({ name, type, before, after }: Change, now: ZoneSnapshot, { target }: Sender): string => {
  const found = now.rrsets.find((rrset) => rrset.name === name && rrset.type === type && rrset.values.length > 0);
  const is = valuesOf(found ?? null);
  return `${name} ${type} at ${target} is ${is} now, neither ${valuesOf(after)} as we wrote it nor ${valuesOf(before)} as before`;
};

const valuesOf = (side: Pick<PlannedRRset, 'ttl' | 'values'> | null): string =>
  side === null ? 'missing' : `${side.values.map(({ rdata }) => rdata).join(', ')} (TTL ${side.ttl})`;
