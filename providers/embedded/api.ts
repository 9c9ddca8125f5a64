import {
  type Change,
  type CreateSettings,
  type ExistingRRset,
  HostmasterError,
  isWithin,
  type ListedZone,
  listKeys,
  type Missing,
  type ReadOptions,
  type RefusedChange,
  type Unchanged,
  type Write,
  type WriteResult,
  type ZoneId,
  type ZoneSnapshot,
} from '../../src/provider.ts';
import {
  conflictsOf,
  initialRows,
  isAsBefore,
  type Row,
  refusalOf,
  reversedName,
  rowOf,
  rrsetOfRow,
  withSerial,
} from './convert.ts';
import type { ZonesFile } from './file.ts';

// Zones in and out of the file. Each function is one transaction.

interface ZoneRow {
  readonly id: number;
  readonly serial: number;
  readonly mark: string | null;
}

export const listZones = (file: ZonesFile): readonly ListedZone[] =>
  file
    .prepare('SELECT name, serial FROM zones ORDER BY name')
    .all()
    .map((row) => ({ name: String(row.name), fingerprint: String(row.serial) }));

export const readZone = (
  file: ZonesFile,
  zone: ZoneId,
  { names, since }: ReadOptions,
): ZoneSnapshot | Unchanged | Missing =>
  file.read(() => {
    const found = findZone(file, zone.name);
    if (found === null) return { status: 'missing' };
    const fingerprint = String(found.serial);
    if (since !== undefined && since.fingerprint === fingerprint && since.mark === found.mark) {
      return { status: 'unchanged' };
    }
    const rows =
      names === undefined ? allRows(file, found) : [...new Set(names)].flatMap((name) => rowsAt(file, found, name));
    return { status: 'read', zone, fingerprint, rrsets: rows.map((row) => served(row, found)), unreadable: [] };
  });

/** Compare and swap: what a change replaces is looked at in the transaction that replaces it. */
export const applyWrite = (file: ZonesFile, { changes, zone }: Write): WriteResult => {
  const refused: RefusedChange[] = changes.flatMap((change) => {
    const message = refusalOf(zone.name, change, isWithin(change.name, zone.name));
    return message === null ? [] : [{ name: change.name, type: change.type, message }];
  });
  if (refused.length > 0) return { status: 'refused', refused };
  try {
    return file.write(() => {
      const found = findZone(file, zone.name) ?? missing(zone.name);
      refuseStale(file, found, changes, zone.name);
      for (const change of changes) put(file, found, change);
      const conflicts = conflictsOf(changes, (name) => rowsAt(file, found, name).map((row) => row.type));
      if (conflicts.length > 0) throw new Conflict(conflicts);
      const serial = nextSerial(found.serial);
      file.prepare('UPDATE zones SET serial = ? WHERE id = ?').run(serial, found.id);
      // Nothing of another writer's can be lost, so that there is no race to tell of.
      return { status: 'applied', fingerprint: String(serial), raced: false };
    });
  } catch (error) {
    if (error instanceof Conflict) return { status: 'refused', refused: error.refused };
    throw error;
  }
};

export const markZone = (file: ZonesFile, zone: ZoneId, mark: string): string => {
  const row = file
    .prepare('UPDATE zones SET mark = coalesce(mark, ?) WHERE name = ? RETURNING mark')
    .get(mark, zone.name);
  return row === undefined ? missing(zone.name) : String(row.mark);
};

/** Makes the zone. Throws STALE_PLAN where it is there: then somebody else has just made it. */
export const createZone = (file: ZonesFile, zone: ZoneId, settings: CreateSettings): void =>
  file.write(() => {
    // Not 1: a zone that is deleted and made again must not repeat a serial.
    const serial = Math.floor(Date.now() / 1000);
    const insert = file.prepare('INSERT OR IGNORE INTO zones (name, serial) VALUES (?, ?)');
    const { changes, lastInsertRowid } = insert.run(zone.name, serial);
    if (changes === 0) {
      throw new HostmasterError('STALE_PLAN', `somebody else made the zone ${zone.name} since the plan: plan again`);
    }
    for (const row of initialRows(zone.name, settings)) insertRow(file, Number(lastInsertRowid), row);
  });

export const deleteZone = (file: ZonesFile, zone: ZoneId): void => {
  file.prepare('DELETE FROM zones WHERE name = ?').run(zone.name);
};

/** Undoes the transaction; never leaves this file. */
class Conflict extends Error {
  readonly refused: readonly RefusedChange[];

  constructor(refused: readonly RefusedChange[]) {
    super('refused');
    this.refused = refused;
  }
}

const missing = (zone: string): never => {
  throw new HostmasterError('ZONE_MISSING', `the embedded server has no zone ${zone}`);
};

/** RFC 1982: 0 comes after the greatest, and stands for "none" elsewhere. */
const nextSerial = (serial: number): number => (serial >= 0xffff_ffff ? 1 : serial + 1);

const findZone = (file: ZonesFile, name: string): ZoneRow | null => {
  const row = file.prepare('SELECT id, serial, mark FROM zones WHERE name = ?').get(name);
  if (row === undefined) return null;
  const { id, mark, serial } = row;
  return { id: Number(id), serial: Number(serial), mark: typeof mark === 'string' ? mark : null };
};

const refuseStale = (file: ZonesFile, found: ZoneRow, changes: readonly Change[], zone: string): void => {
  const select = file.prepare(`${columns} WHERE zone = ? AND place = ? AND type = ?`);
  const stale = changes.filter(({ before, name, type }) => {
    const row = select.get(found.id, reversedName(name), type);
    return !isAsBefore(row === undefined ? null : served(rowFrom(row), found), before, type);
  });
  if (stale.length === 0) return;
  const message = `${zone}: ${listKeys(stale)} is not what the plan saw; nothing of this write was applied`;
  throw new HostmasterError('STALE_PLAN', message);
};

const put = (file: ZonesFile, found: ZoneRow, { after, name, type }: Change): void => {
  if (after === null) {
    const place = reversedName(name);
    file.prepare('DELETE FROM rrsets WHERE zone = ? AND place = ? AND type = ?').run(found.id, place, type);
    return;
  }
  insertRow(file, found.id, rowOf({ name, type, ttl: after.ttl, values: after.values }));
};

const insertRow = (file: ZonesFile, zone: number, { place, rdata, ttl, type }: Row): void => {
  file.prepare('INSERT OR REPLACE INTO rrsets VALUES (?, ?, ?, ?, ?)').run(zone, place, type, ttl, rdata);
};

const columns = 'SELECT place, type, ttl, rdata FROM rrsets';

const allRows = (file: ZonesFile, { id }: ZoneRow): readonly Row[] =>
  file.prepare(`${columns} WHERE zone = ?`).all(id).map(rowFrom);

const rowsAt = (file: ZonesFile, { id }: ZoneRow, name: string): readonly Row[] =>
  file.prepare(`${columns} WHERE zone = ? AND place = ?`).all(id, reversedName(name)).map(rowFrom);

const rowFrom = (row: Record<string, unknown>): Row => ({
  place: String(row.place),
  type: String(row.type),
  ttl: Number(row.ttl),
  rdata: String(row.rdata),
});

const served = (row: Row, { serial }: ZoneRow): ExistingRRset =>
  rrsetOfRow({ ...row, rdata: withSerial(row.type, row.rdata, serial) });
