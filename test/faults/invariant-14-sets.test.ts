import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../cli/here.ts';
import type { Ended } from '../command.ts';
import type { Fault, ProxyRequest } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { otherSide, sideOf, writes } from './sets-kills.ts';
import { side } from './sets-lab.ts';
import { makeSetsScene, type PowerDnsScene } from './sets-scene.ts';

// Invariant 14 for atomic sets: an apply is told to stop at 30 points. What it leaves is what kill -9 leaves, or better, and
// the next apply makes it whole.

/** When the stop comes: as the request arrives, as it is held, as its answer is, as it is lost; or at a read before it. */
type Moment = 'at once' | 'held' | 'answered late' | 'lost' | 'read';

interface Stop {
  readonly write: number;
  readonly moment: Moment;
}

const numbers = Array.from({ length: writes }, (_, i) => i + 1);
const stops: readonly Stop[] = [
  ...numbers.flatMap((write) =>
    (['at once', 'held', 'answered late'] as const).map((moment): Stop => ({ write, moment })),
  ),
  ...[1, 4, 8].map((write): Stop => ({ write, moment: 'lost' })),
  ...[2, 5, 7].map((write): Stop => ({ write, moment: 'read' })),
];

const heldFor = 150;

describe('invariant 14: an apply with atomic sets that is told to stop', () => {
  let scene: PowerDnsScene;
  beforeAll(async () => {
    scene = await makeSetsScene('2s');
  });
  afterAll(() => scene?.stop());

  const stoppedAt = async ({ write, moment }: Stop): Promise<Ended> => {
    const stop = new AbortController();
    let begun = 0;
    scene.handle(async ({ method, body }: ProxyRequest): Promise<Fault | undefined> => {
      if (method === 'GET' && moment === 'read' && begun === write - 1) stop.abort();
      if (method !== 'PATCH') return undefined;
      begun += 1;
      if (begun !== write || moment === 'read') return undefined;
      await body();
      if (moment === 'answered late') return { kind: 'delay_answer', reached: async () => hold(stop) };
      stop.abort();
      if (moment === 'held') await sleep(heldFor);
      return moment === 'lost' ? { kind: 'refuse' } : undefined;
    });
    const args = ['apply', '--yes', '--config', scene.repository.config];
    const ended = await runHere(args, Date.now, stop.signal);
    scene.handle(null);
    expect(stop.signal.aborted).toBe(true);
    return ended;
  };

  for (const stop of stops) {
    it(`at write ${stop.write}, ${stop.moment}: no set is half done that the journal does not know`, async () => {
      const at = otherSide(await sideOf(scene));
      scene.inventory.set(side(at));
      const { code, stdout, stderr } = await stoppedAt(stop);
      expect(stderr).toMatch(
        /^hostmaster: interrupted: \d+ of \d+ changes written(, and not verified)?; run it again to go on\n$/,
      );
      expect(code).toBe(130);
      expect(stdout).toMatch(/^Plan: .*\.\n$/m);
      if ((await scene.journalled()).length === 0) await scene.expectWhole();
      // The inventory is down, and nobody says yes to a plan: what is written now, recovery wrote.
      scene.inventory.bend(bends.status(500));
      expect(await scene.run('apply')).toMatchObject({ code: 1 });
      await scene.expectWhole();
      expect(await scene.journalled()).toEqual([]);
      scene.inventory.bend(null);
      expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
      await scene.expectSettled(at);
    });
  }
});

const hold = async (stop: AbortController): Promise<void> => {
  stop.abort();
  await sleep(heldFor);
};
