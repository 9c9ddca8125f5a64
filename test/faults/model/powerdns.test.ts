import { describe, it } from 'vitest';
import { checkHistories } from './check.ts';
import { powerDnsHost } from './places.ts';

describe('20 made-up histories on PowerDNS', () => {
  it('after each apply the zones are as the model says, and a second plan is empty', async () => {
    await checkHistories(await powerDnsHost(), { histories: 20, rounds: 6, atOnce: 2, shrink: false });
  }, 1_800_000);
});
