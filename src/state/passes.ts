import type { PassRecord, Store } from '../model/ports.ts';
import { guardOf } from '../validation/index.ts';
import type { OpenDatabase } from './database.ts';
import { immediately } from './database.ts';
import { passSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';

/** How many passes are kept. */
const most = 1000;

const passes: Table<PassRecord> = {
  name: 'passes',
  shared: [],
  own: ['id'],
  body: guardOf(passSchema),
};

/** The last passes, for people who look back. */
export const passesIn = (open: OpenDatabase): Pick<Store, 'recordPass' | 'passes'> => {
  const rows = rowsOf(open, passes);
  const next = open.database.prepare('SELECT ifnull(max(id), 0) + 1 AS id FROM passes');
  const prune = open.database.prepare('DELETE FROM passes WHERE id <= ?');
  const what = 'the record of a pass';
  return {
    recordPass: (pass) =>
      open.write(() =>
        immediately(open.database, () => {
          const id = Number(next.get()?.id);
          rows.put([], [id], pass);
          prune.run(id - most);
        }),
      ),
    passes: (limit) =>
      open.read(what, [], () =>
        rows
          .read([], what)
          .map(({ body }) => body)
          .reverse()
          .slice(0, Math.max(0, limit)),
      ),
  };
};
