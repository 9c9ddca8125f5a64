import type { Store } from '../model/ports.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import type { OpenDatabase } from './database.ts';
import { lastSyncSchema } from './row-schemas.ts';

/** The columns of a zone at a target. */
export const placeOf = (zone: ZoneId, target: string) => [zone.name, zone.view ?? '', target] as const;

/** The condition that those columns are these. */
export const atPlace = 'zone = ? AND view = ? AND target = ?';

/** A zone at a target, for people. */
export const placeLabel = (zone: ZoneId, target: string): string => `${zoneLabel(zone)} at ${target}`;

const isLastSync = guardOf(lastSyncSchema);

/** What was read of zones, so that they need not be read again. */
export const lastSyncIn = (open: OpenDatabase): Pick<Store, 'lastSync' | 'saveSync' | 'forgetSync'> => {
  const find = open.database.prepare(`SELECT * FROM settled WHERE ${atPlace}`);
  const put = open.database.prepare('INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = open.database.prepare(`DELETE FROM settled WHERE ${atPlace}`);
  return {
    lastSync: (zone, target) => {
      const what = `what was read of ${placeLabel(zone, target)}`;
      return open.read(what, null, () => {
        const row = find.get(...placeOf(zone, target));
        if (row === undefined) return null;
        const sync = lastSyncOf(row);
        if (sync === null) open.lost(what);
        return sync;
      });
    },
    saveSync: (zone, target, { fingerprint, mark, desired, readAt, unmanaged }) =>
      open.write(() => {
        put.run(...placeOf(zone, target), fingerprint, mark, desired, readAt, JSON.stringify(unmanaged));
      }),
    forgetSync: (zone, target) =>
      open.write(() => {
        remove.run(...placeOf(zone, target));
      }),
  };
};

const lastSyncOf = ({ fingerprint, mark, desired, read_at: readAt, unmanaged }: Readonly<Record<string, unknown>>) => {
  try {
    const sync = { fingerprint, mark, desired, readAt, unmanaged: JSON.parse(String(unmanaged)) };
    return isLastSync(sync) ? sync : null;
  } catch {
    return null;
  }
};
