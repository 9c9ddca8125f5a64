import { describe, expect, it } from 'vitest';
import { fuzz, messageTargets, textTargets } from './fuzz.ts';

// A small part of what test/bench/fuzz.ts does with as many as it is told.

describe.each([...textTargets, ...messageTargets])('$what, changed by chance', (target) => {
  it('are read or refused in time, and read back to the same', async () => {
    const { faults, read } = await fuzz(target, 1_500, 573_584_432);
    expect(faults).toEqual([]);
    expect(read).toBeGreaterThan(100);
  });
});
