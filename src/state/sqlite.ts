import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { SettledZone, Store } from '../model/ports.ts';
import type { ZoneId } from '../model/zone.ts';
import { isDamaged, makeFolder, refuseOther, saying, stateError } from './file.ts';
import { leaseSchema, leasesIn } from './lease.ts';

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
 * Opens the state file, making it and its folder where they are missing. A damaged database is said, set aside and begun
 * anew. Throws CONFIG for all else that keeps it from being used: what is no state file is left as it is.
 */
export const openStore = (file: string): OpenedStore => {
  try {
    makeFolder(dirname(file));
    refuseOther(file);
    return openOrBegin(file);
  } catch (error) {
    throw stateError(file, error);
  }
};

const openOrBegin = (file: string): OpenedStore => {
  try {
    return { ...storeOf(openDatabase(file), file), notice: null };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const aside = setAside(file);
    const notice = `the state file could not be used (${messageOf(error)}); it was set aside as ${aside} and begun anew`;
    return { ...storeOf(openDatabase(file), file), notice };
  }
};

/** With its journal, which would be taken for the new file's. */
const setAside = (file: string): string => {
  const aside = `${file}.damaged-${process.pid}`;
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`);
  }
  return aside;
};

/**
 * What the state file knows, for a command that leaves no trace: nothing where the file is missing or damaged. Throws
 * CONFIG for what is no state file.
 */
export const readStore = (file: string): Store => {
  if (!existsSync(file)) return emptyStore;
  try {
    refuseOther(file);
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    return { ...emptyStore, ...readerOf(database, file), close: async () => database.close() };
  } catch (error) {
    if (error instanceof HostmasterError) throw error;
    return emptyStore;
  }
};

const nothing = (): Promise<void> => Promise.resolve();

/** A state that knows nothing and keeps nothing. */
export const emptyStore: Store = {
  settled: () => Promise.resolve(null),
  settle: nothing,
  forget: nothing,
  lease: async (zone, target) => ({ zone, target, token: '' }),
  holds: () => Promise.resolve(true),
  release: nothing,
  inventory: () => Promise.resolve(null),
  remember: nothing,
  written: () => Promise.resolve([]),
  noteWritten: nothing,
  orphans: () => Promise.resolve([]),
  keepOrphans: nothing,
  journal: nothing,
  journalAll: nothing,
  journalled: () => Promise.resolve([]),
  endJournal: nothing,
  endJournalAll: nothing,
  recordPass: nothing,
  passes: () => Promise.resolve([]),
  close: nothing,
};

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    const version = checkedVersion(database, file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec(`${schema}; ${leaseSchema}`);
    if (version !== schemaVersion) database.exec(`PRAGMA user_version = ${schemaVersion}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Throws CONFIG where the database is not ours, or a newer Hostmaster's. */
const checkedVersion = (database: DatabaseSync, file: string): number => {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length > 0 && !tables.some(({ name }) => name === 'settled')) {
    const message = `${file} is the database of something else, and was left as it is: name another file at "state:"`;
    throw new HostmasterError('CONFIG', 'stop', message);
  }
  if (version <= schemaVersion) return version;
  const message = `${file} was written by a newer Hostmaster (schema ${version}): use that one, or another state:`;
  throw new HostmasterError('CONFIG', 'stop', message);
};

const key = (zone: ZoneId, target: string) => [zone.name, zone.view ?? '', target] as const;

const readerOf = (database: DatabaseSync, file: string): Pick<Store, 'settled'> => {
  const find = database.prepare('SELECT * FROM settled WHERE zone = ? AND view = ? AND target = ?');
  return {
    settled: (zone, target) =>
      saying(file, () => {
        const row = find.get(...key(zone, target));
        return row === undefined ? null : settledOf(row);
      }),
  };
};

const storeOf = (database: DatabaseSync, file: string): Store => {
  const put = database.prepare('INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM settled WHERE zone = ? AND view = ? AND target = ?');
  return {
    ...emptyStore,
    ...readerOf(database, file),
    ...leasesIn(database, file),
    settle: (zone, target, { fingerprint, mark, desired, readAt, unmanaged }) =>
      saying(file, () => {
        put.run(...key(zone, target), fingerprint, mark, desired, readAt, JSON.stringify(unmanaged));
      }),
    forget: (zone, target) =>
      saying(file, () => {
        remove.run(...key(zone, target));
      }),
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
