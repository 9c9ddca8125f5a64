import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { leaseHandle, newWriterWait } from '../../src/apply/lease.ts';
import type { Lease, LeaseRefusal, Store } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/index.ts';
import type { RunContext } from '../../src/target.ts';
import { tempFolder } from '../servers/child.ts';

const zone = { name: 'a.test.', view: null };
const place = { zone: zone.name, view: null, target: 'pdns' };

const contextOf = (notices: string[], pause: () => Promise<void>): RunContext => ({
  registry: {},
  ask: async () => ({ status: 'no_answer', reason: '' }),
  clock: { now: () => 0 },
  sleep: pause,
  onNotice: (message) => notices.push(message),
});

describe('a lease', () => {
  let file: string;
  let ours: Store;
  let theirs: Store;
  beforeEach(async () => {
    file = join(tempFolder('lease'), 'state.sqlite');
    ours = await openStore(file);
    theirs = await openStore(file);
    return () => Promise.all([ours.close(), theirs.close()]);
  });

  const taken = async (store: Store, target = 'pdns'): Promise<Lease> => {
    const answer: Lease | LeaseRefusal = await store.lease(zone, target);
    if ('heldBy' in answer) throw new Error(`held by ${answer.heldBy}`);
    return answer;
  };
  /** Does what another process or the time would do. */
  const edit = (sql: string): void => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };
  const rows = () => {
    const database = new DatabaseSync(file);
    const found = database.prepare('SELECT * FROM leases').all();
    database.close();
    return found;
  };
  const waiting = (): RunContext => contextOf([], () => sleep(20));
  const deadPid = async (): Promise<number> => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  };

  it('is given to one at a time, for each zone and target', async () => {
    const lease = await taken(ours);
    expect(await theirs.lease(zone, 'pdns')).toEqual({ heldBy: `pid ${process.pid}`, lasts: expect.any(Number) });
    await taken(theirs, 'aws');
    const internal = await theirs.lease({ ...zone, view: 'internal' }, 'pdns');
    expect(internal).toHaveProperty('token');
    expect(await ours.holds(lease)).toBe(true);
    await ours.release(lease);
    expect(await ours.holds(lease)).toBe(false);
    expect(await theirs.holds(await taken(theirs))).toBe(true);
  });

  it('runs out when nobody renews it, and its holder hears of it', async () => {
    const lease = await taken(ours);
    edit('UPDATE leases SET until = 1');
    expect(await ours.holds(lease), 'nobody took it').toBe(true);
    expect(await theirs.lease(zone, 'pdns')).toHaveProperty('heldBy');
    edit('UPDATE leases SET until = 1');
    const next = await taken(theirs);
    expect(await ours.holds(lease)).toBe(false);
    await ours.release(lease);
    expect(await theirs.holds(next)).toBe(true);
  });

  it('of a process that is gone is given away at once, unless it was on another host', async () => {
    await taken(ours);
    edit(`UPDATE leases SET pid = ${await deadPid()}`);
    await taken(theirs);
    edit(`UPDATE leases SET pid = ${await deadPid()}, host = 'elsewhere pid:[1]'`);
    expect(await ours.lease(zone, 'pdns')).toMatchObject({ heldBy: expect.stringMatching(/^pid \d+ on elsewhere$/) });
  });

  it('of a process whose id another one has by now is given away at once', async () => {
    await taken(ours);
    edit("UPDATE leases SET started = '1'");
    await taken(theirs);
  });

  it('of a process that nobody can tell from another is waited for as long as it lasts', async () => {
    await taken(ours);
    edit(`UPDATE leases SET started = NULL, until = ${Date.now() + 60_000}`);
    expect(await theirs.lease(zone, 'pdns')).toHaveProperty('heldBy');
    edit(`UPDATE leases SET until = ${Date.now() + 700}`);
    const lease = leaseHandle(
      place,
      theirs,
      contextOf([], () => sleep(20)),
    );
    await lease.take({ remaining: 0, told: new Set() });
    await lease.release();
  });

  it.each([
    ['another boot of its host', (host: string) => host.replace(/[0-9a-f]{8}-[0-9a-f-]+$/, 'another-boot')],
    ['another container of its host', (host: string) => host.replace(/pid:\[\d+\]/, 'pid:[1]')],
  ])('of %s is no lease of this process, whatever its id', async (_, other) => {
    await taken(ours);
    const { host } = rows()[0] ?? {};
    expect(other(String(host))).not.toBe(host);
    edit(`UPDATE leases SET host = '${other(String(host))}'`);
    expect(await theirs.lease(zone, 'pdns')).toHaveProperty('heldBy', expect.stringMatching(/^pid \d+ on /));
  });

  it('says until when what was sent under it may arrive: to whoever has it next, and to whoever looks', async () => {
    const until = Date.now() + 30_000;
    const lease = await taken(ours);
    expect(await ours.holds(lease, until)).toBe(true);
    expect(await theirs.leasesInUse()).toEqual([
      {
        zone,
        target: 'pdns',
        holder: expect.objectContaining({ heldBy: `pid ${process.pid}` }),
        unansweredUntil: until,
      },
    ]);
    await ours.release(lease, until);
    expect(await theirs.leasesInUse()).toEqual([{ zone, target: 'pdns', holder: null, unansweredUntil: until }]);
    expect(await taken(theirs)).toMatchObject({ unansweredUntil: until });
    expect(await ours.lease(zone, 'pdns')).toHaveProperty('heldBy');
  });

  it('of a process that was killed says it too, and not once the time is over', async () => {
    const lease = await taken(ours);
    await ours.holds(lease, Date.now() + 30_000);
    edit(`UPDATE leases SET pid = ${await deadPid()}`);
    expect(await theirs.leasesInUse()).toMatchObject([{ holder: null, unansweredUntil: expect.any(Number) }]);
    edit(`UPDATE leases SET unanswered_until = ${Date.now() - 1}`);
    expect(await theirs.leasesInUse()).toEqual([]);
    expect(await taken(theirs)).toMatchObject({ unansweredUntil: null });
  });

  it('is had only once nothing of an earlier holder can arrive any more, and then notes what is sent under it', async () => {
    const [first, next] = [leaseHandle(place, ours, waiting()), leaseHandle(place, theirs, waiting())];
    await first.take();
    const since = Date.now();
    await first.send(400);
    await first.release();
    await next.take();
    expect(Date.now() - since).toBeGreaterThanOrEqual(400);
    const write = await next.send(60_000);
    expect(rows()[0]?.unanswered_until).toBeGreaterThan(Date.now() + 50_000);
    write.answered();
    await next.awaitUnanswered();
    await next.release();
    expect(rows()).toEqual([]);
  });

  it('is not waited for by somebody who wants to stop, and keeps what it knows', async () => {
    const [first, stopped] = [leaseHandle(place, ours, waiting()), new AbortController()];
    await first.take();
    await first.send(60_000);
    await first.release();
    const next = leaseHandle(place, theirs, { ...waiting(), signal: stopped.signal });
    const taking = next.take();
    stopped.abort();
    await expect(taking).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await next.release();
    expect(rows()[0]?.unanswered_until).toBeGreaterThan(Date.now() + 50_000);
  });

  it('of a clock that was years ahead keeps nobody out once it is set back', async () => {
    const lease = await taken(ours);
    edit(`UPDATE leases SET until = until + 3600000`);
    expect(await theirs.lease(zone, 'pdns'), 'another host may be an hour ahead').toHaveProperty('heldBy');
    edit(`UPDATE leases SET until = until + ${5 * 365 * 24} * 3600000`);
    await taken(theirs);
    expect(await ours.holds(lease)).toBe(false);
  });

  it('that is not to be had is refused, after a word', async () => {
    await taken(theirs);
    const notices: string[] = [];
    let slept = 0;
    const context = contextOf(notices, async () => {
      slept += 1;
    });
    const busy = `another Hostmaster (pid ${process.pid}) is writing a.test. at pdns`;
    await expect(leaseHandle(place, ours, context).take()).rejects.toMatchObject({
      code: 'ZONE_BUSY',
      message: `${busy}; nothing was written to it: try again when it is done`,
    });
    expect(notices).toEqual([`${busy}; waiting for it`]);
    expect(slept).toBe(120);
  });

  it('is waited for, checked before a write, and given back', async () => {
    const first = await taken(theirs);
    const context = contextOf([], () => theirs.release(first));
    const lease = leaseHandle(place, ours, context);
    await lease.take();
    expect(await theirs.lease(zone, 'pdns')).toHaveProperty('heldBy');
    await lease.check();
    edit("UPDATE leases SET token = 'theirs'");
    await expect(lease.check()).rejects.toMatchObject({ code: 'ZONE_BUSY' });
    edit('DELETE FROM leases');
    await lease.release();
    await expect(lease.check()).rejects.toMatchObject({ code: 'ZONE_BUSY' });
    await theirs.release(await taken(theirs));
    await lease.take();
    await lease.release();
    await taken(theirs);
  });

  it('waits no longer for many than for one', async () => {
    await taken(theirs);
    await taken(theirs, 'aws');
    let slept = 0;
    const context = contextOf([], async () => {
      slept += 1;
    });
    const patience = newWriterWait();
    for (const target of ['pdns', 'aws']) {
      await expect(leaseHandle({ ...place, target }, ours, context).take(patience)).rejects.toMatchObject({
        code: 'ZONE_BUSY',
      });
    }
    expect(slept).toBe(120);
  });
});
