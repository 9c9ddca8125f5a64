import type { HostmasterError } from '../model/errors.ts';

// The port of the state: what a database must do for Hostmaster to remember in it.
//
// A store (store.ts) is the methods of the model's `Store`, a file a table, written once in SQL that SQLite and PostgreSQL
// both take: `?` for a value, ON CONFLICT, IS DISTINCT FROM. A driver runs that SQL, gives transactions, and says what a
// failure means; how the database is opened, made and brought to our version is its own affair. So another database is a
// folder beside sqlite/ with an `open` of its own, and none of the tables knows of it.

/** What is stored in a column. No figure of ours is over 2^53. */
export type Cell = string | number | null;

/** A row as the database gives it: nobody knows what is in it until somebody has looked. */
export type Cells = Readonly<Record<string, unknown>>;

/** Statements of one transaction, in their order. */
export interface Sql {
  all(statement: string, values?: readonly Cell[]): Promise<readonly Cells[]>;
  /** How many rows it changed. */
  run(statement: string, values?: readonly Cell[]): Promise<number>;
  /** The same statement once for each row of values. */
  runEach(statement: string, rows: readonly (readonly Cell[])[]): Promise<void>;
}

/**
 * - `statement`: one statement, by itself.
 * - `read`: several reads of one state; nobody's write falls between them.
 * - `write`: all of it or nothing, with nobody else writing meanwhile.
 * - `durable`: the same, and what it commits survives a loss of power.
 */
export type TransactionKind = 'statement' | 'read' | 'write' | 'durable';

export interface SqlDriver {
  /** What people call it: `the state file .hostmaster/state.sqlite`. */
  readonly label: string;
  /** False: nothing may be written to it. */
  readonly writable: boolean;
  /** Runs `work` alone: what is asked for meanwhile waits until it has ended. What it throws takes it back. */
  transaction<T>(kind: TransactionKind, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Is what it holds beyond use there? Then what was asked for counts as never known. */
  isDamage(error: unknown): boolean;
  /** Has another connection committed something since this was last asked, or since the database was opened? */
  changedByOthers(): Promise<boolean>;
  /** What went wrong, and what to do about it. */
  errorOf(error: unknown): HostmasterError;
  /** After all that was asked for. */
  close(): Promise<void>;
}
