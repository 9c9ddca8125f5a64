import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Sql, SqlDriver, TransactionKind } from '../sql.ts';
import { isDamaged, stateError } from './file.ts';

/** A file of SQLite's as a driver. `node:sqlite` answers at once: only the order of transactions has to be kept. */
export const sqliteDriver = (database: DatabaseSync, file: string, writable: boolean): SqlDriver => {
  const sql = sqlOn(database);
  const inTurn = oneByOne();
  return {
    label: `the state file ${file}`,
    writable,
    transaction: (kind, work) => inTurn(() => transacted(database, kind, () => work(sql))),
    isDamage: isDamaged,
    changedByOthers: othersAt(database, inTurn),
    errorOf: (error) => stateError(file, error),
    close: () => inTurn(async () => database.close()),
  };
};

/** `data_version` moves when another connection has committed, and not with our own commits (sqlite.org/pragma.html). */
const othersAt = (database: DatabaseSync, inTurn: ReturnType<typeof oneByOne>): SqlDriver['changedByOthers'] => {
  const versionNow = (): unknown => database.prepare('PRAGMA data_version').get()?.data_version;
  let seen = versionNow();
  return () =>
    inTurn(async () => {
      const before = seen;
      seen = versionNow();
      return seen !== before;
    });
};

/** Each statement is prepared once. */
const sqlOn = (database: DatabaseSync): Sql => {
  const prepared = new Map<string, StatementSync>();
  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    const statement = database.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  return {
    all: async (text, values = []) => prepare(text).all(...values),
    run: async (text, values = []) => Number(prepare(text).run(...values).changes),
    runEach: async (text, rows) => {
      const statement = prepare(text);
      for (const values of rows) statement.run(...values);
    },
  };
};

/** One connection has one transaction at a time: what comes meanwhile waits. */
const oneByOne = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(job: () => Promise<T>): Promise<T> => {
    const next = last.then(job);
    last = next.catch(() => undefined);
    return next;
  };
};

const begin = { read: 'BEGIN', write: 'BEGIN IMMEDIATE', durable: 'BEGIN IMMEDIATE' } as const;

const transacted = async <T>(database: DatabaseSync, kind: TransactionKind, work: () => Promise<T>): Promise<T> => {
  if (kind === 'statement') return work();
  if (kind === 'durable') database.exec('PRAGMA synchronous = FULL');
  try {
    database.exec(begin[kind]);
    const result = await work();
    // A read that met a full disk while it dropped a damaged row is rolled back already, and has what it read.
    if (kind !== 'read' || database.isTransaction) database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  } finally {
    if (kind === 'durable') database.exec('PRAGMA synchronous = NORMAL');
  }
};
