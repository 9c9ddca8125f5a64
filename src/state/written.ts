import type { OrphanedValue, Store, WrittenValue } from '../model/ports.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { keyOf } from '../model/rrset.ts';
import { guardOf } from '../validation/index.ts';
import type { OpenDatabase } from './database.ts';
import { immediately } from './database.ts';
import { placeLabel, placeOf } from './last-synced.ts';
import { orphanedValuesSchema, writtenValuesSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';

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
export const writtenIn = (open: OpenDatabase): Pick<Store, 'written' | 'noteWritten'> => {
  const rows = rowsOf(open, written);
  return {
    written: (zone, target, names) => {
      const what = `what was written to ${placeLabel(zone, target)}`;
      return open.read(what, [], () => {
        const values: WrittenValue[] = [];
        const place = placeOf(zone, target);
        const found =
          names === undefined ? rows.read(place, what) : names.flatMap((name) => rows.read(place, what, name));
        for (const { key, body } of found) {
          const [name = '', type = ''] = key;
          for (const value of body) values.push({ name: `${name}`, type: `${type}`, ...value });
        }
        return values;
      });
    },
    noteWritten: (zone, target, at, values) =>
      open.write(() =>
        immediately(open.database, () => {
          const place = placeOf(zone, target);
          for (const { name, type, found } of grouped(at, values)) {
            if (found.length === 0) rows.remove(place, [name, type]);
            else rows.put(place, [name, type], found);
          }
        }),
      ),
  };
};

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
export const orphansIn = (open: OpenDatabase): Pick<Store, 'orphans' | 'keepOrphans'> => {
  const rows = rowsOf(open, orphaned);
  return {
    orphans: (zone, target) => {
      const what = `how long values of ${placeLabel(zone, target)} have been unaccounted for`;
      return open.read(what, [], () => rows.read(placeOf(zone, target), what)[0]?.body ?? []);
    },
    keepOrphans: (zone, target, orphans) =>
      open.write(() => {
        const place = placeOf(zone, target);
        if (orphans.length === 0) rows.remove(place, []);
        else rows.put(place, [], orphans);
      }),
  };
};
