import { compareText } from '../model/compare.ts';
import { type AbsenceLimits, isProven, type RosterServer, type Server, serverKey } from '../model/server.ts';
import { isServerName } from './template.ts';

// Who has a name or an address that several servers want. One server's answer depends only on those that share something
// with it, so that the change of one server concerns those alone.

/** The servers that count, by what they could have in common. */
export interface RosterIndex {
  readonly withName: (name: string) => readonly RosterServer[];
  readonly at: (address: string) => readonly RosterServer[];
  /** Present servers that were last known with an address and have it no more. */
  readonly formerlyAt: (address: string) => readonly RosterServer[];
  /** Those of a list with the best right to what it is about. */
  readonly bestOf: (rivals: readonly RosterServer[], address: string | null) => readonly RosterServer[];
}

export const keyOfEntry = (entry: RosterServer): string => serverKey(entry.server);

/** `server web1 of inventory lab`, as messages have it. */
export const serverTitle = ({ name, inventory }: { readonly name: string; readonly inventory: string }): string =>
  `server ${name} of inventory ${inventory}`;

/** Has its absence been proven by these limits? */
export const isGone = (entry: RosterServer, limits: AbsenceLimits, now: number): boolean =>
  entry.standing === 'missing' && isProven(entry.missing, limits, now);

/** Why the values of a server are only held; null: they are not. */
export const retainedReason = (entry: RosterServer, limits: AbsenceLimits): string | null => {
  if (entry.standing !== 'missing') return null;
  const { snapshots, since } = entry.missing;
  const counted = `${Math.min(snapshots, limits.snapshots)} of ${limits.snapshots}`;
  return `${serverTitle(entry.server)} is missing from ${counted} complete snapshots, since ${new Date(since).toISOString()}`;
};

/** Does it want names at all? A decommissioned server wants none, one that is gone everywhere, or that has no name. */
export type Contends = (entry: RosterServer) => boolean;

export const contendsBy = (limits: readonly AbsenceLimits[], now: number): Contends => {
  return (entry) =>
    entry.server.state !== 'decommissioned' &&
    isServerName(entry.server.name) &&
    (entry.standing !== 'missing' || limits.length === 0 || limits.some((limit) => !isGone(entry, limit, now)));
};

type Entries = Map<string, RosterServer[]>;

export const indexRoster = (roster: readonly RosterServer[], contends: Contends): RosterIndex => {
  const withName: Entries = new Map();
  const at: Entries = new Map();
  const formerlyAt: Entries = new Map();
  for (const entry of roster) {
    if (!contends(entry)) continue;
    add(withName, entry.server.name, entry);
    for (const ip of entry.server.ips) add(at, ip, entry);
    for (const ip of formerAddresses(entry)) add(formerlyAt, ip, entry);
  }
  return {
    withName: (name) => withName.get(name) ?? [],
    at: (address) => at.get(address) ?? [],
    formerlyAt: (address) => formerlyAt.get(address) ?? [],
    bestOf: rankedOnce(),
  };
};

const add = (entries: Entries, at: string, entry: RosterServer): void => {
  const there = entries.get(at);
  if (there === undefined) entries.set(at, [entry]);
  else there.push(entry);
};

/** The same with another entry, or none, for one key. */
export const reindexed = (
  index: RosterIndex,
  key: string,
  next: RosterServer | null,
  contends: Contends,
): RosterIndex => {
  const counted = next !== null && contends(next) ? next : null;
  const lost = counted === null ? [] : formerAddresses(counted);
  const others = (list: (about: string) => readonly RosterServer[], has: (about: string) => boolean) =>
    once((about: string): readonly RosterServer[] => {
      const rest = list(about).filter((entry) => keyOfEntry(entry) !== key);
      return counted !== null && has(about) ? [...rest, counted].sort(byKey) : rest;
    });
  return {
    withName: others(index.withName, (name) => counted?.server.name === name),
    at: others(index.at, (address) => counted?.server.ips.includes(address) === true),
    formerlyAt: others(index.formerlyAt, (address) => lost.includes(address)),
    bestOf: rankedOnce(),
  };
};

/** As all entries are indexed: whom a message names must not hang on who came last. */
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

/** All that a server shares with whom it may concern. */
export const rivalsOf = (index: RosterIndex, entry: RosterServer): readonly RosterServer[] => [
  ...index.withName(entry.server.name),
  ...[...entry.server.ips, ...(entry.known?.server.ips ?? [])].flatMap((ip) => [
    ...index.at(ip),
    ...index.formerlyAt(ip),
  ]),
];

/** What a server gets. */
export interface Allocation {
  /** As it counts; null: it gets nothing. */
  readonly server: Server | null;
  /** `whole`, or it lost something to another, or nobody can tell whose it is. */
  readonly outcome: 'whole' | 'lost' | 'tied';
  /** Addresses whose PTR is another's, with the words of who has it if that one is present. */
  readonly ptrTakenBy: ReadonlyMap<string, string | null>;
  /** Addresses that several want and none gets. */
  readonly tiedAddresses: readonly string[];
  readonly isNameTied: boolean;
  /** What is to be said of it. */
  readonly conflicts: readonly string[];
}

const noneTaken: ReadonlyMap<string, string | null> = new Map();
export const undisputed = (server: Server): Allocation => ({
  server,
  outcome: 'whole',
  ptrTakenBy: noneTaken,
  tiedAddresses: [],
  isNameTied: false,
  conflicts: [],
});

export const allocationOf = (index: RosterIndex, entry: RosterServer): Allocation => {
  const { server } = entry;
  const alone = index.withName(server.name).length < 2 && server.ips.every((ip) => index.at(ip).length < 2);
  if (alone) return undisputed(server);
  return entry.standing === 'present' ? allocatePresent(index, entry) : allocateAbsent(index, entry);
};

const allocatePresent = (index: RosterIndex, entry: RosterServer): Allocation => {
  const { server, known } = entry;
  const name = contest(index, entry, index.withName(server.name), null);
  const disputes = server.ips.map((ip) => ({ ip, ...contest(index, entry, index.at(ip), ip) }));
  const lost = disputes.filter(({ outcome }) => outcome !== 'won');
  if (name.outcome === 'won' && lost.length === 0) return undisputed(server);
  const isTied = name.outcome === 'tied' || lost.some(({ outcome }) => outcome === 'tied');
  const fallback = name.outcome === 'won' && known !== null ? lastKnown(index, entry, known.server) : null;
  return {
    ...undisputed(server),
    server: fallback,
    outcome: isTied ? 'tied' : 'lost',
    tiedAddresses: lost.filter(({ outcome }) => outcome === 'tied').map(({ ip }) => ip),
    isNameTied: name.outcome === 'tied',
    conflicts: [
      ...(name.outcome === 'won' ? [] : [conflictMessage(entry, name, `the name ${server.name}`, fallback)]),
      ...lost.map((dispute) => conflictMessage(entry, dispute, `the address ${dispute.ip}`, fallback)),
    ],
  };
};

/** The server as it was, but for addresses that others have now or had as well. */
const lastKnown = (index: RosterIndex, entry: RosterServer, known: Server): Server => {
  const key = keyOfEntry(entry);
  const ips = known.ips.filter((ip) => {
    const current = index.at(ip);
    if (entry.server.ips.includes(ip)) return contest(index, entry, current, ip).outcome === 'won';
    const isFree = current.every((other) => keyOfEntry(other) === key);
    return isFree && contest(index, entry, index.formerlyAt(ip), ip).outcome === 'won';
  });
  return { ...known, ips };
};

/** An absent server keeps what it had, but a PTR is the one's that has the address now. */
const allocateAbsent = (index: RosterIndex, entry: RosterServer): Allocation => {
  const ptrTakenBy = new Map<string, string | null>();
  const tiedAddresses: string[] = [];
  for (const ip of entry.server.ips) {
    const { outcome, winner } = contest(index, entry, index.at(ip), ip);
    if (outcome === 'won') continue;
    if (outcome === 'tied') tiedAddresses.push(ip);
    ptrTakenBy.set(ip, winner?.standing === 'present' ? serverTitle(winner.server) : null);
  }
  return { ...undisputed(entry.server), ptrTakenBy, tiedAddresses };
};

interface Contest {
  readonly outcome: 'won' | 'lost' | 'tied';
  /** Who has it instead; of a tie, another who wants it. */
  readonly winner: RosterServer | null;
}

/** About an address, or about the name (null). */
const contest = (
  index: RosterIndex,
  entry: RosterServer,
  all: readonly RosterServer[],
  address: string | null,
): Contest => {
  const top = all.length < 2 ? all : index.bestOf(all, address);
  const key = keyOfEntry(entry);
  const winner = top.find((other) => keyOfEntry(other) !== key) ?? null;
  if (winner === null) return { outcome: 'won', winner };
  return { outcome: top.length === 1 ? 'lost' : 'tied', winner };
};

/** Each list once: thousands of servers may all claim to have one address. */
const rankedOnce = (): RosterIndex['bestOf'] => {
  const known = new Map<readonly RosterServer[], readonly RosterServer[]>();
  return (rivals, address) => {
    const before = known.get(rivals);
    if (before !== undefined) return before;
    const top = best(rivals, address);
    known.set(rivals, top);
    return top;
  };
};

const best: RosterIndex['bestOf'] = (rivals, address) => {
  let top: RosterServer[] = [];
  for (const rival of rivals) {
    const [leader] = top;
    const rank = leader === undefined ? -1 : compareRanks(rival, leader, address);
    if (rank < 0) top = [rival];
    else if (rank === 0) top.push(rival);
  }
  return top;
};

/** Present before remembered before missing, who had it before who comes, the older before the newer. */
const compareRanks = (a: RosterServer, b: RosterServer, address: string | null): number =>
  standings[a.standing] - standings[b.standing] ||
  rankOf(had(a, address)) - rankOf(had(b, address)) ||
  compareNumbers(a.known?.since ?? Number.POSITIVE_INFINITY, b.known?.since ?? Number.POSITIVE_INFINITY);

const had = ({ known }: RosterServer, address: string | null): boolean =>
  known !== null && (address === null || known.server.ips.includes(address));

const standings = { present: 0, remembered: 1, missing: 2 } as const;

const rankOf = (holds: boolean): number => (holds ? 0 : 1);

const compareNumbers = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const formerAddresses = ({ standing, server, known }: RosterServer): readonly string[] =>
  standing !== 'present' || known === null || known.server.ips === server.ips
    ? []
    : known.server.ips.filter((ip) => !server.ips.includes(ip));

const conflictMessage = (
  entry: RosterServer,
  { outcome, winner }: Contest,
  what: string,
  left: Server | null,
): string => {
  const who = winner === null ? 'another server' : serverTitle(winner.server);
  const verdict = outcome === 'lost' ? `${who} keeps it` : 'none of them gets it, as nobody can tell whose it is';
  const rest = left === null ? 'gets nothing' : 'stays as it was last known';
  return `${serverTitle(entry.server)} and ${who} both have ${what}: ${verdict}, and the first ${rest}`;
};
