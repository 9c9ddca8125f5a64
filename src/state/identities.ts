import { randomUUID } from 'node:crypto';
import type { Identity, KnownAs, Store } from '../model/ports.ts';
import { guardOf } from '../validation/index.ts';
import { identitySchema } from './row-schemas.ts';
import type { Row, Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { Sql } from './sql.ts';
import type { StateWork } from './work.ts';

/** What is known of an identity: the name that its rows have, and when it was first seen; milliseconds since 1970. */
interface Known {
  readonly stored: string;
  readonly at: number;
}

const identities: Table<Known> = {
  name: 'identities',
  shared: ['kind'],
  own: ['name', 'identity'],
  body: guardOf(identitySchema),
};

const what = 'which servers and inventories it is about';

/**
 * Which server or inventory each name stands for, and under which name its rows are. The first one of a name has the rows that
 * are there already: those of an earlier version, which knew names alone.
 */
export const identitiesIn = (work: StateWork): Pick<Store, 'identify'> => {
  const rows = rowsOf(work, identities);
  const knownAs = async (
    sql: Sql,
    { first, identity, kind, name }: Identity,
  ): Promise<KnownAs & { isNew: boolean }> => {
    const found = await rows.read(sql, [kind], what, name);
    const own = found.find(({ key }) => key[1] === identity);
    if (own !== undefined) return { stored: own.body.stored, before: null, isNew: false };
    // Names of targets are chosen by people: one may be that which another's second server got.
    const all = kind === 'zone' ? found : await rows.read(sql, [kind], what);
    const taken = new Set(all.map(({ body }) => body.stored));
    return { stored: freeName(first, taken), before: lastOf(found), isNew: true };
  };
  const readAll = async (sql: Sql, wanted: readonly Identity[]) => {
    const known: (KnownAs & { isNew: boolean })[] = [];
    for (const each of wanted) known.push(await knownAs(sql, each));
    return known;
  };
  return {
    identify: async (wanted) => {
      const known = await work.read(what, null, (sql) => readAll(sql, wanted), 'read');
      if (known === null) return wanted.map(({ first }) => ({ stored: `${first}#${randomUUID()}`, before: null }));
      if (!work.writable || !known.some(({ isNew }) => isNew)) return known.map(withoutNews);
      return work.write(async (sql) => {
        const now: KnownAs[] = [];
        for (const each of wanted) {
          const { isNew, ...found } = await knownAs(sql, each);
          now.push(found);
          const body = { stored: found.stored, at: Date.now() };
          if (isNew) await rows.put(sql, [each.kind], [{ key: [each.name, each.identity], body }]);
        }
        return now;
      });
    },
  };
};

const withoutNews = ({ before, stored }: KnownAs): KnownAs => ({ stored, before });

const lastOf = (found: readonly Row<Known>[]): string | null => {
  const last = found.toSorted((a, b) => a.body.at - b.body.at).at(-1);
  return last === undefined ? null : String(last.key[1]);
};

const freeName = (first: string, taken: ReadonlySet<string>, count = 1): string => {
  const name = count === 1 ? first : `${first}#${count}`;
  return taken.has(name) ? freeName(first, taken, count + 1) : name;
};
