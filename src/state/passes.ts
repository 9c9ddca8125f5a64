import type { PassRecord, Store } from '../model/ports.ts';
import { guardOf } from '../validation/index.ts';
import { passSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';

/** How many passes are kept. */
const most = 1000;

const passes: Table<PassRecord> = {
  name: 'passes',
  shared: [],
  own: ['id'],
  body: guardOf(passSchema),
};

const next = 'SELECT coalesce(max(id), 0) + 1 AS id FROM passes';
const prune = 'DELETE FROM passes WHERE id <= ?';
const what = 'the record of a pass';

/** The last passes, for people who look back. */
export const passesIn = (work: StateWork): Pick<Store, 'recordPass' | 'passes'> => {
  const rows = rowsOf(work, passes);
  return {
    recordPass: (body) =>
      work.write(async (sql) => {
        const [found] = await sql.all(next);
        const id = Number(found?.id);
        await rows.put(sql, [], [{ key: [id], body }]);
        await sql.run(prune, [id - most]);
      }),
    passes: (limit) =>
      work.read(what, [], async (sql) => {
        const found = await rows.read(sql, [], what);
        return found
          .map(({ body }) => body)
          .reverse()
          .slice(0, Math.max(0, limit));
      }),
  };
};
