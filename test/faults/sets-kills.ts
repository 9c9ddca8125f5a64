import { expect, it } from 'vitest';
import { bends } from '../servers/inventory.ts';
import { type Side, side, zones } from './sets-lab.ts';
import type { Moment, SetsScene } from './sets-scene.ts';

/** The writes of an apply that leads from one side of the lab to the other. */
export const writes = 8;

const kills = Array.from({ length: writes }, (_, i) => i + 1).flatMap((write) => {
  const moments: readonly Moment[] = write % 2 === 0 ? ['instead', 'in_body', 'taken'] : ['instead', 'taken'];
  return moments.map((moment) => ({ write, moment }));
});

const moved = ['web1', 'web2', 'web3', 'web4', 'web5', 'web6'];

/**
 * Tests that an apply which dies at any of its writes is made good: the restart alone makes each server whole, whatever its
 * inventory says, and the next apply ends the work. The scene is settled on a side before, and after.
 */
export const survivesKills = (scene: () => SetsScene): void => {
  const ways = new Set<string>();
  for (const { write, moment } of kills) {
    it(`at write ${write}, ${moment}: the restart makes each server whole, and the next apply converges`, async () => {
      const at = otherSide(await sideOf(scene()));
      await killed(scene(), at, write, moment);
      // The inventory is down, and nobody says yes to a plan: what is written now, recovery wrote.
      scene().inventory.bend(bends.status(500));
      const { code, stderr } = await scene().run('apply');
      expect(code).toBe(1);
      await scene().expectWhole();
      expect(await scene().journalled()).toEqual([]);
      for (const [, way = ''] of stderr.matchAll(/did not end, and were (\w+)/g)) ways.add(way);
      scene().inventory.bend(null);
      expect(await scene().run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
      await scene().expectSettled(at);
    });
  }

  it('the recoveries of all kills were of both kinds: completed, and rolled back', () => {
    expect([...ways].sort()).toEqual(['completed', 'rolled']);
  });
};

const killed = async (scene: SetsScene, at: Side, write: number, moment: Moment): Promise<void> => {
  scene.inventory.set(side(at));
  expect(await scene.killed(['apply', '--yes'], write, moment)).toBe(true);
  expect(scene.writes()).toHaveLength(write);
  const journalled = await scene.journalled();
  expect(journalled.map(({ server }) => server).sort()).toEqual(moved);
};

export const otherSide = (at: Side): Side => (at === 'before' ? 'after' : 'before');

/** The side that web2 is on. */
export const sideOf = async (scene: SetsScene): Promise<Side> =>
  (await scene.overDns()).get(`web2.${zones.forward} A`)?.includes('10.0.1.2') === true ? 'before' : 'after';
