import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HostmasterError } from '../../model/errors.ts';
import { ownProcess } from '../own-process.ts';
import { isBusy, makeFolder, stateError } from './file.ts';

export interface StateLock {
  readonly release: () => void;
}

/**
 * Makes this process the only daemon of a state file, for as long as it lives: a transaction that writes is open at
 * FILE.lock, which SQLite lets one process have, and which is gone with the process however that ends. Who holds it
 * stands in it, for the others to read. Throws STATE_UNAVAILABLE where another has it.
 */
export const lockState = (file: string): StateLock => {
  const path = `${file}.lock`;
  try {
    makeFolder(dirname(file));
    return lockAt(path);
  } catch (error) {
    throw stateError(path, error);
  }
};

const lockAt = (path: string): StateLock => {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    const { host, pid } = ownProcess();
    database.exec('CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY, host TEXT, pid INTEGER)');
    database.exec('BEGIN IMMEDIATE');
    database.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?, ?)').run(host, pid);
    // What is noted must be there for others to read; then the transaction is the next one, and stays open.
    database.exec('COMMIT');
    database.exec('BEGIN IMMEDIATE');
    return { release: () => database.close() };
  } catch (error) {
    const holder = isBusy(error) ? holderIn(database) : null;
    database.close();
    throw holder === null ? error : heldBy(path, holder);
  }
};

const holderIn = (database: DatabaseSync): string => {
  try {
    const row = database.prepare('SELECT host, pid FROM holder').get();
    return row === undefined ? 'another process' : `process ${row.pid} on ${String(row.host).split(' ')[0]}`;
  } catch {
    return 'another process';
  }
};

const heldBy = (path: string, holder: string): HostmasterError =>
  new HostmasterError(
    'STATE_UNAVAILABLE',
    `another daemon has this state: ${holder} holds ${path}; stop it first, or give this one a state of its own`,
  );
