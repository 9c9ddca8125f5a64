import type { KnownInventory, KnownServer } from '../model/server.ts';
import { serverKey } from '../model/server.ts';
import type { Composition } from './composition.ts';

/**
 * What to remember of each inventory. A server that lost a name or an address to another is remembered as it was before,
 * or the next pass would take it for one that had them. The ETag is dropped then: a 304 would confirm the answer, not this.
 */
export const withLastKnownServers = (
  { entries, byServer }: Composition,
  next: Readonly<Record<string, KnownInventory>>,
): Readonly<Record<string, KnownInventory>> => {
  const asHad = (inventory: string, known: KnownServer): KnownServer | null => {
    const key = serverKey({ inventory, name: known.server.name });
    const entry = entries.get(key);
    const outcome = byServer.get(key)?.allocation.outcome ?? 'won';
    if (entry?.standing !== 'present' || outcome === 'won') return known;
    return entry.known === null ? null : { ...known, server: entry.known.server };
  };
  return Object.fromEntries(
    Object.entries(next).map(([inventory, known]) => {
      const servers = known.servers.map((each) => asHad(inventory, each));
      const isWhole = servers.every((each, i) => each === known.servers[i]);
      return [inventory, isWhole ? known : { ...known, etag: null, servers: servers.filter((each) => each !== null) }];
    }),
  );
};
