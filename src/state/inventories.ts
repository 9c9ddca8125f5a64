import type { Store } from '../model/ports.ts';
import type { KnownInventory, KnownServer } from '../model/server.ts';
import { guardOf } from '../validation/index.ts';
import { inventoryHeadSchema, knownServerSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { Sql } from './sql.ts';
import type { StateWork } from './work.ts';

const servers: Table<KnownServer> = {
  name: 'inventory_servers',
  shared: ['inventory'],
  own: ['position'],
  body: guardOf(knownServerSchema),
};

/** An inventory without its servers, and how many they are. */
interface Head extends Omit<KnownInventory, 'servers'> {
  readonly count: number;
}

const heads: Table<Head> = {
  name: 'inventories',
  shared: ['inventory'],
  own: [],
  body: guardOf(inventoryHeadSchema),
};

const cut = 'DELETE FROM inventory_servers WHERE inventory = ? AND position >= ?';

/**
 * The last good snapshots. A server is a row, so that what is written follows what changed; but a snapshot that lacks one
 * is no snapshot: it is known whole, or not at all.
 */
export const inventoriesIn = (work: StateWork): Pick<Store, 'inventory' | 'remember' | 'rememberServers'> => {
  const headRows = rowsOf(work, heads);
  const serverRows = rowsOf(work, servers);
  const put = async (sql: Sql, name: string, { servers: known, ...rest }: KnownInventory, at: Iterable<number>) => {
    await headRows.put(sql, [name], [{ key: [], body: { ...rest, count: known.length } }]);
    const rows = [...at].flatMap((position) => {
      const body = known[position];
      return body === undefined ? [] : [{ key: [position], body }];
    });
    await serverRows.put(sql, [name], rows);
  };
  return {
    inventory: (name) => {
      const what = `what was known of the inventory ${name}`;
      const readWhole = async (sql: Sql): Promise<KnownInventory | null> => {
        const head = (await headRows.read(sql, [name], what))[0]?.body;
        if (head === undefined) return null;
        const known = (await serverRows.read(sql, [name], what)).map(({ body }) => body);
        const { count, ...rest } = head;
        if (known.length === count) return { ...rest, servers: known };
        work.lost(what);
        return null;
      };
      return work.read(what, null, readWhole, 'read');
    },
    remember: (name, known) =>
      work.write(async (sql) => {
        await put(sql, name, known, known.servers.keys());
        await sql.run(cut, [name, known.servers.length]);
      }),
    rememberServers: (name, known, positions) => work.write((sql) => put(sql, name, known, positions)),
  };
};
