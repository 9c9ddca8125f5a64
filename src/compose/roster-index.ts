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

type Entries = Map<string, RosterServer[]>;

export const indexRoster = (roster: readonly RosterServer[], contends: Contends): RosterIndex => {
  const withName: Entries = new Map();
  const withAddress: Entries = new Map();
  const formerlyWith: Entries = new Map();
  for (const entry of roster) {
    if (!contends(entry)) continue;
    add(withName, entry.server.name, entry);
    for (const ip of entry.server.ips) add(withAddress, ip, entry);
    for (const ip of formerAddresses(entry)) add(formerlyWith, ip, entry);
  }
  return {
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

/** The same with another entry, or none, for one server. */
export const reindexed = (
  index: RosterIndex,
  key: string,
  next: RosterServer | null,
  contends: Contends,
): RosterIndex => {
  const contender = next !== null && contends(next) ? next : null;
  const lost = contender === null ? [] : formerAddresses(contender);
  const others = (list: (about: string) => readonly RosterServer[], has: (about: string) => boolean) =>
    once((about: string): readonly RosterServer[] => {
      const rest = list(about).filter((entry) => keyOfEntry(entry) !== key);
      return contender !== null && has(about) ? [...rest, contender].sort(byKey) : rest;
    });
  return {
    withName: others(index.withName, (name) => contender?.server.name === name),
    withAddress: others(index.withAddress, (address) => contender?.server.ips.includes(address) === true),
    formerlyWith: others(index.formerlyWith, (address) => lost.includes(address)),
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
