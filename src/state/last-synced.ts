import type { SettledZone, Store } from '../model/ports.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { OpenDatabase } from './database.ts';
import { isNumber, isText, listOf, shaped } from './shape.ts';

/** The columns of a zone at a target. */
export const placeOf = (zone: ZoneId, target: string) => [zone.name, zone.view ?? '', target] as const;

/** The condition that those columns are these. */
export const atPlace = 'zone = ? AND view = ? AND target = ?';

/** A zone at a target, for people. */
export const placeLabel = (zone: ZoneId, target: string): string => `${zoneLabel(zone)} at ${target}`;

const isUnmanaged = listOf(shaped<SettledZone['unmanaged'][number]>({ name: isText, type: isText, why: isText }));

const isSettled = shaped<SettledZone>({
  fingerprint: isText,
  mark: isText,
  desired: isText,
  readAt: isNumber,
  unmanaged: isUnmanaged,
});

/** What was read of zones, so that they need not be read again. */
export const settledIn = (open: OpenDatabase): Pick<Store, 'settled' | 'settle' | 'forget'> => {
  const find = open.database.prepare(`SELECT * FROM settled WHERE ${atPlace}`);
  const put = open.database.prepare('INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = open.database.prepare(`DELETE FROM settled WHERE ${atPlace}`);
  return {
    settled: (zone, target) => {
      const what = `what was read of ${placeLabel(zone, target)}`;
      return open.read(what, null, () => {
        const row = find.get(...placeOf(zone, target));
        if (row === undefined) return null;
        const settled = settledOf(row);
        if (settled === null) open.lost(what);
        return settled;
      });
    },
    settle: (zone, target, { fingerprint, mark, desired, readAt, unmanaged }) =>
      open.write(() => {
        put.run(...placeOf(zone, target), fingerprint, mark, desired, readAt, JSON.stringify(unmanaged));
      }),
    forget: (zone, target) =>
      open.write(() => {
        remove.run(...placeOf(zone, target));
      }),
  };
};

const settledOf = ({ fingerprint, mark, desired, read_at: readAt, unmanaged }: Readonly<Record<string, unknown>>) => {
  try {
    const settled = { fingerprint, mark, desired, readAt, unmanaged: JSON.parse(String(unmanaged)) };
    return isSettled(settled) ? settled : null;
  } catch {
    return null;
  }
};
