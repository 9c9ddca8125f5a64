import type { Definitions } from '../model/definitions.ts';
import type { Store } from '../model/ports.ts';
import { type KnownServer, serverKey } from '../model/server.ts';

/**
 * Remembers the servers that a reviewed plan took as gone, so that the next pass does not write them again. A plan file is
 * data: only a server counts of which nothing that was written for it is left.
 */
export const rememberAbsent = async (
  keys: readonly string[],
  { zones }: Pick<Definitions, 'zones'>,
  store: Pick<Store, 'inventory' | 'remember' | 'written'>,
  now: number,
): Promise<void> => {
  if (keys.length === 0) return;
  const left = new Set<string>();
  for (const { id, settings } of zones) {
    for (const target of settings.targets) {
      for (const { sources } of await store.written(id, target)) for (const source of sources) left.add(source);
    }
  }
  const gone = new Set(keys.filter((key) => !left.has(key)));
  for (const inventory of new Set([...gone].map((key) => key.slice(0, key.indexOf('/'))))) {
    const known = await store.inventory(inventory);
    if (known === null) continue;
    const isGone = ({ server }: KnownServer) => gone.has(serverKey({ inventory, name: server.name }));
    const servers = known.servers.map((each): KnownServer => {
      if (!isGone(each)) return each;
      const { lacking: _lacking, ...rest } = each;
      return { ...rest, missing: { ...(each.missing ?? { since: now, snapshots: 0 }), allowed: true } };
    });
    // An answer of before may have had the server: a 304 must not confirm that.
    await store.remember(inventory, { ...known, etag: null, servers });
  }
};
