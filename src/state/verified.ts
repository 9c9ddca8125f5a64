import type { DaemonStore, VerifiedRRset } from '../model/daemon-store.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { verifiedHashSchema } from './row-schemas.ts';
import type { Row, Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';
import { zoneTargetCells } from './zone-target.ts';

const verified: Table<string> = {
  name: 'verified',
  shared: ['zone', 'view', 'target'],
  own: ['name', 'type'],
  body: guardOf(verifiedHashSchema),
};

/** What was wanted of each RRset when it was last verified: the rows of those that changed are written, and no others. */
export const verifiedIn = (work: StateWork): Pick<DaemonStore, 'verified' | 'keepVerified'> => {
  const rows = rowsOf(work, verified);
  return {
    verified: (zone, target, names) => {
      const what = `what was verified of ${zoneLabel(zone)} at ${target}`;
      const at = zoneTargetCells(zone, target);
      if (names === undefined) return work.read(what, [], async (sql) => (await rows.read(sql, at, what)).map(hashOf));
      return work.read(
        what,
        [],
        async (sql) => {
          const found: VerifiedRRset[] = [];
          for (const name of names) found.push(...(await rows.read(sql, at, what, name)).map(hashOf));
          return found;
        },
        'read',
      );
    },
    keepVerified: (zone, target, changed) =>
      work.write(async (sql) => {
        const at = zoneTargetCells(zone, target);
        const gone = changed.filter(({ hash }) => hash === null);
        await rows.remove(
          sql,
          at,
          gone.map(({ name, type }) => [name, type]),
        );
        await rows.put(
          sql,
          at,
          changed.flatMap(({ hash, name, type }) => (hash === null ? [] : [{ key: [name, type], body: hash }])),
        );
      }),
  };
};

const hashOf = ({ body, key: [name = '', type = ''] }: Row<string>): VerifiedRRset => ({
  name: `${name}`,
  type: `${type}`,
  hash: body,
});
