import type { DaemonStore } from '../model/daemon-store.ts';
import { keyOf } from '../model/rrset.ts';
import { zoneLabel } from '../model/zone.ts';
import { guardOf } from '../validation/index.ts';
import { revertedAtSchema } from './row-schemas.ts';
import type { Row, Table } from './rows.ts';
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
    revertedDrift: (zone, target, since) => {
      const what = `what was put back in ${zoneLabel(zone)} at ${target}`;
      return work.read(what, [], async (sql) => {
        const found = await rows.read(sql, zoneTargetCells(zone, target), what);
        return found.map((row) => ({ ...keyIn(row), at: after(row.body, since) })).filter(({ at }) => at.length > 0);
      });
    },
    keepRevertedDrift: (zone, target, keys, since) =>
      work.write(async (sql) => {
        const shared = zoneTargetCells(zone, target);
        const what = `what was put back in ${zoneLabel(zone)} at ${target}`;
        const before = await rows.read(sql, shared, what);
        const old = before.filter(({ body }) => after(body, since).length === 0);
        await rows.remove(
          sql,
          shared,
          old.map(({ key }) => key),
        );
        const known = new Map(before.map((row) => [keyOf(keyIn(row)), after(row.body, since)]));
        const now = Date.now();
        await rows.put(
          sql,
          shared,
          keys.map((key) => ({ key: [key.name, key.type], body: [...(known.get(keyOf(key)) ?? []), now] })),
        );
      }),
  };
};

const keyIn = ({ key: [name = '', type = ''] }: Row<unknown>) => ({ name: `${name}`, type: `${type}` });

const after = (times: readonly number[], since: number): readonly number[] => times.filter((at) => at >= since);
