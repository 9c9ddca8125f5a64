import type { DaemonStore, RecentChange } from '../model/daemon-store.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { recentChangeSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';
import { zoneTargetCells } from './zone-target.ts';

/** The time stands in the key, so that what is too old goes without being read. */
const recentChanges: Table<Pick<RecentChange, 'action' | 'after' | 'allowed' | 'before'>> = {
  name: 'recent_changes',
  shared: ['zone', 'view', 'target'],
  own: ['at', 'name', 'type'],
  body: guardOf(recentChangeSchema),
};

/** What was written lately, for guards that count over time. */
export const recentChangesIn = (work: StateWork): Pick<DaemonStore, 'recentChanges' | 'keepRecentChanges'> => {
  const rows = rowsOf(work, recentChanges);
  return {
    recentChanges: (zone, target, since) => {
      const what = `what was changed lately in ${zoneLabel(zone)} at ${target}`;
      return work.read(what, [], async (sql) => {
        const clause = 'AND at >= ? ORDER BY at, name, type';
        const found = await rows.find(sql, zoneTargetCells(zone, target), what, clause, [since]);
        return found.map(({ body, key: [at, name, type] }) => ({
          ...{ at: Number(at), name: `${name}`, type: `${type}` },
          ...body,
        }));
      });
    },
    keepRecentChanges: (zone, target, changes, { since, until }) =>
      work.write(async (sql) => {
        const shared = zoneTargetCells(zone, target);
        await rows.forget(sql, shared, 'AND (at < ? OR at > ?)', [since, until]);
        await rows.put(
          sql,
          shared,
          changes.map(({ action, after, allowed, at, before, name, type }) => ({
            key: [at, name, type],
            body: { action, before, after, allowed },
          })),
        );
      }),
  };
};
