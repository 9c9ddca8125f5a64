import { describe, it } from 'vitest';
import { checkHistories } from './check.ts';
import { embeddedHost } from './places.ts';

describe('200 made-up histories on the embedded server', () => {
  it('after each apply the zones are as the model says, and a second plan is empty', async () => {
    await checkHistories(await embeddedHost(), { histories: 200, rounds: 6, atOnce: 1, shrink: true });
  }, 1_800_000);
});
