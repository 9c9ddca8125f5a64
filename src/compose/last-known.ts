import type { KnownInventory, KnownServer } from '../model/server.ts';
import { serverKey } from '../model/server.ts';
import type { Composition } from './composition.ts';

/**
 * What is to be kept of each inventory: a server that lost a name or an address to another stays known as it was before,
 * so that it is never taken for one that had them. Without the ETag then, as no answer says just that.
 */
export const withLastKnownServers = (
  { entries, byServer }: Composition,
  next: Readonly<Record<string, KnownInventory>>,
): Readonly<Record<string, KnownInventory>> => {
  const asHad = (inventory: string, known: KnownServer): KnownServer | null => {
    const key = serverKey({ inventory, name: known.server.name });
    const entry = entries.get(key);
    const outcome = byServer.get(key)?.allocation.outcome ?? 'whole';
    if (entry?.standing !== 'present' || outcome === 'whole') return known;
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
