import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Store } from '../model/ports.ts';
import type { OpenDatabase } from './database.ts';
import { immediately } from './database.ts';
import { atPlace, placeOf } from './last-synced.ts';

/** How long a lease that nobody renews keeps others out. */
const leaseMilliseconds = 60_000;
/** No two clocks are further apart: a lease that ends later is of one that has been set back. */
const clocksApart = 24 * 3_600_000;

/**
 * Leases in the state file. One that was not renewed for a minute is given to whoever asks, and so is that of a process
 * of this host that is gone.
 */
export const leasesIn = ({ database, write }: OpenDatabase): Pick<Store, 'lease' | 'holds' | 'release'> => {
  const find = database.prepare(`SELECT * FROM leases WHERE ${atPlace}`);
  const take = database.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)');
  const renew = database.prepare(`UPDATE leases SET until = ? WHERE ${atPlace} AND token = ?`);
  const drop = database.prepare(`DELETE FROM leases WHERE ${atPlace} AND token = ?`);
  return {
    lease: (zone, target) =>
      write(() =>
        immediately(database, () => {
          const at = placeOf(zone, target);
          const row = find.get(...at);
          if (row !== undefined && isHeld(row)) return { heldBy: holderOf(row) };
          const token = randomUUID();
          take.run(...at, token, thisHost(), process.pid, Date.now() + leaseMilliseconds);
          return { zone, target, token };
        }),
      ),
    holds: ({ zone, target, token }) =>
      write(() => {
        const until = Date.now() + leaseMilliseconds;
        return renew.run(until, ...placeOf(zone, target), token).changes === 1;
      }),
    release: ({ zone, target, token }) =>
      write(() => {
        drop.run(...placeOf(zone, target), token);
      }),
  };
};

type Row = Readonly<Record<string, unknown>>;

const isHeld = ({ host, pid, until }: Row): boolean => {
  const left = Number(until) - Date.now();
  return left > 0 && left < clocksApart && (host !== thisHost() || isAlive(Number(pid)));
};

const holderOf = ({ host, pid }: Row): string =>
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
