import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshLeaseWait, leaseHandle } from '../../src/apply/lease.ts';
import type { Lease, LeaseRefusal, Store } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/index.ts';
import type { RunContext } from '../../src/target.ts';
import { tempFolder } from '../servers/child.ts';

const zone = { name: 'a.test.', view: null };

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
  const deadPid = async (): Promise<number> => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  };

  it('is given to one at a time, for each zone and target', async () => {
    const lease = await taken(ours);
    expect(await theirs.lease(zone, 'pdns')).toEqual({ heldBy: `pid ${process.pid}` });
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
    expect(await ours.lease(zone, 'pdns')).toEqual({ heldBy: expect.stringMatching(/^pid \d+ on elsewhere$/) });
  });

  it('of a clock that was years ahead keeps nobody out once it is set back', async () => {
    const lease = await taken(ours);
    edit(`UPDATE leases SET until = until + 3600000`);
    expect(await theirs.lease(zone, 'pdns'), 'another host may be an hour ahead').toHaveProperty('heldBy');
    edit(`UPDATE leases SET until = until + ${5 * 365 * 24} * 3600000`);
    await taken(theirs);
    expect(await ours.holds(lease)).toBe(false);
  });

  const place = { zone: zone.name, view: null, target: 'pdns' };
  const rimOf = (notices: string[], sleep: () => Promise<void>): RunContext => ({
    registry: {},
    ask: async () => ({ status: 'no_answer', reason: '' }),
    clock: { now: () => 0 },
    sleep,
    onNotice: (message) => notices.push(message),
  });

  it('that is not to be had is refused, after a word', async () => {
    await taken(theirs);
    const notices: string[] = [];
    let slept = 0;
    const context = rimOf(notices, async () => {
      slept += 1;
    });
    const busy = `another hostmaster (pid ${process.pid}) is writing a.test. at pdns`;
    await expect(leaseHandle(place, ours, context).take()).rejects.toMatchObject({
      code: 'ZONE_BUSY',
      message: `${busy}; nothing was written to it: try again when it is done`,
    });
    expect(notices).toEqual([`${busy}; waiting for it`]);
    expect(slept).toBe(120);
  });

  it('is waited for, checked before a write, and given back', async () => {
    const first = await taken(theirs);
    const context = rimOf([], () => theirs.release(first));
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
    const context = rimOf([], async () => {
      slept += 1;
    });
    const patience = freshLeaseWait();
    for (const target of ['pdns', 'aws']) {
      await expect(leaseHandle({ ...place, target }, ours, context).take(patience)).rejects.toMatchObject({
        code: 'ZONE_BUSY',
      });
    }
    expect(slept).toBe(120);
  });
});
