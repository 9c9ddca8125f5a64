import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { HostmasterError, messageOf } from '../../src/provider.ts';

// The zones file: SQLite, in WAL mode, so that the server reads while a provider in another process writes.

const layout = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS zones (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, serial INTEGER NOT NULL, mark TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS rrsets (
    zone INTEGER NOT NULL REFERENCES zones (id) ON DELETE CASCADE,
    place TEXT NOT NULL, type TEXT NOT NULL, ttl INTEGER NOT NULL, rdata TEXT NOT NULL,
    PRIMARY KEY (zone, place, type)) STRICT, WITHOUT ROWID;`;
const version = 1;
/** How long one process waits for another one's write. */
const busyMilliseconds = 10_000;

export interface ZonesFile {
  /** A statement, compiled once. */
  prepare(sql: string): StatementSync;
  /** Tells this file's server from that of any other. */
  readonly id: string;
  /** Runs `work` in a transaction that nobody else writes in; it is undone where `work` throws. */
  write<T>(work: () => T): T;
  /** Runs `work` on one state of the file. */
  read<T>(work: () => T): T;
  /** Where a server said that it listens. */
  listening(): Endpoint | null;
  setListening(endpoint: Endpoint | null): void;
  close(): void;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Opens the file, and makes it where it is missing. */
export const openZonesFile = (path: string): ZonesFile => {
  let database: DatabaseSync | null = null;
  try {
    makeFolder(dirname(path));
    database = new DatabaseSync(path, { timeout: busyMilliseconds, enableForeignKeyConstraints: true });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    return around(database, path);
  } catch (error) {
    database?.close();
    if (error instanceof HostmasterError) throw error;
    const message = `the zones file ${path} cannot be opened: ${messageOf(error)}`;
    throw new HostmasterError('CONFIG', message, { cause: error });
  }
};

/** With those above it. `mkdirSync` with `recursive` never returns where /proc refuses a folder. */
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
};

const around = (database: DatabaseSync, path: string): ZonesFile => {
  const transaction = <T>(begin: string, work: () => T): T => {
    database.exec(begin);
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  const write = <T>(work: () => T): T => transaction('BEGIN IMMEDIATE', work);
  prepareLayout(database, path, write);
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const metaOf = (key: string): string | null => {
    const value = prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value;
    return typeof value === 'string' ? value : null;
  };
  return {
    prepare,
    id: metaOf('id') ?? '',
    write,
    read: (work) => transaction('BEGIN', work),
    listening: () => parseEndpoint(metaOf('listening') ?? ''),
    setListening: (endpoint) => {
      if (endpoint === null) prepare("DELETE FROM meta WHERE key = 'listening'").run();
      else prepare("INSERT OR REPLACE INTO meta VALUES ('listening', ?)").run(`${endpoint.address} ${endpoint.port}`);
    },
    close: () => database.close(),
  };
};

const prepareLayout = (database: DatabaseSync, path: string, write: ZonesFile['write']): void => {
  const versionOf = (): unknown => database.prepare('PRAGMA user_version').get()?.user_version;
  if (versionOf() === version) return;
  write(() => {
    const found = versionOf();
    if (found !== 0 && found !== version) {
      const message = `the zones file ${path} was written by another version of Hostmaster (${found}, not ${version})`;
      throw new HostmasterError('CONFIG', message);
    }
    database.exec(`${layout} PRAGMA user_version = ${version};`);
    database.prepare("INSERT OR IGNORE INTO meta VALUES ('id', ?)").run(randomUUID());
  });
};

const parseEndpoint = (text: string): Endpoint | null => {
  const [, address, port] = /^(\S+) (\d+)$/.exec(text) ?? [];
  return address === undefined ? null : { address, port: Number(port) };
};
