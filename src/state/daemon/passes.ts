import type { DaemonStore, KeptPass } from '../../model/daemon-store.ts';
import { guardOf } from '../../validation/index.ts';
import type { Row, Table } from '../rows.ts';
import { rowsOf } from '../rows.ts';
import type { Sql } from '../sql.ts';
import type { StateWork } from '../work.ts';
import { keptPassSchema, passDetailsSchema } from './schemas.ts';

/** How much of the daemon's passes is kept. */
export interface PassLimits {
  /** So many with changes at least, and those of so long; milliseconds. */
  readonly fewest: number;
  readonly longest: number;
  /** And never more than so many. */
  readonly most: number;
  readonly mostIdle: number;
  /** Of the details of all passes together; characters. */
  readonly detailsSize: number;
  /** How many passes are kept between two looks at what is too much. */
  readonly pruneEach: number;
}

const usualLimits: PassLimits = {
  fewest: 1_000,
  longest: 30 * 24 * 3_600_000,
  most: 50_000,
  mostIdle: 1_000,
  detailsSize: 64 * 1024 * 1024,
  pruneEach: 20,
};

/** `idle` and `at` stand in the key, as they decide how long a row is kept. */
const passes: Table<KeptPass> = {
  name: 'daemon_passes',
  shared: [],
  own: ['seq', 'id', 'idle', 'at'],
  body: guardOf(keptPassSchema),
};

const details: Table<string> = {
  name: 'pass_details',
  shared: [],
  own: ['seq', 'size'],
  body: guardOf(passDetailsSchema),
};

const next = 'SELECT coalesce(max(seq), 0) + 1 AS seq FROM daemon_passes';
const seqOf = 'SELECT seq FROM daemon_passes WHERE id = ?';
const newest = (idle: 0 | 1): string =>
  `SELECT min(seq) FROM (SELECT seq FROM daemon_passes WHERE idle = ${idle} ORDER BY seq DESC LIMIT ?) AS newest`;
const pruneIdle = `DELETE FROM daemon_passes WHERE idle = 1 AND seq < (${newest(1)})`;
const pruneOld = `DELETE FROM daemon_passes WHERE idle = 0 AND at < ? AND seq < (${newest(0)})`;
const pruneMost = `DELETE FROM daemon_passes WHERE idle = 0 AND seq < (${newest(0)})`;
const pruneLarge = `DELETE FROM pass_details WHERE seq IN (SELECT seq FROM
  (SELECT seq, sum(size) OVER (ORDER BY seq DESC) AS total FROM pass_details) AS sizes WHERE total > ?)`;
const pruneGone = 'DELETE FROM pass_details WHERE seq NOT IN (SELECT seq FROM daemon_passes)';
const what = 'the record of a pass';

type Passes = Pick<DaemonStore, 'keepPass' | 'keptPasses' | 'keptPass' | 'passDetails'>;

/** The daemon's passes. What is too much goes each so many passes: to look at all rows takes a while. */
export const daemonPassesIn = (work: StateWork, limits: PassLimits = usualLimits): Passes => {
  const rows = rowsOf(work, passes);
  const kept = rowsOf(work, details);
  const byId = async (sql: Sql, id: string): Promise<Row<KeptPass> | null> =>
    (await rows.find(sql, [], what, 'AND id = ?', [id]))[0] ?? null;
  return {
    keepPass: ({ details: text, isIdle, pass }) =>
      work.write(async (sql) => {
        const before = await byId(sql, pass.id);
        const key = before?.key ?? [Number((await sql.all(next))[0]?.seq), pass.id, Number(isIdle), Date.now()];
        const [seq = 0] = key;
        await rows.put(sql, [], [{ key, body: pass }]);
        if (text !== null) await kept.put(sql, [], [{ key: [seq, text.length], body: text }]);
        if (before === null && Number(seq) % limits.pruneEach === 0) await prune(sql, limits);
      }),
    keptPasses: (after, limit) =>
      work.read(
        what,
        [],
        async (sql) => {
          const from = after === null ? Number.MAX_SAFE_INTEGER : Number((await sql.all(seqOf, [after]))[0]?.seq ?? 0);
          const clause = 'AND seq < ? ORDER BY seq DESC LIMIT ?';
          return (await rows.find(sql, [], what, clause, [from, limit])).map(({ body }) => body);
        },
        'read',
      ),
    keptPass: (id) => work.read(what, null, async (sql) => (await byId(sql, id))?.body ?? null),
    passDetails: (id) =>
      work.read(
        what,
        null,
        async (sql) => {
          const seq = (await sql.all(seqOf, [id]))[0]?.seq;
          if (seq === undefined) return null;
          const [found] = await kept.find(sql, [], what, 'AND seq = ?', [Number(seq)]);
          return found?.body ?? null;
        },
        'read',
      ),
  };
};

const prune = async (sql: Sql, { detailsSize, fewest, longest, most, mostIdle }: PassLimits): Promise<void> => {
  await sql.run(pruneIdle, [mostIdle]);
  await sql.run(pruneOld, [Date.now() - longest, fewest]);
  await sql.run(pruneMost, [most]);
  await sql.run(pruneGone);
  await sql.run(pruneLarge, [detailsSize]);
};
