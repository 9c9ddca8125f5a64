import type { AbsenceLimits, KnownInventory, KnownServer, Roster, RosterServer, Server } from '../model/server.ts';
import { knownNext, presentServer } from './known-server.ts';

/** The servers of the last pass, and what is known of each inventory since. */
export interface LastAnswers {
  readonly roster: Roster;
  readonly next: Readonly<Record<string, KnownInventory>>;
}

/**
 * The answers that the last pass had, with what somebody says of some servers since, as if a complete answer of their
 * inventory had said it; no inventory is asked, and no absence counts. `now` in milliseconds since 1970.
 */
export const answersWith = (
  { roster, next: known }: LastAnswers,
  servers: readonly Server[],
  { limits, now }: { readonly limits: AbsenceLimits; readonly now: number },
): LastAnswers & { readonly counts: boolean } => {
  const said = Map.groupBy(
    servers.filter(({ inventory }) => known[inventory] !== undefined),
    ({ inventory }) => inventory,
  );
  const next: Record<string, KnownInventory> = {};
  const entries: RosterServer[] = roster.servers.filter(({ server: { inventory } }) => known[inventory] === undefined);
  for (const [inventory, before] of Object.entries(known)) {
    const byName = new Map(before.servers.map((each) => [each.server.name, each]));
    const present = new Map(
      said
        .get(inventory)
        ?.map((server) => [server.name, presentServer(server, byName.get(server.name), before, { limits, now })]),
    );
    const rest = roster.servers
      .filter(({ server }) => server.inventory === inventory && !present.has(server.name))
      .map((entry) => asKnown(entry, byName.get(entry.server.name)));
    entries.push(...rest, ...present.values());
    // Whoever lost something to another may have it now: what is remembered of them is decided once all are composed.
    for (const entry of rest.filter(({ standing }) => standing === 'present')) {
      const known = byName.get(entry.server.name);
      byName.set(
        entry.server.name,
        known === undefined ? knownNext(entry, { now }) : { ...known, server: entry.server },
      );
    }
    for (const [name, entry] of present) byName.set(name, knownNext(entry, { now }));
    const servers = [...byName.values()].sort(byServerName);
    next[inventory] = present.size === 0 ? before : { ...before, etag: null, servers };
  }
  return { roster: { ...roster, servers: entries, inventories: counted(roster, entries), now }, next, counts: false };
};

const counted = ({ inventories }: Roster, servers: readonly RosterServer[]): Roster['inventories'] => {
  const byInventory = Map.groupBy(
    servers.filter(({ standing }) => standing !== 'missing'),
    ({ server }) => server.inventory,
  );
  return Object.fromEntries(
    Object.entries(inventories).map(([name, status]) => [
      name,
      { ...status, servers: byInventory.get(name)?.length ?? 0 },
    ]),
  );
};

/** A server as the last pass found it, and as it is known since. */
const asKnown = (entry: RosterServer, known: KnownServer | undefined): RosterServer =>
  known === undefined ? entry : { ...entry, known };

const byServerName = (a: KnownServer, b: KnownServer): number => (a.server.name < b.server.name ? -1 : 1);
