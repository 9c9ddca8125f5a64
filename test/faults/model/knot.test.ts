import { describe, it } from 'vitest';
import { checkHistories } from './check.ts';
import { knotHost } from './places.ts';

const histories = 20;

describe('20 made-up histories on Knot', () => {
  it('after each apply the zones are as the model says, and a second plan is empty', async () => {
    await checkHistories(await knotHost(histories), { histories, rounds: 6, atOnce: 4, shrink: false });
  }, 1_800_000);
});
