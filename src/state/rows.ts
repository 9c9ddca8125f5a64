import { crc32 } from 'node:zlib';
import type { Cells, Sql } from './sql.ts';
import type { StateWork } from './work.ts';

/** A table of JSON bodies. `shared` columns of the key are those that rows are read by, together. */
export interface Table<T> {
  readonly name: string;
  readonly shared: readonly string[];
  readonly own: readonly string[];
  readonly body: (value: unknown) => value is T;
}

export type Key = readonly (string | number)[];

export interface Row<T> {
  /** The own columns of the key. */
  readonly key: Key;
  readonly body: T;
}

/**
 * The rows of a table, each with a checksum over its key and its text, as a database does not notice a byte that changed
 * inside a value. One that is not as it was written is as if it were not there.
 */
export interface Rows<T> {
  /**
   * All with these shared columns, by the own ones; `what` names them for people, where one is lost. `first`: only those
   * whose first own column is this.
   */
  read(sql: Sql, shared: Key, what: string, first?: string): Promise<readonly Row<T>[]>;
  /** The same of those that a clause finds, in its order; it begins with AND, ORDER or LIMIT. */
  find(sql: Sql, shared: Key, what: string, clause: string, values: Key): Promise<readonly Row<T>[]>;
  /** Writes nothing of a row that stands so already. */
  put(sql: Sql, shared: Key, rows: readonly Row<T>[]): Promise<void>;
  /** Rows by their own columns. */
  remove(sql: Sql, shared: Key, keys: readonly Key[]): Promise<void>;
  /** Those that a clause finds; it begins with AND. */
  forget(sql: Sql, shared: Key, clause: string, values: Key): Promise<void>;
}

export const rowsOf = <T>({ writable, lost }: Pick<StateWork, 'writable' | 'lost'>, table: Table<T>): Rows<T> => {
  const { own } = table;
  const text = statementsOf(table);
  const keyOf = (cells: Cells): readonly unknown[] => own.map((column) => cells[column] ?? null);
  const rowOf = (cells: Cells, start: number): Row<T> | null => {
    const key = keyOf(cells);
    const { body: json, seal } = cells;
    if (typeof json !== 'string' || !isKey(key) || sealOf(start, key, json) !== seal) return null;
    const body = parsed(json);
    return table.body(body) ? { key, body } : null;
  };
  const startOf = (shared: Key): number => crc32(`${table.name}\0${shared.join('\0')}\0`);
  const whole = async (found: readonly Cells[], sql: Sql, shared: Key, what: string): Promise<readonly Row<T>[]> => {
    const start = startOf(shared);
    const rows: Row<T>[] = [];
    for (const cells of found) {
      const row = rowOf(cells, start);
      if (row !== null) {
        rows.push(row);
        continue;
      }
      lost(what);
      if (writable) await dropDamaged(sql, text.remove, [...shared, ...keyOf(cells)]);
    }
    return rows;
  };
  return {
    read: async (sql, shared, what, first) => {
      const found = await (first === undefined
        ? sql.all(text.select, shared)
        : sql.all(text.selectFirst, [...shared, first]));
      return whole(found, sql, shared, what);
    },
    find: async (sql, shared, what, clause, values) =>
      whole(await sql.all(`${text.selectAny} ${clause}`, [...shared, ...values]), sql, shared, what),
    put: (sql, shared, rows) => {
      const start = startOf(shared);
      const cells = rows.map(({ key, body }) => {
        const json = JSON.stringify(body);
        return [...shared, ...key, json, sealOf(start, key, json)];
      });
      return sql.runEach(text.upsert, cells);
    },
    remove: (sql, shared, keys) =>
      sql.runEach(
        text.remove,
        keys.map((key) => [...shared, ...key]),
      ),
    forget: async (sql, shared, clause, values) =>
      void (await sql.run(`${text.removeAny} ${clause}`, [...shared, ...values])),
  };
};

const statementsOf = ({ name, own, shared }: Table<unknown>) => {
  const where = (columns: readonly string[]) => columns.map((column) => ` AND ${column} = ?`).join('');
  const key = [...shared, ...own];
  const columns = [...key, 'body', 'seal'];
  const order = own.length === 0 ? '' : ` ORDER BY ${own.join(', ')}`;
  const selecting = (by: readonly string[]) =>
    `SELECT ${[...own, 'body', 'seal'].join(', ')} FROM ${name} WHERE TRUE${where(by)}`;
  return {
    select: `${selecting(shared)}${order}`,
    selectFirst: `${selecting([...shared, ...own.slice(0, 1)])}${order}`,
    selectAny: selecting(shared),
    upsert: `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
      ON CONFLICT (${key.join(', ')}) DO UPDATE SET body = excluded.body, seal = excluded.seal
      WHERE ${name}.body IS DISTINCT FROM excluded.body OR ${name}.seal IS DISTINCT FROM excluded.seal`,
    remove: `DELETE FROM ${name} WHERE TRUE${where(key)}`,
    removeAny: `DELETE FROM ${name} WHERE TRUE${where(shared)}`,
  };
};

/** So that it is said once, and not at every pass; what cannot be dropped now is dropped when it is read again. */
const dropDamaged = async (sql: Sql, statement: string, key: readonly unknown[]): Promise<void> => {
  if (!isKey(key)) return;
  await sql.run(statement, key).catch(() => undefined);
};

const isKey = (key: readonly unknown[]): key is Key =>
  key.every((part) => typeof part === 'string' || typeof part === 'number');

const sealOf = (start: number, key: Key, text: string): number => crc32(`${key.join('\0')}\0${text}`, start);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
