import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { SettledZone, Store } from '../model/ports.ts';
import type { ZoneId } from '../model/zone.ts';

const schemaVersion = 1;
const schema = `
  CREATE TABLE IF NOT EXISTS settled (
    zone TEXT NOT NULL, view TEXT NOT NULL, target TEXT NOT NULL,
    fingerprint TEXT NOT NULL, mark TEXT NOT NULL, desired TEXT NOT NULL,
    read_at INTEGER NOT NULL, unmanaged TEXT NOT NULL,
    PRIMARY KEY (zone, view, target)
  ) STRICT, WITHOUT ROWID`;

export interface OpenedStore extends Store {
  /** Set where a damaged file was set aside and a new one begun; for people. */
  readonly notice: string | null;
}

/**
 * Opens the state file, making it and its folder where they are missing. A damaged file is said, set aside and begun
 * anew; one that a newer Hostmaster wrote is refused (CONFIG).
 */
export const openStore = (file: string): OpenedStore => {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return { ...storeOf(openDatabase(file)), notice: null };
  } catch (error) {
    if (error instanceof HostmasterError) throw error;
    const aside = `${file}.damaged-${process.pid}`;
    renameSync(file, aside);
    const notice = `the state file could not be used (${messageOf(error)}); it was set aside as ${aside} and begun anew`;
    return { ...storeOf(openDatabase(file)), notice };
  }
};

/** What the state file knows, for a command that leaves no trace: nothing where the file is missing or damaged. */
export const readStore = (file: string): Store => {
  if (!existsSync(file)) return emptyStore;
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    return { ...readerOf(database), settle: nothing, forget: nothing, close: async () => database.close() };
  } catch {
    return emptyStore;
  }
};

const nothing = (): Promise<void> => Promise.resolve();

/** A state that knows nothing and keeps nothing. */
export const emptyStore: Store = {
  settled: () => Promise.resolve(null),
  settle: nothing,
  forget: nothing,
  close: nothing,
};

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > schemaVersion) {
    database.close();
    throw new HostmasterError(
      'CONFIG',
      'stop',
      `${file} was written by a newer Hostmaster (schema ${version}): use that one, or another state:`,
    );
  }
  database.exec(`${schema}; PRAGMA user_version = ${schemaVersion}`);
  return database;
};

const key = (zone: ZoneId, target: string) => [zone.name, zone.view ?? '', target] as const;

const readerOf = (database: DatabaseSync): Pick<Store, 'settled'> => {
  const find = database.prepare('SELECT * FROM settled WHERE zone = ? AND view = ? AND target = ?');
  return {
    settled: async (zone, target) => {
      const row = find.get(...key(zone, target));
      return row === undefined ? null : settledOf(row);
    },
  };
};

const storeOf = (database: DatabaseSync): Store => {
  const put = database.prepare('INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM settled WHERE zone = ? AND view = ? AND target = ?');
  return {
    ...readerOf(database),
    settle: async (zone, target, { fingerprint, mark, desired, readAt, unmanaged }) => {
      put.run(...key(zone, target), fingerprint, mark, desired, readAt, JSON.stringify(unmanaged));
    },
    forget: async (zone, target) => {
      remove.run(...key(zone, target));
    },
    close: async () => database.close(),
  };
};

const settledOf = (row: Readonly<Record<string, unknown>>): SettledZone => ({
  fingerprint: String(row.fingerprint),
  mark: String(row.mark),
  desired: String(row.desired),
  readAt: Number(row.read_at),
  unmanaged: JSON.parse(String(row.unmanaged)),
});
