import type { Store } from '../model/ports.ts';
import type { KnownInventory, KnownServer } from '../model/server.ts';
import { guardOf } from '../validation/index.ts';
import type { OpenDatabase } from './database.ts';
import { immediately } from './database.ts';
import { inventoryHeadSchema, knownServerSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';

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

/**
 * The last good snapshots. A server is a row, so that what is written follows what changed; but a snapshot that lacks one
 * is no snapshot: it is known whole, or not at all.
 */
export const inventoriesIn = (open: OpenDatabase): Pick<Store, 'inventory' | 'remember'> => {
  const { database } = open;
  const headRows = rowsOf(open, heads);
  const serverRows = rowsOf(open, servers);
  const cut = database.prepare('DELETE FROM inventory_servers WHERE inventory = ? AND position >= ?');
  return {
    inventory: (name) => {
      const what = `what was known of the inventory ${name}`;
      return open.read(what, null, () =>
        atOnce(open, () => {
          const head = headRows.read([name], what)[0]?.body;
          if (head === undefined) return null;
          const known = serverRows.read([name], what).map(({ body }) => body);
          const { count, ...rest } = head;
          if (known.length === count) return { ...rest, servers: known };
          open.lost(what);
          return null;
        }),
      );
    },
    remember: (name, { servers: known, ...rest }) =>
      open.write(() =>
        immediately(database, () => {
          headRows.put([name], [], { ...rest, count: known.length });
          known.forEach((server, position) => {
            serverRows.put([name], [position], server);
          });
          cut.run(name, known.length);
        }),
      ),
  };
};

/** Two reads of one state: nobody's write falls between them. */
const atOnce = <T>({ database }: OpenDatabase, work: () => T): T => {
  database.exec('BEGIN');
  try {
    return work();
  } finally {
    if (database.isTransaction) database.exec('COMMIT');
  }
};
