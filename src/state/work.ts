import type { Sql, SqlDriver, TransactionKind } from './sql.ts';

/** Takes what a person should know of the state. */
export type Say = (notice: string) => void;

/** How the tables work on a database. */
export interface StateWork {
  readonly writable: boolean;
  /** Does the work, or gives `nothing` where the database is damaged there, and says that `what` is lost. */
  read<T>(what: string, nothing: T, work: (sql: Sql) => Promise<T>, kind?: 'statement' | 'read'): Promise<T>;
  /** What fails throws CONFIG or STATE_UNAVAILABLE: nobody may think that it is kept. */
  write<T>(work: (sql: Sql) => Promise<T>, kind?: TransactionKind): Promise<T>;
  /** Says that `what` was damaged and counts as never known: once, however often it is read. */
  lost(what: string): void;
}

/** Every failure says which database it is about. */
export const workOn = (driver: SqlDriver, say: Say): StateWork => {
  const said = new Set<string>();
  const lost = (what: string): void => {
    if (said.has(what)) return;
    said.add(what);
    say(`${driver.label} is damaged: ${what} is lost; nothing is deleted for that`);
  };
  return {
    writable: driver.writable,
    lost,
    read: async (what, nothing, work, kind = 'statement') => {
      try {
        return await driver.transaction(kind, work);
      } catch (error) {
        if (!driver.isDamage(error)) throw driver.errorOf(error);
        lost(what);
        return nothing;
      }
    },
    write: async (work, kind = 'write') => {
      try {
        return await driver.transaction(kind, work);
      } catch (error) {
        throw driver.errorOf(error);
      }
    },
  };
};
