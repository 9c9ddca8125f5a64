import { type Unmanaged, unmanagedKinds } from '../model/plan.ts';
import type { LastSync, Store } from '../model/ports.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { OpenDatabase } from './database.ts';
import { isNumber, isText, listOf, oneOf, shaped } from './shape.ts';

/** The columns of a zone at a target. */
export const placeOf = (zone: ZoneId, target: string) => [zone.name, zone.view ?? '', target] as const;

/** The condition that those columns are these. */
export const atPlace = 'zone = ? AND view = ? AND target = ?';

/** A zone at a target, for people. */
export const placeLabel = (zone: ZoneId, target: string): string => `${zoneLabel(zone)} at ${target}`;

type WithoutKind = Omit<Unmanaged, 'kind'>;

const sync = { fingerprint: isText, mark: isText, desired: isText, readAt: isNumber };
const unmanaged = { name: isText, type: isText, why: isText };
const isLastSync = shaped<LastSync>({
  ...sync,
  unmanaged: listOf(shaped<Unmanaged>({ ...unmanaged, kind: oneOf(...unmanagedKinds) })),
});
const isWithoutKinds = shaped<Omit<LastSync, 'unmanaged'> & { readonly unmanaged: readonly WithoutKind[] }>({
  ...sync,
  unmanaged: listOf(shaped<WithoutKind>(unmanaged)),
});

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
        const found = parsed(row);
        if (isLastSync(found)) return found;
        // An earlier version wrote no kinds. That is no damage: the zone is read again.
        if (!isWithoutKinds(found)) open.lost(what);
        return null;
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

const parsed = ({ fingerprint, mark, desired, read_at: readAt, unmanaged }: Readonly<Record<string, unknown>>) => {
  try {
    return { fingerprint, mark, desired, readAt, unmanaged: JSON.parse(String(unmanaged)) };
  } catch {
    return null;
  }
};
