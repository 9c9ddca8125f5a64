import { describe, expect, it } from 'vitest';
import { newWriterWait, unansweredWrites } from '../../src/apply/index.ts';
import type { Store } from '../../src/model/ports.ts';
import type { ZoneResult } from '../../src/model/result.ts';
import { awaitWriters } from '../../src/pass/await-writers.ts';
import { applyPass, applyPlanPass, closePass, planPass } from '../../src/pass.ts';
import type { StoreOpener } from '../../src/run.ts';
import { openStore } from '../../src/state/index.ts';
import type { RunContext } from '../../src/target.ts';
import { type CountingWorld, countingWorld } from './counting.ts';

// Another Hostmaster has the lease of a zone all the while; a clock that is handed in lets no time go by.

const optionsOf = ({ config }: CountingWorld) => ({ config, allow: [], full: false, serve: true });
const pollInterval = 250;

const besideAnother = (world = countingWorld(Number.POSITIVE_INFINITY)) => {
  const notices: string[] = [];
  const others: Store[] = [];
  let waited = 0;
  const context: RunContext = {
    ...world.context,
    onNotice: (notice) => notices.push(notice),
    sleep: async (milliseconds) => {
      if (milliseconds === pollInterval) waited += milliseconds;
    },
  };
  const open: StoreOpener = async (file) => {
    const other = await openStore(file);
    others.push(other);
    expect(await other.lease({ name: 'example.com.', view: null }, 'one')).toHaveProperty('token');
    return world.openStore(file);
  };
  const expectOneWait = (results: readonly ZoneResult[]): void => {
    expect(results.find(({ zone }) => zone === 'example.com.')?.error).toContain('is writing example.com. at one');
    expect(waited).toBe(30_000);
    expect(notices).toEqual([`another Hostmaster (pid ${process.pid}) is writing example.com. at one; waiting for it`]);
  };
  return { world, context, open, expectOneWait, close: () => Promise.all(others.map((other) => other.close())) };
};

describe('another Hostmaster that does not end is waited for half a minute in all, and told once', () => {
  it('by an apply that plans', async () => {
    const { world, context, open, expectOneWait, close } = besideAnother();
    const pass = await planPass({ ...optionsOf(world), recover: true }, context, open);
    const { results } = await applyPass(pass, context).finally(() => closePass(pass));
    expectOneWait(results);
    await close();
  });

  it('by an apply of a plan that was reviewed', async () => {
    const { world, context, open, expectOneWait, close } = besideAnother();
    const { plan, ...planned } = await planPass(optionsOf(world), world.context, world.openStore);
    await closePass(planned);
    const { results } = await applyPlanPass(plan, optionsOf(world), context, open);
    expectOneWait(results);
    await close();
  });

  it('and does not count what an ended one may still have on its way, after which another may have the zone', async () => {
    const { context } = besideAnother();
    const wait = newWriterWait();
    const lease = {
      zone: { name: 'example.com.', view: null },
      target: 'one',
      holder: null,
      unansweredUntil: Number.POSITIVE_INFINITY,
    };
    let asked = 0;
    const leasesInUse = async () => {
      asked += 1;
      return asked < 200 ? [lease] : [];
    };
    await awaitWriters({ leasesInUse }, () => true, context, wait);
    expect(wait).toEqual({ remaining: 30_000, told: new Set([unansweredWrites]) });
  });
});
