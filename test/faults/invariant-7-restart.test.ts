import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import { bends, type InventoryEntry } from '../servers/inventory.ts';
import { claimed, claimedOn, entryOf, pairsIn, pairsOf, side } from './sets-lab.ts';
import { makeSetsScene, type PowerDnsScene } from './sets-scene.ts';

// Invariant 7: what a killed apply wrote is known to be its own, so that it goes as soon as its server says so.

let scene: PowerDnsScene;
beforeAll(async () => {
  scene = await makeSetsScene();
});
afterAll(() => scene?.stop());

const reset = async (): Promise<void> => {
  scene.inventory.bend(null);
  scene.inventory.set(side('before'));
  expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
  scene.inventory.set(side('after'));
};

describe('invariant 7: kill -9, and the world moves on before the restart', () => {
  const others = (server: string): readonly InventoryEntry[] => side('after').filter(({ name }) => name !== server);
  for (const write of [4, 5, 8]) {
    it(`after write ${write}: a server that moved again leaves nothing of the address between`, async () => {
      await reset();
      expect(await scene.killed(['apply', '--yes'], write, 'taken')).toBe(true);
      const ips = ['10.0.2.31', 'fd00:1::31'];
      scene.inventory.set([...others('web1'), { ...entryOf('web1', 'after'), ips }]);
      const { code, stdout } = await scene.run('apply', '--yes');
      expect(stdout).not.toContain('withheld');
      expect(code).toBe(0);
      const records = await scene.overDns();
      const between = ['10.0.2.1', 'fd00:1::11'];
      const left = [...pairsIn(records).reverse, ...claimed(records)].filter((each) =>
        between.includes(each.replace('web1 ', '')),
      );
      expect(left).toEqual([]);
      expect(claimed(records)).toEqual(expect.arrayContaining(ips));
    });
  }

  for (const write of [5, 8]) {
    it(`after write ${write}: a server that came and is decommissioned is gone at once`, async () => {
      await reset();
      expect(await scene.killed(['apply', '--yes'], write, 'taken')).toBe(true);
      scene.inventory.set([...others('web4'), { ...entryOf('web4', 'after'), state: 'decommissioned' }]);
      const { code, stdout } = await scene.run('apply', '--yes');
      expect(stdout).not.toContain('withheld');
      expect(code).toBe(0);
      const records = await scene.overDns();
      const { forward, reverse } = pairsIn(records);
      expect(pairsOf('web4', [...forward, ...reverse])).toEqual([]);
      expect(claimed(records)).toEqual(claimedOn('after').filter((each) => !/\.2\.4$|::4$/.test(each)));
    });
  }
});

describe('invariant 7: kill -9, and the inventory is down at the restart', () => {
  for (const write of [2, 5, 7]) {
    it(`after write ${write}: what was last known of it is applied, and nothing is held back wrongly`, async () => {
      await reset();
      expect(await scene.killed(['apply', '--yes'], write, 'taken')).toBe(true);
      scene.inventory.bend(bends.status(500));
      const { code, stdout } = await scene.run('apply', '--yes');
      expect(stdout).not.toContain('withheld');
      // The inventory is one problem, and all there is.
      expect(stdout).toContain('1 error');
      expect(code).toBe(1);
      scene.inventory.bend(null);
      await scene.expectSettled('after');
    });
  }
});

describe('invariant 7: kill -9 of a reviewed plan', () => {
  const file = (): string => join(scene.repository.folder, 'plan.json');
  const plan = async (): Promise<void> => {
    await reset();
    expect(await scene.run('plan', '--out', file())).toMatchObject({ code: 0 });
  };

  for (const [write, moment] of [
    [1, 'taken'],
    [4, 'instead'],
    [4, 'taken'],
    [7, 'instead'],
    [8, 'taken'],
  ] as const) {
    it(`at write ${write}, ${moment}: the same plan once more is applied whole, or is stale and writes nothing`, async () => {
      await plan();
      expect(await scene.killed(['apply', '--yes', '--plan', file()], write, moment)).toBe(true);
      const { code, stdout, stderr } = await scene.run('apply', '--yes', '--plan', file());
      await scene.expectWhole();
      expect(await scene.journalled()).toEqual([]);
      if (code === 0) expect(stdout).toContain('Applied: 23 changes');
      else
        expect(stderr).toMatch(
          /the plan is stale, and nothing was written: these RRsets have changed since the plan: .*; plan again/,
        );
      expect(code === 0).toBe(write < 4 || (write === 4 && moment === 'instead'));
      if (code !== 0) expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
      await scene.expectSettled('after');
    });
  }
});

describe('invariant 7: two at once', () => {
  it('one does the work or both a part of it, each set is whole, and the next finds nothing to do or ends it', async () => {
    for (const which of ['after', 'before'] as const) {
      scene.inventory.set(side(which));
      const args = ['apply', '--yes', '--config', scene.repository.config];
      const both = await Promise.all([hostmaster(args), hostmaster(args)]);
      for (const { code, stderr } of both) {
        expect([0, 1, 3]).toContain(code);
        expect(stderr).not.toMatch(/internal error|did not end/);
      }
      await scene.expectWhole();
      expect(await scene.journalled()).toEqual([]);
      expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
      await scene.expectSettled(which);
    }
  });

  it('one that starts while another is half done waits for it, and takes nothing of it back', async () => {
    scene.inventory.set(side('after'));
    const args = ['apply', '--yes', '--config', scene.repository.config];
    let writes = 0;
    let second: Promise<Ended> | null = null;
    scene.handle(async ({ method }) => {
      writes += Number(method === 'PATCH');
      if (method === 'PATCH' && writes === 5 && second === null) {
        await new Promise<void>((resolve) => {
          second = hostmaster([...args], {
            onError: (text) => {
              if (text.includes('waiting for it')) resolve();
            },
          });
        });
      }
      return undefined;
    });
    const first = await hostmaster(args);
    scene.handle(null);
    expect(first).toMatchObject({ code: 0 });
    expect(await second).toMatchObject({ code: 0 });
    await scene.expectSettled('after');
  });
});
