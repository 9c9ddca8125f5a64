import type { DaemonStore } from '../model/daemon-store.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { revertedAtSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';
import { zoneTargetCells } from './zone-target.ts';

const reverted: Table<readonly number[]> = {
  name: 'reverted_drift',
  shared: ['zone', 'view', 'target'],
  own: ['name', 'type'],
  body: guardOf(revertedAtSchema),
};

type Drift = Pick<DaemonStore, 'revertedDrift' | 'keepRevertedDrift'>;

/** What others changed and was put back, to see where that goes on and on. */
export const revertedDriftIn = (work: StateWork): Drift => {
  const rows = rowsOf(work, reverted);
  return {
    revertedDrift: (zone, target) => {
      const what = `what was put back in ${zoneLabel(zone)} at ${target}`;
      return work.read(what, [], async (sql) =>
        (await rows.read(sql, zoneTargetCells(zone, target), what)).map(({ body, key: [name = '', type = ''] }) => ({
          ...{ name: `${name}`, type: `${type}` },
          at: body,
        })),
      );
    },
    keepRevertedDrift: (zone, target, all) =>
      work.write(async (sql) => {
        const shared = zoneTargetCells(zone, target);
        const gone = all.filter(({ at }) => at.length === 0);
        await rows.remove(
          sql,
          shared,
          gone.map(({ name, type }) => [name, type]),
        );
        await rows.put(
          sql,
          shared,
          all.flatMap(({ at, name, type }) => (at.length === 0 ? [] : [{ key: [name, type], body: at }])),
        );
      }),
  };
};
