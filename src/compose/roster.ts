import type { RosterServer, Server } from '../model/server.ts';
import { keyOfEntry, serverTitle } from './contenders.ts';
import type { RosterIndex } from './roster-index.ts';
import { had } from './roster-ranking.ts';

// Who gets a name or an address that several servers want.
//
// Terms.
// - The roster lists every server that counts in a pass, with its standing: `present` (in its inventory's answer),
//   `remembered` (nothing usable was said of it) or `missing` (complete answers lack it). `known` is the server as the
//   last pass knew it.
// - A server contends if it wants names at all (contenders.ts). Contending servers with one name or one address are
//   rivals; between them there is a contest for it, which one wins, or which is tied.
// - An allocation is what a server gets in the end: itself, itself as last known, or nothing.
//
// Premises.
// - A name or an address belongs to one server at most. What cannot be decided is nobody's: in a tie no rival gets
//   anything new, and what exists in DNS stays.
// - Of servers that are present, whoever comes later takes nothing. An inventory is input that may be wrong or hostile:
//   a new entry with a mail server's address must not get its PTR.
// - A server's allocation depends only on its rivals (rivalsOf). So the change of one server concerns those alone, and
//   planning one server (affectedBy in composition.ts) gives what a full pass would.
//
// How it works. roster-index.ts lists the contending servers by name and by address; nearly always a list has one
// server, which then gets all it wants without any further work. Otherwise roster-ranking.ts ranks the rivals:
// present before remembered before missing, then who had it before, then who has been known for longer.
// - A present server that loses its name gets nothing. One that loses an address falls back to what it was last known
//   with, without the addresses that others have now or had too: half of a new description would be neither the old
//   server nor the new one.
// - An absent server keeps its forward records, so that a rival cannot push it out while its inventory fails; but the
//   PTR of an address goes to the server that has the address now.
// Each contest that was not won is one message (conflicts), which contributions.ts reports as `server-conflict`.

/** `won`: it gets all that it wants. `lost`: something is another's. `tied`: nobody can tell whose something is. */
export type AllocationOutcome = 'won' | 'lost' | 'tied';

/** What a server gets. */
export interface Allocation {
  /** The server with the name and the addresses that it gets, which may be its last known ones; null: it gets nothing. */
  readonly server: Server | null;
  readonly outcome: AllocationOutcome;
  /** Addresses whose PTR is another server's, with that one's title if it is present. */
  readonly ptrTakenBy: ReadonlyMap<string, string | null>;
  /** Addresses that several want and none gets. */
  readonly tiedAddresses: readonly string[];
  readonly isNameTied: boolean;
  /** One message for each name or address that it did not get. */
  readonly conflicts: readonly string[];
}

const noneTaken: ReadonlyMap<string, string | null> = new Map();

export const fullAllocation = (server: Server): Allocation => ({
  server,
  outcome: 'won',
  ptrTakenBy: noneTaken,
  tiedAddresses: [],
  isNameTied: false,
  conflicts: [],
});

export const allocationOf = (index: RosterIndex, entry: RosterServer): Allocation => {
  const { server } = entry;
  const alone = index.withName(server.name).length < 2 && server.ips.every((ip) => index.withAddress(ip).length < 2);
  if (alone) return fullAllocation(server);
  return entry.standing === 'present' ? allocatePresent(index, entry) : allocateAbsent(index, entry);
};

const allocatePresent = (index: RosterIndex, entry: RosterServer): Allocation => {
  const { server, known } = entry;
  const name = contest(index, entry, index.withName(server.name), null);
  const disputes = server.ips.map((ip) => ({ ip, ...contest(index, entry, index.withAddress(ip), ip) }));
  const lost = disputes.filter(({ outcome }) => outcome !== 'won');
  if (name.outcome === 'won' && lost.length === 0) return fullAllocation(server);
  const isTied = name.outcome === 'tied' || lost.some(({ outcome }) => outcome === 'tied');
  const fallback = name.outcome === 'won' && known !== null ? lastKnown(index, entry, known.server) : null;
  return {
    ...fullAllocation(server),
    server: fallback,
    outcome: isTied ? 'tied' : 'lost',
    tiedAddresses: lost.filter(({ outcome }) => outcome === 'tied').map(({ ip }) => ip),
    isNameTied: name.outcome === 'tied',
    conflicts: [
      ...(name.outcome === 'won' ? [] : [conflictMessage(entry, name, `the name ${server.name}`, null, fallback)]),
      ...lost.map((dispute) => conflictMessage(entry, dispute, dispute.ip, dispute.ip, fallback)),
    ],
  };
};

/** The server as it was last known, without the addresses that others have now or had as well. */
const lastKnown = (index: RosterIndex, entry: RosterServer, known: Server): Server => {
  const key = keyOfEntry(entry);
  const ips = known.ips.filter((ip) => {
    const current = index.withAddress(ip);
    if (entry.server.ips.includes(ip)) return contest(index, entry, current, ip).outcome === 'won';
    const isFree = current.every((other) => keyOfEntry(other) === key);
    return isFree && contest(index, entry, index.formerlyWith(ip), ip).outcome === 'won';
  });
  return { ...known, ips };
};

/** An absent server keeps its name and addresses, but the PTR of an address belongs to the server that has it now. */
const allocateAbsent = (index: RosterIndex, entry: RosterServer): Allocation => {
  const ptrTakenBy = new Map<string, string | null>();
  const tiedAddresses: string[] = [];
  for (const ip of entry.server.ips) {
    const { outcome, winner } = contest(index, entry, index.withAddress(ip), ip);
    if (outcome === 'won') continue;
    if (outcome === 'tied') tiedAddresses.push(ip);
    ptrTakenBy.set(ip, winner?.standing === 'present' ? serverTitle(winner.server) : null);
  }
  return { ...fullAllocation(entry.server), ptrTakenBy, tiedAddresses };
};

interface Contest {
  readonly outcome: AllocationOutcome;
  /** Who has it instead; of a tie, another who wants it. */
  readonly winner: RosterServer | null;
}

/** Does the server win against all that want the address, or (null) its name? */
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

/** `lab/web2 and lab/web1 both have 192.0.2.21: lab/web1 had it first and keeps it; lab/web2 gets nothing`. */
const conflictMessage = (
  entry: RosterServer,
  { outcome, winner }: Contest,
  wanted: string,
  address: string | null,
  fallback: Server | null,
): string => {
  const [own, other] = [keyOfEntry(entry), winner === null ? 'another server' : keyOfEntry(winner)];
  const isOlder = winner !== null && had(winner, address);
  const verdict = isOlder ? `${other} had it first and keeps it` : `${other} has been known for longer and gets it`;
  const rest = fallback === null ? 'gets nothing' : 'keeps its other last known addresses';
  const decided = outcome === 'lost' ? verdict : 'neither gets it, as nothing tells whose it is';
  return `${own} and ${other} both have ${wanted}: ${decided}; ${own} ${rest}`;
};
