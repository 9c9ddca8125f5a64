import { randomUUID } from 'node:crypto';
import type { LeaseInUse, LeaseRefusal, Store } from '../model/ports.ts';
import { ownProcess, type ProcessIdentity, runsHere } from './own-process.ts';
import type { Cells } from './sql.ts';
import type { StateWork } from './work.ts';
import { isZoneTarget, zoneTargetCells } from './zone-target.ts';

/** How long a lease that nobody renews keeps others out. */
const leaseMilliseconds = 60_000;
/** No two clocks are further apart: a lease that ends later is of one that has been set back. */
const clocksApart = 24 * 3_600_000;

const columns = ['token', 'host', 'pid', 'started', 'until', 'unanswered_until'] as const;
const select = `SELECT ${columns.join(', ')} FROM leases WHERE ${isZoneTarget}`;
const selectAll = `SELECT zone, view, target, ${columns.join(', ')} FROM leases`;
const take = `INSERT INTO leases (zone, view, target, ${columns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (zone, view, target) DO UPDATE SET ${columns.map((each) => `${each} = excluded.${each}`).join(', ')}`;
const renew = `UPDATE leases SET until = ?, unanswered_until = ? WHERE ${isZoneTarget} AND token = ?`;
const drop = `DELETE FROM leases WHERE ${isZoneTarget} AND token = ?`;
const leave = `UPDATE leases SET token = '', until = 0, unanswered_until = ? WHERE ${isZoneTarget} AND token = ?`;

type Leases = Pick<Store, 'lease' | 'holds' | 'release' | 'leasesInUse'>;

/**
 * Leases in the state. One that was not renewed for a minute is given to whoever asks, and so is that of a process of this
 * host that is gone. What may still take effect of it stays noted.
 */
export const leasesIn = ({ read, write }: StateWork): Leases => {
  const own = ownProcess();
  return {
    lease: (zone, target) =>
      write(async (sql) => {
        const at = zoneTargetCells(zone, target);
        const [row] = await sql.all(select, at);
        const holder = row === undefined ? null : holderIn(row, own);
        if (holder !== null) return holder;
        const token = randomUUID();
        const unansweredUntil = row === undefined ? null : unansweredIn(row);
        const until = Date.now() + leaseMilliseconds;
        await sql.run(take, [...at, token, own.host, own.pid, own.started, until, unansweredUntil]);
        return { zone, target, token, unansweredUntil };
      }),
    holds: ({ zone, target, token }, unansweredUntil = null) =>
      write(async (sql) => {
        const until = Date.now() + leaseMilliseconds;
        return (await sql.run(renew, [until, unansweredUntil, ...zoneTargetCells(zone, target), token])) === 1;
      }, 'statement'),
    release: ({ zone, target, token }, unansweredUntil = null) =>
      write(async (sql) => {
        const mine = [...zoneTargetCells(zone, target), token];
        await (unansweredUntil === null ? sql.run(drop, mine) : sql.run(leave, [unansweredUntil, ...mine]));
      }, 'statement'),
    leasesInUse: () =>
      read('who writes which zones', [], async (sql) => (await sql.all(selectAll)).flatMap((row) => heldIn(row, own))),
  };
};

const heldIn = (row: Cells, own: ProcessIdentity): readonly LeaseInUse[] => {
  const holder = holderIn(row, own);
  const unansweredUntil = unansweredIn(row);
  if (holder === null && unansweredUntil === null) return [];
  const zone = { name: String(row.zone), view: row.view === '' ? null : String(row.view) };
  return [{ zone, target: String(row.target), holder, unansweredUntil }];
};

const holderIn = ({ host, pid, started, token, until }: Cells, own: ProcessIdentity): LeaseRefusal | null => {
  const lasts = Number(until) - Date.now();
  const holder = { host: String(host), pid: Number(pid), started: started === null ? null : String(started) };
  const isHeld = token !== '' && lasts > 0 && lasts < clocksApart;
  if (!isHeld || (holder.host === own.host && !runsHere(holder, own))) return null;
  const where = holder.host === own.host ? '' : ` on ${holder.host.split(' ')[0]}`;
  return { heldBy: `pid ${holder.pid}${where}`, lasts };
};

const unansweredIn = ({ unanswered_until: until }: Cells): number | null => {
  const lasts = Number(until) - Date.now();
  return until !== null && lasts > 0 && lasts < clocksApart ? Number(until) : null;
};
