import { compareText } from '../model/compare.ts';
import type { RosterServer } from '../model/server.ts';
import { type Contends, keyOfEntry } from './contenders.ts';
import { type Ranking, rankOnce } from './roster-ranking.ts';

/** The servers that contend, by what they could have in common. */
export interface RosterIndex {
  readonly withName: (name: string) => readonly RosterServer[];
  readonly withAddress: (address: string) => readonly RosterServer[];
  /** Present servers that were last known with an address and have it no more. */
  readonly formerlyWith: (address: string) => readonly RosterServer[];
  readonly bestOf: Ranking;
}

/** An index in which a server can be replaced in place, by whoever has it. */
export interface OwnedIndex extends RosterIndex {
  readonly replace: (before: RosterServer | null, next: RosterServer | null) => void;
}

type Entries = Map<string, RosterServer[]>;

export const indexRoster = (roster: readonly RosterServer[], contends: Contends): OwnedIndex => {
  const withName: Entries = new Map();
  const withAddress: Entries = new Map();
  const formerlyWith: Entries = new Map();
  const eachPlace = (entry: RosterServer, visit: (entries: Entries, at: string, entry: RosterServer) => void): void => {
    if (!contends(entry)) return;
    visit(withName, entry.server.name, entry);
    for (const ip of entry.server.ips) visit(withAddress, ip, entry);
    for (const ip of formerAddresses(entry)) visit(formerlyWith, ip, entry);
  };
  for (const entry of roster) eachPlace(entry, add);
  return {
    replace: (before, next) => {
      if (before !== null) eachPlace(before, remove);
      if (next !== null) eachPlace(next, insert);
    },
    withName: (name) => withName.get(name) ?? [],
    withAddress: (address) => withAddress.get(address) ?? [],
    formerlyWith: (address) => formerlyWith.get(address) ?? [],
    bestOf: rankOnce(),
  };
};

const add = (entries: Entries, at: string, entry: RosterServer): void => {
  const there = entries.get(at);
  if (there === undefined) entries.set(at, [entry]);
  else there.push(entry);
};

/** Into a new list, in the order of keys: a ranking is known by its list. */
const insert = (entries: Entries, at: string, entry: RosterServer): void => {
  entries.set(at, [...(entries.get(at) ?? []), entry].sort(byKey));
};

const remove = (entries: Entries, at: string, entry: RosterServer): void => {
  const rest = (entries.get(at) ?? []).filter((each) => each !== entry);
  if (rest.length === 0) entries.delete(at);
  else entries.set(at, rest);
};

/** The same with other entries, or none, for some servers by key. */
export const reindexed = (
  index: RosterIndex,
  changed: ReadonlyMap<string, RosterServer | null>,
  contends: Contends,
): RosterIndex => {
  const contenders = [...changed.values()].filter((next) => next !== null).filter(contends);
  const others = (
    list: (about: string) => readonly RosterServer[],
    has: (contender: RosterServer, about: string) => boolean,
  ) =>
    once((about: string): readonly RosterServer[] => {
      const rest = list(about).filter((entry) => !changed.has(keyOfEntry(entry)));
      const own = contenders.filter((contender) => has(contender, about));
      return own.length > 0 ? [...rest, ...own].sort(byKey) : rest;
    });
  return {
    withName: others(index.withName, ({ server }, name) => server.name === name),
    withAddress: others(index.withAddress, ({ server }, address) => server.ips.includes(address)),
    formerlyWith: others(index.formerlyWith, (contender, address) => formerAddresses(contender).includes(address)),
    bestOf: rankOnce(),
  };
};

/** The order of the index: whom a message names must not depend on who came last. */
const byKey = (a: RosterServer, b: RosterServer): number => compareText(keyOfEntry(a), keyOfEntry(b));

const once = <T>(make: (about: string) => T): ((about: string) => T) => {
  const known = new Map<string, T>();
  return (about) => {
    const before = known.get(about);
    if (before !== undefined) return before;
    const made = make(about);
    known.set(about, made);
    return made;
  };
};

/** Every server that has, or had, the name or an address of this one; itself among them. */
export const rivalsOf = (index: RosterIndex, entry: RosterServer): readonly RosterServer[] => [
  ...index.withName(entry.server.name),
  ...[...entry.server.ips, ...(entry.known?.server.ips ?? [])].flatMap((ip) => [
    ...index.withAddress(ip),
    ...index.formerlyWith(ip),
  ]),
];

/** What a present server was last known with and has no more. */
const formerAddresses = ({ standing, server, known }: RosterServer): readonly string[] =>
  standing !== 'present' || known === null || known.server.ips === server.ips
    ? []
    : known.server.ips.filter((ip) => !server.ips.includes(ip));
