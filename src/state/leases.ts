import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Store } from '../model/ports.ts';
import type { Cells } from './sql.ts';
import type { StateWork } from './work.ts';
import { isZoneTarget, zoneTargetCells } from './zone-target.ts';

/** How long a lease that nobody renews keeps others out. */
const leaseMilliseconds = 60_000;
/** No two clocks are further apart: a lease that ends later is of one that has been set back. */
const clocksApart = 24 * 3_600_000;

const columns = ['token', 'host', 'pid', 'until'] as const;
const select = `SELECT ${columns.join(', ')} FROM leases WHERE ${isZoneTarget}`;
const take = `INSERT INTO leases (zone, view, target, ${columns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (zone, view, target) DO UPDATE SET ${columns.map((each) => `${each} = excluded.${each}`).join(', ')}`;
const renew = `UPDATE leases SET until = ? WHERE ${isZoneTarget} AND token = ?`;
const drop = `DELETE FROM leases WHERE ${isZoneTarget} AND token = ?`;

/**
 * Leases in the state. One that was not renewed for a minute is given to whoever asks, and so is that of a process of this
 * host that is gone.
 */
export const leasesIn = ({ write }: StateWork): Pick<Store, 'lease' | 'holds' | 'release'> => ({
  lease: (zone, target) =>
    write(async (sql) => {
      const at = zoneTargetCells(zone, target);
      const [row] = await sql.all(select, at);
      if (row !== undefined && isTaken(row)) return { heldBy: holderOf(row) };
      const token = randomUUID();
      await sql.run(take, [...at, token, thisHost(), process.pid, Date.now() + leaseMilliseconds]);
      return { zone, target, token };
    }),
  holds: ({ zone, target, token }) =>
    write(async (sql) => {
      const until = Date.now() + leaseMilliseconds;
      return (await sql.run(renew, [until, ...zoneTargetCells(zone, target), token])) === 1;
    }, 'statement'),
  release: ({ zone, target, token }) =>
    write(async (sql) => void (await sql.run(drop, [...zoneTargetCells(zone, target), token])), 'statement'),
});

const isTaken = ({ host, pid, until }: Cells): boolean => {
  const left = Number(until) - Date.now();
  return left > 0 && left < clocksApart && (host !== thisHost() || isAlive(Number(pid)));
};

const holderOf = ({ host, pid }: Cells): string =>
  host === thisHost() ? `pid ${String(pid)}` : `pid ${String(pid)} on ${String(host).split(' ')[0]}`;

/** The host, and on Linux the space that its process ids count in: a container has one of its own. */
const thisHost = (): string => {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
