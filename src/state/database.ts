import type { DatabaseSync } from 'node:sqlite';
import { isDamaged, stateError } from './file.ts';

/** Takes what a person should know of the state file. */
export type Say = (notice: string) => void;

/** The opened state file, and how its methods work on it. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  /** False: nothing may be written to it. */
  readonly writable: boolean;
  /** Does the work, or gives `nothing` where the file is damaged there, and says that `what` is lost. */
  read<T>(what: string, nothing: T, work: () => T): Promise<T>;
  /** What fails throws CONFIG: nobody may think that it is kept. */
  write<T>(work: () => T): Promise<T>;
  /** Says that `what` was damaged and counts as never known: once, however often it is read. */
  lost(what: string): void;
}

/** Every failure says which file it is about. */
export const workOn = (database: DatabaseSync, file: string, writable: boolean, say: Say): OpenDatabase => {
  const said = new Set<string>();
  const lost = (what: string): void => {
    if (said.has(what)) return;
    said.add(what);
    say(`the state file ${file} is damaged: ${what} is lost; nothing is deleted for that`);
  };
  const open: Pick<OpenDatabase, 'read' | 'write'> = {
    read: async (what, nothing, work) => {
      try {
        return work();
      } catch (error) {
        if (!isDamaged(error)) throw stateError(file, error);
        lost(what);
        return nothing;
      }
    },
    write: async (work) => {
      try {
        return work();
      } catch (error) {
        throw stateError(file, error);
      }
    },
  };
  return { ...open, database, writable, lost };
};

/** All of the work or nothing, with nobody else writing meanwhile. */
export const immediately = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

/** What the work commits survives a loss of power, with all that was committed before it. */
export const durably = (database: DatabaseSync, work: () => void): void => {
  database.exec('PRAGMA synchronous = FULL');
  try {
    work();
  } finally {
    database.exec('PRAGMA synchronous = NORMAL');
  }
};
