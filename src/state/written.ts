import type { OrphanedValue, Store, WrittenValue } from '../model/ports.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { keyOf } from '../model/rrset.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { orphanedValuesSchema, writtenValuesSchema } from './row-schemas.ts';
import type { Key, Row, Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { Sql } from './sql.ts';
import type { StateWork } from './work.ts';
import { zoneTargetCells } from './zone-target.ts';

type Sourced = Pick<WrittenValue, 'rdata' | 'sources' | 'claims'>;

/** A value stands with all its sources or not at all: one that lost some could be taken for another's. */
const written: Table<readonly Sourced[]> = {
  name: 'written',
  shared: ['zone', 'view', 'target'],
  own: ['name', 'type'],
  body: guardOf(writtenValuesSchema),
};

const orphaned: Table<readonly OrphanedValue[]> = {
  name: 'orphans',
  shared: ['zone', 'view', 'target'],
  own: [],
  body: guardOf(orphanedValuesSchema),
};

/** What we wrote for whom, by name and type. */
export const writtenIn = (work: StateWork): Pick<Store, 'written' | 'noteWritten'> => {
  const rows = rowsOf(work, written);
  return {
    written: (zone, target, names) => {
      const what = `what was written to ${zoneLabel(zone)} at ${target}`;
      const at = zoneTargetCells(zone, target);
      const readRows = async (sql: Sql): Promise<readonly WrittenValue[]> => {
        if (names === undefined) return valuesOf(await rows.read(sql, at, what));
        const found: Row<readonly Sourced[]>[] = [];
        for (const name of names) found.push(...(await rows.read(sql, at, what, name)));
        return valuesOf(found);
      };
      return work.read(what, [], readRows, names === undefined ? 'statement' : 'read');
    },
    noteWritten: (zone, target, at, values) =>
      work.write(async (sql) => {
        const place = zoneTargetCells(zone, target);
        const groups = [...grouped(at, values)];
        const gone = groups.filter(({ found }) => found.length === 0);
        const there = groups.filter(({ found }) => found.length > 0);
        await rows.remove(sql, place, gone.map(keyOfGroup));
        await rows.put(
          sql,
          place,
          there.map((group) => ({ key: keyOfGroup(group), body: group.found })),
        );
      }),
  };
};

const valuesOf = (rows: readonly Row<readonly Sourced[]>[]): readonly WrittenValue[] => {
  const values: WrittenValue[] = [];
  for (const { key, body } of rows) {
    const [name = '', type = ''] = key;
    for (const value of body) values.push({ name: `${name}`, type: `${type}`, ...value });
  }
  return values;
};

const keyOfGroup = ({ name, type }: Group): Key => [name, type];

interface Group extends RRsetKey {
  readonly found: Sourced[];
}

const grouped = (at: readonly RRsetKey[], values: readonly WrittenValue[]): Iterable<Group> => {
  const groups = new Map<string, Group>();
  const groupOf = ({ name, type }: RRsetKey): Group => {
    const key = keyOf({ name, type });
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { name, type, found: [] };
    groups.set(key, group);
    return group;
  };
  at.forEach(groupOf);
  for (const value of values) {
    const { rdata, sources, claims } = value;
    groupOf(value).found.push(claims === undefined ? { rdata, sources } : { rdata, sources, claims });
  }
  return groups.values();
};

/** Values that nobody accounts for, and how long they have been so. */
export const orphansIn = (work: StateWork): Pick<Store, 'orphans' | 'keepOrphans'> => {
  const rows = rowsOf(work, orphaned);
  return {
    orphans: (zone, target) => {
      const what = `how long values of ${zoneLabel(zone)} at ${target} have been unaccounted for`;
      return work.read(what, [], async (sql) => {
        const [row] = await rows.read(sql, zoneTargetCells(zone, target), what);
        return row?.body ?? [];
      });
    },
    keepOrphans: (zone, target, orphans) => {
      const at = zoneTargetCells(zone, target);
      return work.write(
        (sql) => (orphans.length === 0 ? rows.remove(sql, at, [[]]) : rows.put(sql, at, [{ key: [], body: orphans }])),
        'statement',
      );
    },
  };
};
