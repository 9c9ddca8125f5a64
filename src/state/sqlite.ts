import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { Store } from '../model/ports.ts';
import type { OpenDatabase, Say } from './database.ts';
import { workOn } from './database.ts';
import { DamagedFile, identityOf, isBusy, isDamaged, makeFolder, refuseOther, setAside, stateError } from './file.ts';
import { inventoriesIn } from './inventory.ts';
import { journalIn } from './journal.ts';
import { lastSyncIn } from './last-synced.ts';
import { leasesIn } from './lease.ts';
import { migrate, schemaVersion, versionOf } from './migrations.ts';
import { passesIn } from './passes.ts';
import { orphansIn, writtenIn } from './written.ts';

export interface OpenedStore extends Store {
  /** Set where what was there could not be used and a new file was begun; for people, who are told of it by `say` too. */
  readonly notice: string | null;
}

/**
 * Opens the state file, making it and its folder where they are missing, and bringing it to our version. A damaged
 * database is said, set aside and begun anew. Throws CONFIG for all else that keeps it from being used: what is no state
 * file is left as it is. `say` is told of damage, now and whenever it is found later.
 */
export const openStore = (file: string, say: Say = () => undefined): OpenedStore => {
  try {
    makeFolder(dirname(file));
    refuseOther(file);
    return openOrBegin(file, say);
  } catch (error) {
    throw stateError(file, error);
  }
};

const openOrBegin = (file: string, say: Say): OpenedStore => {
  const begun = (notice: string): OpenedStore => {
    const store = storeOn(file, say);
    say(notice);
    return { ...store, notice };
  };
  if (isLeftEmpty(file)) return begun(`the state file ${file} was empty, and is begun anew`);
  const found = identityOf(file);
  try {
    return { ...storeOn(file, say), notice: null };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const damaged = `the state file ${file} could not be used (${messageOf(error)})`;
    // Another process may have been faster, and its new file is not to go.
    if (identityOf(file) !== found) return begun(`${damaged}, and was begun anew`);
    return begun(`${damaged}; it was set aside as ${setAside(file)} and begun anew`);
  }
};

/** A file that another process is just making is empty too, for a moment. */
const isLeftEmpty = (file: string): boolean => {
  const isEmpty = () => statSync(file, { throwIfNoEntry: false })?.size === 0;
  for (let waited = 0; waited < momentMilliseconds && isEmpty(); waited += lookMilliseconds) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMilliseconds);
  }
  return isEmpty();
};

const momentMilliseconds = 500;
const lookMilliseconds = 20;

const storeOn = (file: string, say: Say): Store => {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    versionOf(database, file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    migrate(database, file);
    refuseDamaged(database);
    return storeOf(workOn(database, file, true, say));
  } catch (error) {
    try {
      if (isDamaged(error)) refuseShared(database);
    } finally {
      database.close();
    }
    throw error;
  }
};

/**
 * What the state file knows, for a command that leaves no trace: nothing where the file is missing or damaged. Throws
 * CONFIG for what is no state file, or a newer Hostmaster's.
 */
export const readStore = (file: string, say: Say = () => undefined): Store => {
  if (!existsSync(file)) return emptyStore;
  refuseOther(file);
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const version = versionOf(database, file);
    if (version > 0) refuseDamaged(database);
    const close = async () => database.close();
    return { ...emptyStore, ...readersOf(workOn(database, file, false, say), version), close };
  } catch (error) {
    database.close();
    if (error instanceof HostmasterError) throw error;
    say(`the state file ${file} could not be read (${messageOf(error)}): nothing is known of what it held`);
    return emptyStore;
  }
};

const nothing = (): Promise<void> => Promise.resolve();

/** A state that knows nothing and keeps nothing. */
export const emptyStore: Store = {
  lastSync: () => Promise.resolve(null),
  saveSync: nothing,
  forgetSync: nothing,
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

const storeOf = (open: OpenDatabase): Store => ({
  ...lastSyncIn(open),
  ...leasesIn(open),
  ...inventoriesIn(open),
  ...writtenIn(open),
  ...orphansIn(open),
  ...journalIn(open),
  ...passesIn(open),
  close: async () => open.database.close(),
});

/** What a file of this version can tell. */
const readersOf = (open: OpenDatabase, version: number): Partial<Store> => {
  if (version === 0) return {};
  if (version < schemaVersion) return { lastSync: lastSyncIn(open).lastSync };
  const { lastSync, inventory, written, orphans, journalled, passes } = storeOf(open);
  return { lastSync, inventory, written, orphans, journalled, passes };
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

/** Throws where another process has the file open: its leases are in there. */
const refuseShared = (database: DatabaseSync): void => {
  try {
    database.exec('PRAGMA journal_mode = DELETE');
  } catch (error) {
    if (isBusy(error)) throw error;
  }
};
