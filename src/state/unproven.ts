import type { Store, UnprovenChange } from '../model/ports.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { unprovenChangesSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';
import { zoneTargetCells } from './zone-target.ts';

const unproven: Table<readonly UnprovenChange[]> = {
  name: 'unproven',
  shared: ['zone', 'view', 'target'],
  own: [],
  body: guardOf(unprovenChangesSchema),
};

/** What was written, and that no verification has shown everywhere. */
export const unprovenIn = (work: StateWork): Pick<Store, 'unproven' | 'keepUnproven'> => {
  const rows = rowsOf(work, unproven);
  return {
    unproven: (zone, target) => {
      const what = `what a name server did not show of ${zoneLabel(zone)} at ${target}`;
      return work.read(what, [], async (sql) => {
        const [row] = await rows.read(sql, zoneTargetCells(zone, target), what);
        return row?.body ?? [];
      });
    },
    keepUnproven: (zone, target, changes) => {
      const at = zoneTargetCells(zone, target);
      return work.write(
        (sql) => (changes.length === 0 ? rows.remove(sql, at, [[]]) : rows.put(sql, at, [{ key: [], body: changes }])),
        'statement',
      );
    },
  };
};
