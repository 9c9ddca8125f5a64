import type { Store } from '../model/ports.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { lastSyncSchema, lastSyncWithoutKindsSchema } from './row-schemas.ts';
import type { Cells } from './sql.ts';
import type { StateWork } from './work.ts';
import { isZoneTarget, zoneTargetCells } from './zone-target.ts';

const isLastSync = guardOf(lastSyncSchema);
const isWithoutKinds = guardOf(lastSyncWithoutKindsSchema);

const columns = ['fingerprint', 'mark', 'desired', 'read_at', 'unmanaged'] as const;
const select = `SELECT ${columns.join(', ')} FROM settled WHERE ${isZoneTarget}`;
const upsert = `INSERT INTO settled (zone, view, target, ${columns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (zone, view, target) DO UPDATE SET ${columns.map((each) => `${each} = excluded.${each}`).join(', ')}`;
const remove = `DELETE FROM settled WHERE ${isZoneTarget}`;

/** What was read of zones, so that they need not be read again. */
export const lastSyncsIn = ({ lost, read, write }: StateWork): Pick<Store, 'lastSync' | 'saveSync' | 'forgetSync'> => ({
  lastSync: (zone, target) => {
    const what = `what was read of ${zoneLabel(zone)} at ${target}`;
    return read(what, null, async (sql) => {
      const [row] = await sql.all(select, zoneTargetCells(zone, target));
      if (row === undefined) return null;
      const found = parsed(row);
      if (isLastSync(found)) return found;
      // An earlier version wrote no kinds of what was left alone. That is no damage: the mark still says which zone it was, and
      // the time, that the zone has to be read in full once more.
      if (isWithoutKinds(found)) return { ...found, readAt: 0, unmanaged: [] };
      lost(what);
      return null;
    });
  },
  saveSync: (zone, target, { fingerprint, mark, desired, readAt, unmanaged }) => {
    const cells = [...zoneTargetCells(zone, target), fingerprint, mark, desired, readAt, JSON.stringify(unmanaged)];
    return write(async (sql) => void (await sql.run(upsert, cells)), 'statement');
  },
  forgetSync: (zone, target) =>
    write(async (sql) => void (await sql.run(remove, zoneTargetCells(zone, target))), 'statement'),
});

const parsed = ({ fingerprint, mark, desired, read_at: readAt, unmanaged }: Cells): unknown => {
  try {
    return { fingerprint, mark, desired, readAt, unmanaged: JSON.parse(String(unmanaged)) };
  } catch {
    return null;
  }
};
