import { compareText } from '../model/compare.ts';
import type {
  InventoryStatus,
  KnownInventory,
  KnownServer,
  MissingSince,
  Roster,
  RosterServer,
} from '../model/server.ts';
import { serverKey } from '../model/server.ts';

// What a person says of servers that no answer has: they are gone, without more proof. It is remembered in the state, with
// each of them, until an answer has the server again (snapshot.ts).

interface Answers {
  readonly roster: Roster;
  readonly next: Readonly<Record<string, KnownInventory>>;
}

/**
 * The answers where these servers are gone; none of them is in an answer. One that not even the state knows has left values
 * behind: it is known by its name from now on. `known` is what the state knows of inventories that nobody asks any more.
 */
export const withAllowedAbsences = <T extends Answers>(
  answers: T,
  gone: readonly ServerName[],
  known: ReadonlyMap<string, KnownInventory>,
): T => {
  const { now } = answers.roster;
  const keys = new Set(gone.map(serverKey));
  const there = new Map(answers.roster.servers.map((entry) => [serverKey(entry.server), entry]));
  const entries = gone.map((each) => goneEntry(there.get(serverKey(each)) ?? null, each, now));
  const servers = [...answers.roster.servers.filter(({ server }) => !keys.has(serverKey(server))), ...entries].sort(
    (a, b) => compareText(serverKey(a.server), serverKey(b.server)),
  );
  const byInventory = Map.groupBy(entries, ({ server }) => server.inventory);
  const next = [...byInventory].map(
    ([name, own]) => [name, withGone(answers.next[name] ?? known.get(name) ?? nothingKnown, own)] as const,
  );
  return {
    ...answers,
    roster: { ...answers.roster, servers, inventories: recounted(answers.roster.inventories, servers) },
    next: { ...answers.next, ...Object.fromEntries(next) },
  };
};

export interface ServerName {
  readonly inventory: string;
  readonly name: string;
}

type Gone = RosterServer & { readonly standing: 'missing' };

const goneEntry = (entry: RosterServer | null, { inventory, name }: ServerName, now: number): Gone => {
  const before: MissingSince = entry?.standing === 'missing' ? entry.missing : { since: now, snapshots: 0 };
  const missing = { ...before, allowed: true };
  if (entry !== null && entry.known !== null) {
    return { standing: 'missing', server: entry.server, missing, known: entry.known };
  }
  const server = { name, inventory, ips: [], labels: [], state: 'active', attributes: {} } as const;
  return { standing: 'missing', server, missing, known: { server, since: now } };
};

const nothingKnown: KnownInventory = { etag: null, takenAt: 0, countedAt: 0, servers: [], shrunk: null };

const withGone = (known: KnownInventory, gone: readonly Gone[]): KnownInventory => {
  const names = new Set(gone.map(({ server }) => server.name));
  const servers: readonly KnownServer[] = gone.map(({ missing, server, known: { since, partial } }) => ({
    server,
    since,
    missing,
    ...(partial === undefined ? {} : { partial }),
  }));
  return {
    ...known,
    // An answer of before may have had the server: a 304 must not confirm that.
    etag: null,
    servers: [...known.servers.filter(({ server }) => !names.has(server.name)), ...servers].sort((a, b) =>
      compareText(a.server.name, b.server.name),
    ),
  };
};

const recounted = (
  inventories: Readonly<Record<string, InventoryStatus>>,
  servers: readonly RosterServer[],
): Readonly<Record<string, InventoryStatus>> => {
  const present = servers.filter(({ standing }) => standing !== 'missing');
  const of = (name: string) => present.filter(({ server }) => server.inventory === name).length;
  return Object.fromEntries(
    Object.entries(inventories).map(([name, status]) => [name, { ...status, servers: of(name) }]),
  );
};
