import type { DaemonStore } from '../../model/daemon-store.ts';
import type { PassSuspension } from '../../model/guard-context.ts';
import { guardOf } from '../../validation/index.ts';
import type { Table } from '../rows.ts';
import { rowsOf } from '../rows.ts';
import type { StateWork } from '../work.ts';
import { keptSuspensionSchema } from './schemas.ts';

const suspensions: Table<PassSuspension> = {
  name: 'suspensions',
  shared: [],
  own: ['id'],
  body: guardOf(keptSuspensionSchema),
};

const what = 'what is suspended';

/** What a person has suspended. */
export const suspensionsIn = (work: StateWork): Pick<DaemonStore, 'suspensions' | 'keepSuspensions'> => {
  const rows = rowsOf(work, suspensions);
  return {
    suspensions: () => work.read(what, [], async (sql) => (await rows.read(sql, [], what)).map(({ body }) => body)),
    keepSuspensions: (all) =>
      work.write(async (sql) => {
        await sql.run('DELETE FROM suspensions');
        await rows.put(
          sql,
          [],
          all.map((body, id) => ({ key: [id], body })),
        );
      }, 'durable'),
  };
};
