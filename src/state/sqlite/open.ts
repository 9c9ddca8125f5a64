import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import { emptyDaemonStore, emptyStore, readersOn, storeOn } from '../store.ts';
import type { Say } from '../work.ts';
import { sqliteDriver } from './driver.ts';
import {
  DamagedFile,
  identityOf,
  isBusy,
  isDamaged,
  makeFolder,
  moveDamagedAway,
  refuseForeignFile,
  stateError,
} from './file.ts';
import {
  hasOurTables,
  migrate,
  readableVersion,
  versionOf,
  versionWithDaemon,
  versionWithIdentities,
  versionWithUnproven,
} from './migrations.ts';

// The state in a file of SQLite: `apply` opens it to write, the commands that change nothing read it. A state that is lost
// costs reads and time, never records: what nobody knows is not deleted.

export interface OpenedStore extends Store {
  /** Set where what was there could not be used and a new file was begun; for people, who are told of it by `say` too. */
  readonly notice: string | null;
}

/**
 * Opens the state file, making it and its folder where they are missing, and bringing it to our version. A damaged
 * database is said, set aside and begun anew. Throws CONFIG for all else that keeps it from being used: what is no state
 * file is left as it is. `say` is told of damage, now and whenever it is found later.
 */
export const openStore = async (file: string, say: Say = () => undefined): Promise<OpenedStore> => {
  try {
    makeFolder(dirname(file));
    refuseForeignFile(file);
    return await openOrBegin(file, say);
  } catch (error) {
    throw stateError(file, error);
  }
};

const openOrBegin = async (file: string, say: Say): Promise<OpenedStore> => {
  const begun = (notice: string): OpenedStore => {
    const store = storeAt(file, say);
    say(notice);
    return { ...store, notice };
  };
  if (await isLeftEmpty(file)) return begun(`the state file ${file} was empty, and is begun anew`);
  const found = identityOf(file);
  try {
    return { ...storeAt(file, say), notice: null };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const damaged = `the state file ${file} could not be used (${messageOf(error)})`;
    // Another process may have been faster: the new file that it made stays.
    if (identityOf(file) !== found) return begun(`${damaged}, and was begun anew`);
    return begun(`${damaged}; it was set aside as ${moveDamagedAway(file)} and begun anew`);
  }
};

/** A file that another process is just making is empty too, for a moment. */
const isLeftEmpty = async (file: string): Promise<boolean> => {
  const isEmpty = () => statSync(file, { throwIfNoEntry: false })?.size === 0;
  for (let waited = 0; waited < emptyFileGrace && isEmpty(); waited += emptyFilePoll) {
    await sleep(emptyFilePoll);
  }
  return isEmpty();
};

const emptyFileGrace = 500;
const emptyFilePoll = 20;

const storeAt = (file: string, say: Say): Store => {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    versionOf(database, file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    migrate(database, file);
    refuseDamaged(database);
    if (!hasOurTables(database)) throw new DamagedFile('a table is missing, or has other columns than ours');
    return storeOn(sqliteDriver(database, file, true), say);
  } catch (error) {
    try {
      if (isDamaged(error)) throwIfOpenElsewhere(database);
    } finally {
      database.close();
    }
    throw error;
  }
};

/**
 * What the state file knows, for a command that leaves no trace: nothing where the file is missing, damaged or locked, which is said. Throws
 * CONFIG for what is no state file, or a newer Hostmaster's.
 */
export const readStore = async (file: string, say: Say = () => undefined): Promise<Store> => {
  if (!existsSync(file)) return emptyStore;
  refuseForeignFile(file);
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const version = versionOf(database, file);
    if (version > 0) refuseDamaged(database);
    const readers = readersOn(sqliteDriver(database, file, false), say);
    return ofVersion(version, readers);
  } catch (error) {
    database.close();
    if (error instanceof HostmasterError) throw error;
    say(`the state file ${file} could not be read (${messageOf(error)}): nothing is known of what it held`);
    return emptyStore;
  }
};

/** A file of an older version has fewer tables: what is not there yet is not known. */
const ofVersion = (version: number, readers: Store): Store => {
  const { changedByOthers, close, lastSync } = readers;
  const { identify, unproven } = emptyStore;
  if (version === 0) return { ...emptyStore, close };
  if (version < readableVersion) return { ...emptyStore, close, lastSync };
  if (version >= versionWithDaemon) return readers;
  const withoutDaemon = { ...readers, ...emptyDaemonStore, changedByOthers };
  if (version < versionWithIdentities) return { ...withoutDaemon, identify, unproven };
  return version < versionWithUnproven ? { ...withoutDaemon, unproven } : withoutDaemon;
};

/** Looks at every page: 25 ms for 100,000 values. */
const refuseDamaged = (database: DatabaseSync): void => {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (found !== 'ok')
    throw new DamagedFile(
      String(found)
        .replace(/^\*\*\*.*\n/, '')
        .replaceAll('\n', '; '),
    );
};

/** Throws where another process has the file open, for its leases are in there: leaving WAL needs sole access. */
const throwIfOpenElsewhere = (database: DatabaseSync): void => {
  try {
    database.exec('PRAGMA journal_mode = DELETE');
  } catch (error) {
    if (isBusy(error)) throw error;
  }
};
