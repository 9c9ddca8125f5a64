import { knownNext } from '../../inventory/index.ts';
import type { KnownInventory, KnownServer } from '../../model/server.ts';
import type { LastPass } from './last-pass.ts';
import type { NextOfServers } from './planned.ts';

/** What to remember of an inventory, and at which positions of its servers that is new. */
export interface InventoryAfter {
  readonly name: string;
  readonly known: KnownInventory;
  readonly positions: readonly number[];
}

/**
 * What to remember of the inventories of these servers, as compose/last-known.ts does for all: who lost a name or an
 * address to another stays as it was. Without an ETag: a 304 would confirm an answer that did not have them so.
 */
export const inventoriesAfter = (
  { inventories }: LastPass,
  { impact: { changed, entries } }: NextOfServers,
  now: number,
): readonly InventoryAfter[] => {
  const names = new Set([...changed.values()].flatMap((next) => next?.server.inventory ?? []));
  const present = [...entries.values()].filter(
    ({ entry, outcome }) => entry.standing === 'present' && outcome === 'won',
  );
  const byInventory = Map.groupBy(present, ({ entry }) => entry.server.inventory);
  return [...new Set([...names, ...byInventory.keys()])].flatMap((name): readonly InventoryAfter[] => {
    const inventory = inventories.get(name);
    if (inventory === undefined) return [];
    const { known, positions } = inventory;
    const servers = [...known.servers];
    const at: number[] = [];
    for (const { entry, key } of byInventory.get(name) ?? []) {
      const position = positions.get(entry.server.name) ?? servers.length;
      const before = servers[position];
      const isSaid = changed.has(key) || before === undefined;
      const after: KnownServer = isSaid ? knownNext(entry, { now }) : { ...before, server: entry.server };
      if (JSON.stringify(after) === JSON.stringify(before)) continue;
      servers[position] = after;
      at.push(position);
    }
    return [{ name, known: { ...known, etag: null, servers }, positions: at }];
  });
};
