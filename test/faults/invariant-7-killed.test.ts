import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bends } from '../servers/inventory.ts';
import { type Side, side } from './sets-lab.ts';
import { type Moment, makeSetsScene, type SetsScene } from './sets-scene.ts';

// Invariant 7, with kill -9: an apply that moves servers, brings one and takes one dies at any of its writes; the restart
// alone makes each server whole, whatever its inventory says, and the next apply ends the work.

/** The writes of an apply from one side to the other. */
const writes = 8;
const kills = Array.from({ length: writes }, (_, i) => i + 1).flatMap((write) => {
  const moments: readonly Moment[] = write % 2 === 0 ? ['instead', 'in_body', 'taken'] : ['instead', 'taken'];
  return moments.map((moment) => ({ write, moment }));
});

describe('invariant 7: kill -9 between the writes of an apply', { timeout: 120_000 }, () => {
  let scene: SetsScene;
  beforeAll(async () => {
    scene = await makeSetsScene();
  });
  afterAll(() => scene?.stop());

  const ways = new Set<string>();
  let at: Side = 'before';
  for (const { write, moment } of kills) {
    it(`at write ${write}, ${moment}: the restart makes each server whole, and the next apply converges`, async () => {
      at = at === 'before' ? 'after' : 'before';
      scene.inventory.set(side(at));
      expect(await scene.killed(['apply', '--yes'], write, moment)).toBe(true);
      expect(scene.writes()).toHaveLength(write);
      const journalled = await scene.journalled();
      expect(journalled.map(({ server }) => server).sort()).toEqual(['web1', 'web2', 'web3', 'web4', 'web5', 'web6']);
      // The inventory is down, and nobody says yes to a plan: what is written now, recovery wrote.
      scene.inventory.bend(bends.status(500));
      const { code, stderr } = await scene.run('apply');
      expect(code).toBe(1);
      await scene.expectWhole();
      expect(await scene.journalled()).toEqual([]);
      for (const [, way = ''] of stderr.matchAll(/did not end, and were (\w+)/g)) ways.add(way);
      scene.inventory.bend(null);
      expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
      await scene.expectSettled(at);
    });
  }

  it('and both ways were gone', () => {
    expect([...ways].sort()).toEqual(['completed', 'rolled']);
  });
});
