import { sidesOf, withheldWith } from '../model/dependents.ts';
import type { AtomicSet, Change, ChangeRef, Changeset, GuardName, Withheld } from '../model/plan.ts';
import { keyOf } from '../model/rrset.ts';
import { joined, tiesOf } from '../model/ties.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import { isAllowed, printAllow } from './allow.ts';
import { byNameAndType } from './diff.ts';
import type { Registered, ServerRef } from './sets.ts';
import { atomicSets, onlyGains, placeOf, refTo, withoutNewcomers } from './sets.ts';

/** A zone at a target that could not be read, so that nobody knows what would change there. */
export interface Unplanned {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
}

export interface SplitInput {
  /** Of all zones at all targets that could be planned, also of those that this run leaves out. */
  readonly changesets: readonly Changeset[];
  readonly registered: Registered;
  readonly allows: readonly Allow[];
  /** Is the changeset part of this run? Default is that all are. */
  readonly selected?: (changeset: Changeset) => boolean;
  /** Default is none. */
  readonly unplanned?: readonly Unplanned[];
  /** Registration names whose addresses cannot be written as wanted, with the reason. Default is none. */
  readonly quarantined?: Pick<ReadonlyMap<string, string>, 'get'>;
  /** The zones that a server's registration is in, or was before these changes of it. Default is none. */
  readonly needs?: (server: ServerRef, changes: readonly Change[]) => readonly Pick<Unplanned, 'zone' | 'view'>[];
}

/**
 * Withholds whole, in every zone at every target, the atomic sets of which a part is held back, left out of this run, or
 * in a zone that could not be read, with what claims take from their servers, and with the sets of servers that give them
 * addresses or take theirs.
 */
export const withholdSplit = (input: SplitInput): readonly Changeset[] => {
  const boards = input.changesets.map(boardOf);
  const sets = atomicSets(boards.map(wholeOf), input.registered);
  const byPlace = new Map(
    boards.flatMap((board) =>
      board.entries.map((entry) => [placeOf(refTo(board.changeset, entry.change)), { board, entry }]),
    ),
  );
  const found = sets.map((set) => ({ set, places: placesOf(set, byPlace) }));
  const waiting = new Set(
    joined(found, ({ places }) => places.members.flatMap(tiesAt)).flatMap((tied) => {
      const members = tied.flatMap(({ places }) => places.members);
      return tied.map((each) => ({ ...each, members }));
    }),
  );
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const each of waiting) {
      const causes = causesOf(each, input);
      if (causes.length === 0) continue;
      waiting.delete(each);
      for (const place of each.places.members) withhold(place, causes, input);
      for (const place of each.places.claims) withhold(place, causes, input, each.set);
    }
    for (const board of boards) withholdDependents(board);
  }
  return boards.map(settled);
};

/** One changeset while it is looked through. */
interface Board {
  readonly changeset: Changeset;
  readonly entries: readonly Entry[];
  readonly added: Withheld[];
  /** Held back since its dependents were last looked for, by name. */
  readonly fresh: Map<string, Fresh>;
}

interface Fresh {
  readonly changes: readonly Change[];
  readonly causes: readonly Cause[];
  /** Are they claims alone that only gain? */
  readonly gains: boolean;
}

/** A change, and by what it, or a part of it, is held back. */
interface Entry {
  readonly change: Change;
  readonly held: Withheld[];
  /** What of it goes; null: nothing. */
  goes: Change | null;
}

interface Place {
  readonly board: Board;
  readonly entry: Entry;
}

interface Places {
  readonly members: readonly Place[];
  readonly claims: readonly Place[];
}

interface Cause {
  readonly guard: GuardName;
  readonly reason: string;
  /** null: nothing lets it through; `own`: its own `--allow`, by its name. */
  readonly allow: string | null | 'own';
}

const boardOf = (changeset: Changeset): Board => {
  const byKey = new Map<string, Entry>(
    changeset.changes.map((change) => [keyOf(change), { change, held: [], goes: change }]),
  );
  for (const withheld of changeset.withheld.filter(isHeldChange)) {
    const { guard: _guard, reason: _reason, allow: _allow, ...change } = withheld;
    const entry = byKey.get(keyOf(withheld)) ?? { change, held: [], goes: null };
    byKey.set(keyOf(withheld), entry);
    entry.held.push(withheld);
    entry.goes = null;
  }
  return { changeset, entries: [...byKey.values()], added: [], fresh: new Map() };
};

/** What waits for a proof of absence is mostly no change of this plan, but what was kept out of it. */
const isHeldChange = ({ guard, action }: Withheld): boolean => guard !== 'absence' || action === 'create';

const wholeOf = ({ changeset, entries }: Board): Changeset => ({
  ...changeset,
  changes: entries.map(({ change }) => change),
});

const placesOf = ({ members, claims }: AtomicSet, byPlace: ReadonlyMap<string, Place>): Places => {
  const found = (refs: readonly ChangeRef[]) => refs.flatMap((ref) => byPlace.get(placeOf(ref)) ?? []);
  return { members: found(members), claims: found(claims) };
};

/** A server that loses its last address keeps it: whoever has it now does not wait for that. */
const tiesAt = ({ entry: { change } }: Place): readonly string[] =>
  change.type !== 'PTR' && change.after === null ? [] : tiesOf(change);

/** A set, with the members of all that are tied to it. */
interface Waiting {
  readonly set: AtomicSet;
  readonly places: Places;
  readonly members: readonly Place[];
}

const causesOf = ({ set, places, members }: Waiting, input: SplitInput): readonly Cause[] => {
  const held = members.flatMap(({ board, entry }) => entry.held.map((withheld) => goingWith(withheld, board)));
  const first = held.filter(({ root }) => root);
  const own = (first.length > 0 ? first : held).map(({ cause }) => cause);
  const causes = [
    ...quarantineCauses(members, input),
    ...own,
    ...unplannedCauses(set, places, input),
    ...filterCauses(set, places, input),
  ];
  return [...new Map(causes.map((cause) => [`${cause.guard} ${cause.allow}`, cause])).values()];
};

const goingWith = ({ name, type, guard, reason, allow }: Withheld, { changeset }: Board) => {
  const { zone, view, target } = changeset;
  const where = `${name} ${type} in ${zoneLabel({ name: zone, view })} at ${target}`;
  const root = !reason.startsWith(along);
  const cause: Cause = { guard, allow, reason: root ? `${along}${where}, which is held back: ${reason}` : reason };
  return { root, cause };
};

const along = 'goes with ';

/** An address that is new and cannot be written is no change at all: what would point at its name waits with it. */
const quarantineCauses = (members: readonly Place[], { quarantined }: SplitInput): readonly Cause[] => {
  if (quarantined === undefined) return [];
  for (const { entry } of members) {
    const { type, after } = entry.change;
    for (const { rdata } of type === 'PTR' ? (after?.values ?? []) : []) {
      const reason = quarantined.get(rdata);
      if (reason === undefined) continue;
      return [
        { guard: 'quarantine', reason: `${along}the addresses of ${rdata}: quarantined: ${reason}`, allow: null },
      ];
    }
  }
  return [];
};

const unplannedCauses = (set: AtomicSet, { members }: Places, { needs, unplanned }: SplitInput): readonly Cause[] => {
  if (needs === undefined || unplanned === undefined || unplanned.length === 0) return [];
  const changes = members.map(({ entry: { change } }) => change);
  const needed = needs(set, changes);
  const missing = unplanned.find(({ zone, view }) => needed.some((each) => each.zone === zone && each.view === view));
  if (missing === undefined) return [];
  const zone = zoneLabel({ name: missing.zone, view: missing.view });
  const reason = `a part of the registration of ${set.server} is in ${zone}, which could not be read at ${missing.target}`;
  return [{ guard: 'incomplete', reason, allow: null }];
};

const filterCauses = (
  { server }: AtomicSet,
  { members, claims }: Places,
  { selected }: SplitInput,
): readonly Cause[] => {
  if (selected === undefined) return [];
  const outside = members.find(({ board }) => !selected(board.changeset));
  if (outside === undefined || [...members, ...claims].every(({ board }) => !selected(board.changeset))) return [];
  const { zone, view, target } = outside.board.changeset;
  const { name, type } = outside.entry.change;
  const where = `${name} ${type} in ${zoneLabel({ name: zone, view })} at ${target}`;
  const reason = `it is of ${server}, as is ${where}, which --zone or --target leaves out`;
  return [{ guard: 'filter', reason, allow: 'own' }];
};

/** `of`: it is a claim, of which what it does not take from that server may go. */
const withhold = ({ board, entry }: Place, causes: readonly Cause[], input: SplitInput, of?: ServerRef): void => {
  const { change, goes } = entry;
  if (goes === null) return;
  const open = causes.filter((cause) => appliesTo(cause, change, board.changeset, input));
  if (open.length === 0) return;
  hold(board, entry, open);
  entry.goes = of === undefined ? null : withoutNewcomers(goes, of);
  // What goes in part holds nothing else at its name back.
  if (entry.goes !== null) return;
  const { name } = change;
  const { changes = [], gains = true } = board.fresh.get(name) ?? {};
  board.fresh.set(name, {
    changes: [...changes, change],
    causes: open,
    gains: gains && of !== undefined && onlyGains(change),
  });
};

/** What is of no use, or does harm, without what was just held back in its zone. */
const withholdDependents = (board: Board): void => {
  const { changeset, entries, fresh } = board;
  if (fresh.size === 0) return;
  const live = entries.filter(({ goes }) => goes !== null);
  const byName = Map.groupBy(live, ({ change }) => change.name);
  const exists = new Set(entries.filter(({ change }) => change.before !== null).map(({ change }) => change.name));
  const dependents = withheldWith({
    zone: changeset.zone,
    changes: live.map(({ change }) => change),
    standing: [...fresh].flatMap(([name, each]) =>
      each.gains && gain(byName.get(name)) ? [] : each.changes.flatMap(sidesOf),
    ),
    exists: (name) => exists.has(name),
  });
  for (const entry of live) {
    const name = dependents.get(entry.change);
    const causes = name === undefined ? [] : (fresh.get(name)?.causes ?? []);
    if (causes.length === 0) continue;
    hold(board, entry, causes);
    entry.goes = null;
  }
  fresh.clear();
};

/** Does something come to a name, and nothing go? Then what does not come yet is in nobody's way. */
const gain = (live: readonly Entry[] = []): boolean =>
  live.length > 0 && live.every(({ goes }) => goes !== null && onlyGains(goes));

/** A filter holds back only what is part of this run, and not what this run allows. */
const appliesTo = ({ guard }: Cause, { name }: Change, changeset: Changeset, input: SplitInput): boolean => {
  if (guard !== 'filter') return true;
  const { zone, view, target } = changeset;
  const isSelected = input.selected?.(changeset) ?? true;
  return isSelected && !isAllowed(input.allows, 'filter', { name: zone, view }, target, name);
};

const hold = (board: Board, entry: Entry, causes: readonly Cause[]): void => {
  const { zone, view, target } = board.changeset;
  const { change } = entry;
  for (const { guard, reason, allow } of causes) {
    const own = allow === 'own' ? printAllow(guard, { name: zone, view }, target, change.name) : allow;
    const withheld = { ...change, guard, reason, allow: own };
    if (entry.held.some((each) => each.guard === guard && each.reason === reason && each.allow === own)) continue;
    entry.held.push(withheld);
    board.added.push(withheld);
  }
};

const settled = ({ changeset, entries, added }: Board): Changeset =>
  added.length === 0
    ? changeset
    : {
        ...changeset,
        changes: entries.flatMap(({ goes }) => goes ?? []),
        withheld: [...changeset.withheld, ...added].sort(byNameAndType),
      };
