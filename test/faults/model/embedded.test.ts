import { describe, it } from 'vitest';
import { checkHistories } from './check.ts';
import { embeddedHost } from './places.ts';

describe('invariants 1 to 14 in histories made up by chance', () => {
  it('200 on the embedded server: the zones are as a model of their own says after each apply', async () => {
    await checkHistories(await embeddedHost(), { histories: 200, rounds: 6, atOnce: 1 });
  }, 600_000);
});
