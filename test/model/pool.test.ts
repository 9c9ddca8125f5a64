import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { refuseStale } from '../../src/apply/index.ts';
import { forEachPooled, pooled } from '../../src/model/pool.ts';
import type { Provider } from '../../src/provider.ts';
import { changeset } from '../apply/changes.ts';
import { openScene } from '../pass/pass-scene.ts';

const numbers = [...new Array(20).keys()];

it('runs so many jobs at a time, and gives results in the order of the items', async () => {
  let [running, most] = [0, 0];
  const results = await pooled(numbers, 3, async (i) => {
    running += 1;
    most = Math.max(most, running);
    await sleep(20 - i);
    running -= 1;
    return i;
  });
  expect(results).toEqual(numbers);
  expect(most).toBe(3);
});

it('takes items from an iterable only when one of its jobs is done', async () => {
  let [taken, done] = [0, 0];
  function* items(): Generator<number> {
    for (const i of numbers) {
      taken += 1;
      expect(taken - done).toBeLessThanOrEqual(3);
      yield i;
    }
  }
  await forEachPooled(items(), 3, async () => {
    await sleep(1);
    done += 1;
  });
  expect(done).toBe(numbers.length);
});

it('begins nothing after an error', async () => {
  const begun: number[] = [];
  let left = 0;
  const failing = pooled(numbers, 2, async (i) => {
    begun.push(i);
    left += 1;
    if (i === 3) throw new Error('no');
    await sleep(5);
    left -= 1;
  });
  await expect(failing).rejects.toThrow('no');
  // The one beside it ends.
  await vi.waitUntil(() => left === 1, { timeout: 60_000 });
  expect(begun).toHaveLength(4);
});

it('looks at the zones of a reviewed plan without asking for all of them at once', async () => {
  const scene = await openScene(Date.now());
  const target = scene.targets.open.get('pdns');
  if (target === undefined) throw new Error('the scene has another target');
  let [running, most] = [0, 0];
  const read: Provider['read'] = async (...asked) => {
    running += 1;
    most = Math.max(most, running);
    await sleep(5);
    running -= 1;
    return target.provider.read(...asked);
  };
  const slow = { ...target, provider: { ...target.provider, read } };
  const work = numbers.map((i) => ({
    target: slow,
    create: null,
    changeset: { ...changeset(`zone${i}.test.`, []), create_zone: true },
  }));
  await refuseStale(work, scene.context);
  expect(most).toBe(8);
  await scene.close();
});
