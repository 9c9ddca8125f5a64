import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Change, PlannedRRset } from '../../model/plan.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';
import type { RefusedChange } from '../../provider.ts';
import { differing, withCurrentSerial } from './compare.ts';
import type { Sender } from './send.ts';
import { halvesOf, readNames, send, unsaid } from './send.ts';

/** Changes that are taken back together; the first trouble stops what is left of them. */
export interface UndoGroup {
  trouble: UndoFailure | null;
}

/**
 * `moved`: somebody else changed an RRset since; `failed`: the target could not be asked, or did not take it; `unfinished`:
 * all was taken back, and what is owed after that went wrong.
 */
export interface UndoFailure {
  readonly kind: 'moved' | 'failed' | 'unfinished';
  readonly message: string;
}

/** A change that was sent, as it was sent. */
export interface UndoItem {
  readonly change: Change;
  readonly group: UndoGroup;
}

/** Where changes are taken back. */
export interface UndoPlace {
  readonly sender: Sender;
  readonly portions: (changes: readonly Change[]) => readonly (readonly Change[])[];
}

/** How often a place is tried anew after a refusal or a race. */
const tries = 8;

/** What leads back from a change. */
export const inverse = ({ action, name, type, before, after }: Change): Change => ({
  action: action === 'create' ? 'delete' : action === 'delete' ? 'create' : 'replace',
  name,
  type,
  before: after,
  after: before,
});

/** Looks whether the changes can be taken back, without writing: what moved troubles its group. Never throws. */
export const examine = async ({ sender }: UndoPlace, items: readonly UndoItem[]): Promise<void> =>
  troubling(items, sender, 'failed', async () => {
    standing(items, await readStanding(changesOf(items), sender), sender);
  });

export interface Undone<T> {
  /** Those that are as before now. */
  readonly back: readonly T[];
  /** What was written for that, also where the rest failed; `finishUndo` is owed for it. */
  readonly written: readonly Change[];
}

/**
 * Takes changes back where the target still has what they left there, by compare and swap; what is as before already
 * stays. Never throws: what goes wrong troubles the groups that it concerns.
 */
export const undo = async <T extends UndoItem>(place: UndoPlace, items: readonly T[]): Promise<Undone<T>> => {
  const written: Change[] = [];
  await troubling(items, place.sender, 'failed', () => comeToRest(place, items, written));
  return { back: untroubled(items), written };
};

/** What is owed after the last write. Never throws, as undo. */
export const finishUndo = (
  { sender }: UndoPlace,
  items: readonly UndoItem[],
  written: readonly Change[],
): Promise<void> =>
  troubling(items, sender, 'unfinished', async () => sender.provider.finish?.(sender.zone, written, sender.signal));

const untroubled = <T extends UndoItem>(items: readonly T[]): readonly T[] =>
  items.filter(({ group }) => group.trouble === null);

/** Looks and writes until nothing of the groups without trouble is left to take back; `written` gets what stands of it. */
const comeToRest = async (
  { sender, portions }: UndoPlace,
  items: readonly UndoItem[],
  written: Change[],
): Promise<void> => {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const live = untroubled(items);
    if (live.length === 0) return;
    const now = await readStanding(changesOf(live), sender);
    const due = untroubled(standing(live, now, sender));
    if (due.length === 0) return;
    const writes = portions(due.map(({ change }) => inverse(change)));
    const refused = await sendBack(writes, now, sender, written);
    if (refused === null) return;
    blame(refused, due, sender);
  }
  throw new HostmasterError('LOST_RACE', `it did not come to rest in ${tries} tries`);
};

/** Null: all of it is written. Else it is to be looked at again, after what the server refused. */
const sendBack = async (
  writes: readonly (readonly Change[])[],
  now: ZoneSnapshot,
  sender: Sender,
  written: Change[],
): Promise<readonly RefusedChange[] | null> => {
  const left = [...writes];
  let { fingerprint } = now;
  for (let write = left.shift(); write !== undefined; write = left.shift()) {
    const answer = await send(withCurrentSerial(write, now), fingerprint, sender);
    if (answer.status === 'applied') {
      written.push(...write);
      fingerprint = answer.fingerprint;
      continue;
    }
    if (answer.status === 'raced') written.push(...answer.written);
    if (answer.status !== 'refused') return [];
    if (answer.refused.length > 0) return answer.refused;
    const halves = halvesOf(write);
    if (halves.length === 0) return unsaid(write);
    left.unshift(...halves);
  }
  return null;
};

const blame = (refused: readonly RefusedChange[], due: readonly UndoItem[], { target }: Sender): void => {
  const reasons = new Map(refused.map((each) => [keyOf(each), each.message]));
  for (const { change, group } of due) {
    const why = reasons.get(keyOf(change));
    if (why === undefined) continue;
    const message = `${target} refused to take ${change.name} ${change.type} back (${why})`;
    group.trouble ??= { kind: 'failed', message };
  }
};

const troubling = async (
  items: readonly UndoItem[],
  sender: Sender,
  kind: UndoFailure['kind'],
  job: () => Promise<void>,
): Promise<void> => {
  try {
    await job();
  } catch (error) {
    const message = `${sender.zone.name} at ${sender.target}: ${messageOf(error)}`;
    for (const { group } of items) group.trouble ??= { kind, message };
  }
};

/** How a change's RRset stands at its target; `words` says what is there where it is neither. */
export type Standing = { readonly kind: 'before' | 'after' } | { readonly kind: 'moved'; readonly words: string };

/** Reads how changes stand. Throws where the target cannot be asked; a zone that is gone holds nothing. */
export const standings = async (changes: readonly Change[], sender: Sender): Promise<ReadonlyMap<Change, Standing>> =>
  standingIn(changes, await readStanding(changes, sender), sender);

const readStanding = async (changes: readonly Change[], sender: Sender): Promise<ZoneSnapshot> => {
  try {
    return await readNames(changes, sender);
  } catch (error) {
    if (!(error instanceof HostmasterError) || error.code !== 'ZONE_MISSING') throw error;
    return { status: 'read', zone: sender.zone, fingerprint: null, rrsets: [], unreadable: [] };
  }
};

const standingIn = (changes: readonly Change[], now: ZoneSnapshot, sender: Sender): ReadonlyMap<Change, Standing> => {
  const notBefore = new Set(differing(changes, now, 'before'));
  const notAfter = new Set(differing(changes, now, 'after'));
  return new Map(
    changes.map((change): [Change, Standing] => {
      if (!notBefore.has(change)) return [change, { kind: 'before' }];
      if (!notAfter.has(change)) return [change, { kind: 'after' }];
      return [change, { kind: 'moved', words: movedWords(change, now, sender) }];
    }),
  );
};

/** The items that stand; what is neither as they left it nor as before troubles its group. */
const standing = (items: readonly UndoItem[], now: ZoneSnapshot, sender: Sender): readonly UndoItem[] => {
  const found = standingIn(changesOf(items), now, sender);
  return items.filter(({ change, group }) => {
    const how = found.get(change);
    if (how?.kind === 'moved') group.trouble ??= { kind: 'moved', message: how.words };
    return how?.kind === 'after';
  });
};

const changesOf = (items: readonly UndoItem[]): readonly Change[] => items.map(({ change }) => change);

const movedWords = ({ name, type, before, after }: Change, now: ZoneSnapshot, { target }: Sender): string => {
  const found = now.rrsets.find((rrset) => rrset.name === name && rrset.type === type && rrset.values.length > 0);
  const is = valuesOf(found ?? null);
  return `${name} ${type} at ${target} is ${is} now, neither ${valuesOf(after)} as we wrote it nor ${valuesOf(before)} as before`;
};

const valuesOf = (side: Pick<PlannedRRset, 'ttl' | 'values'> | null): string =>
  side === null ? 'missing' : `${side.values.map(({ rdata }) => rdata).join(', ')} (TTL ${side.ttl})`;
