import { DatabaseSync } from 'node:sqlite';
import { HostmasterError } from '../../model/errors.ts';

/** A table of JSON bodies, each with its checksum. */
const bodies = (name: string, columns: string, key: string): string =>
  `CREATE TABLE ${name} (${columns}, body TEXT NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (${key})) STRICT, WITHOUT ROWID`;

const place = 'zone TEXT NOT NULL, view TEXT NOT NULL, target TEXT NOT NULL';

/** The step to each version from the one before: what was released is never changed, only followed. */
const steps: readonly (readonly string[])[] = [
  // The first release made its tables outside a transaction: they may be there already.
  [
    `CREATE TABLE IF NOT EXISTS settled (
      ${place}, fingerprint TEXT NOT NULL, mark TEXT NOT NULL, desired TEXT NOT NULL,
      read_at INTEGER NOT NULL, unmanaged TEXT NOT NULL,
      PRIMARY KEY (zone, view, target)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS leases (
      ${place}, token TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, until INTEGER NOT NULL,
      PRIMARY KEY (zone, view, target)
    ) STRICT, WITHOUT ROWID`,
  ],
  [
    bodies('inventories', 'inventory TEXT NOT NULL', 'inventory'),
    bodies('inventory_servers', 'inventory TEXT NOT NULL, position INTEGER NOT NULL', 'inventory, position'),
    bodies('written', `${place}, name TEXT NOT NULL, type TEXT NOT NULL`, 'zone, view, target, name, type'),
    bodies('orphans', place, 'zone, view, target'),
    bodies('journal', 'id TEXT NOT NULL', 'id'),
    bodies('passes', 'id INTEGER NOT NULL', 'id'),
  ],
  // When the holder's process began, and until when what it sent may take effect.
  ['ALTER TABLE leases ADD COLUMN started TEXT', 'ALTER TABLE leases ADD COLUMN unanswered_until INTEGER'],
  [bodies('identities', 'kind TEXT NOT NULL, name TEXT NOT NULL, identity TEXT NOT NULL', 'kind, name, identity')],
  [bodies('unproven', place, 'zone, view, target')],
  // What the daemon keeps; its passes by a number of ours, and by what decides how long.
  [
    bodies(
      'daemon_passes',
      'seq INTEGER NOT NULL, id TEXT NOT NULL, idle INTEGER NOT NULL, at INTEGER NOT NULL',
      'seq, id, idle, at',
    ),
    'CREATE UNIQUE INDEX daemon_passes_id ON daemon_passes (id)',
    bodies('pass_details', 'seq INTEGER NOT NULL, size INTEGER NOT NULL', 'seq, size'),
    bodies('commits', 'repository TEXT NOT NULL, ref TEXT NOT NULL', 'repository, ref'),
    bodies('suspensions', 'id INTEGER NOT NULL', 'id'),
    bodies('hook_words', 'inventory TEXT NOT NULL, server TEXT NOT NULL', 'inventory, server'),
    bodies('health_verdicts', 'health_check TEXT NOT NULL', 'health_check'),
    bodies('verified', `${place}, name TEXT NOT NULL, type TEXT NOT NULL`, 'zone, view, target, name, type'),
    bodies(
      'recent_changes',
      `${place}, at INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL`,
      'zone, view, target, at, name, type',
    ),
    bodies('reverted_drift', `${place}, name TEXT NOT NULL, type TEXT NOT NULL`, 'zone, view, target, name, type'),
  ],
];

/** The version that this Hostmaster writes. */
export const schemaVersion = steps.length;

/** From this version on, all is there that is read where nothing may be written. */
export const readableVersion = 2;

/** The first version that knows whose it is. */
export const versionWithIdentities = 4;

/** The first version that knows what name servers did not show. */
export const versionWithUnproven = 5;

/** The first version that knows what the daemon keeps. */
export const versionWithDaemon = 6;

/** The tables that every state file has, whatever its version. */
const first = ['settled', 'leases'];

/**
 * The database's version; 0: it is empty, or was only begun. Throws CONFIG where it is not ours, or a newer Hostmaster's.
 */
export const versionOf = (database: DatabaseSync, file: string): number => {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  const found = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const tables = found.map(({ name }) => String(name));
  const ours = first.every((name) => tables.includes(name)) || tables.every((name) => first.includes(name));
  if (!ours) {
    const message = `${file} is the database of something else, and was left as it is: name another file at "state:"`;
    throw new HostmasterError('CONFIG', message);
  }
  if (version <= schemaVersion) return version;
  const message = `${file} was written by a newer Hostmaster (schema ${version}): use that one, or another state:`;
  throw new HostmasterError('CONFIG', message);
};

/** Has the database the tables of our version, each with its columns? Others may have been added. */
export const hasOurTables = (database: DatabaseSync): boolean => {
  const fresh = new DatabaseSync(':memory:');
  try {
    for (const step of steps) for (const statement of step) fresh.exec(statement);
    const found = new Set(columnsOf(database));
    return columnsOf(fresh).every((column) => found.has(column));
  } finally {
    fresh.close();
  }
};

const columnsOf = (database: DatabaseSync): readonly string[] =>
  database
    .prepare('SELECT t.name AS at, c.name, c.pk FROM sqlite_schema t JOIN pragma_table_info(t.name) c')
    .all()
    .map(({ at, name, pk }) => `${at}.${name} ${pk}`);

/** Brings a database to our version, all of the way or not at all. */
export const migrate = (database: DatabaseSync, file: string): void => {
  if (versionOf(database, file) === schemaVersion) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been faster.
    for (const step of steps.slice(versionOf(database, file))) {
      for (const statement of step) database.exec(statement);
    }
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};
