import type { SQLOutputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { OpenDatabase } from './database.ts';

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
 * The rows of a table, each with a checksum over its place and its text, as SQLite does not notice a byte that changed
 * inside a value. One that is not as it was written is as if it were not there.
 */
export interface Rows<T> {
  /**
   * All with these shared columns, by the own ones; `what` names them for people, where one is lost. `first`: only those
   * whose first own column is this.
   */
  read(shared: Key, what: string, first?: string): readonly Row<T>[];
  /** Writes nothing where it stands so already. */
  put(shared: Key, own: Key, body: T): void;
  remove(shared: Key, own: Key): void;
}

type Cells = Readonly<Record<string, SQLOutputValue>>;

export const rowsOf = <T>({ database, writable, lost }: OpenDatabase, table: Table<T>): Rows<T> => {
  const { name, shared, own } = table;
  const where = (columns: readonly string[]) => columns.map((column) => ` AND ${column} = ?`).join('');
  const columns = [...shared, ...own, 'body', 'seal'];
  const order = own.length === 0 ? '' : ` ORDER BY ${own.join(', ')}`;
  const selecting = (by: readonly string[]) =>
    database.prepare(`SELECT ${[...own, 'body', 'seal'].join(', ')} FROM ${name} WHERE TRUE${where(by)}${order}`);
  const select = selecting(shared);
  const selectFirst = selecting([...shared, ...own.slice(0, 1)]);
  const upsert = database.prepare(
    `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT DO UPDATE SET body = excluded.body, seal = excluded.seal
     WHERE body IS NOT excluded.body OR seal IS NOT excluded.seal`,
  );
  const drop = database.prepare(`DELETE FROM ${name} WHERE TRUE${where([...shared, ...own])}`);
  const keyOf = (cells: Cells): SQLOutputValue[] => own.map((column) => cells[column] ?? null);
  const rowOf = (cells: Cells, start: number): Row<T> | null => {
    const key = keyOf(cells);
    const { body: text, seal } = cells;
    if (typeof text !== 'string' || !isKey(key) || sealOf(start, key, text) !== seal) return null;
    const body = parsed(text);
    return table.body(body) ? { key, body } : null;
  };
  /** So that it is said once, and not at every pass; what cannot be dropped now is dropped when it is read again. */
  const dropDamaged = (key: readonly SQLOutputValue[]): void => {
    try {
      drop.run(...key);
    } catch {}
  };
  return {
    read: (place, what, first) => {
      const start = crc32(`${name}\0${place.join('\0')}\0`);
      const rows: Row<T>[] = [];
      for (const cells of first === undefined ? select.all(...place) : selectFirst.all(...place, first)) {
        const row = rowOf(cells, start);
        if (row !== null) rows.push(row);
        else {
          lost(what);
          if (writable) dropDamaged([...place, ...keyOf(cells)]);
        }
      }
      return rows;
    },
    put: (place, key, body) => {
      const text = JSON.stringify(body);
      upsert.run(...place, ...key, text, sealOf(crc32(`${name}\0${place.join('\0')}\0`), key, text));
    },
    remove: (place, key) => {
      drop.run(...place, ...key);
    },
  };
};

const isKey = (key: readonly SQLOutputValue[]): key is (string | number)[] =>
  key.every((part) => typeof part === 'string' || typeof part === 'number');

const sealOf = (start: number, key: Key, text: string): number => crc32(`${key.join('\0')}\0${text}`, start);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
