import { describe, expect, it } from 'vitest';
import { afterPass, type BackOff, firstTry } from '../../../src/daemon/loop/back-off.ts';

const middle = () => 0.5;
const none: BackOff = new Map();
const again = (code: string, times: number, chance = middle): readonly (number | null)[] => {
  const tries: (number | null)[] = [];
  let failing = none;
  for (let i = 0; i < times; i += 1) {
    failing = afterPass(failing, [{ key: 'target pdns', code }], 0, chance);
    tries.push(firstTry(failing));
  }
  return tries;
};

describe('what failed is tried again', () => {
  it('after a second, doubled to a minute, where the kind is retry', () => {
    expect(again('LOST_RACE', 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
  });

  it('after half a minute, doubled to five, where the kind is wait', () => {
    expect(again('TARGET_UNREACHABLE', 6)).toEqual([30, 60, 120, 240, 300, 300].map((seconds) => seconds * 1000));
  });

  it('never by itself where a person has to see to it', () => {
    expect(again('TARGET_REFUSED', 3)).toEqual([null, null, null]);
    expect(again('NO_SUCH_CODE', 1)).toEqual([null]);
  });

  it('a fifth sooner or later, as chance has it', () => {
    expect(again('TARGET_UNREACHABLE', 1, () => 0)).toEqual([24_000]);
    expect(again('TARGET_UNREACHABLE', 1, () => 1)).toEqual([36_000]);
  });

  it('from the beginning once it went well', () => {
    const failed = afterPass(none, [{ key: 'target pdns', code: 'TARGET_UNREACHABLE' }], 0, middle);
    const well = afterPass(failed, [], 0, middle);
    expect(well.size).toBe(0);
    expect(firstTry(afterPass(well, [{ key: 'target pdns', code: 'TARGET_UNREACHABLE' }], 0, middle))).toBe(30_000);
  });

  it('the soonest of several, and each counts for itself', () => {
    const both = [
      { key: 'target pdns', code: 'TARGET_UNREACHABLE' },
      { key: 'zone example.com. at bind', code: 'LOST_RACE' },
      { key: 'target r53', code: 'TARGET_REFUSED' },
    ];
    const failing = afterPass(afterPass(none, both.slice(0, 1), 0, middle), both, 0, middle);
    expect([...failing].map(([key, { nextTry, tries }]) => [key, nextTry, tries])).toEqual([
      ['target pdns', 60_000, 2],
      ['zone example.com. at bind', 1_000, 1],
      ['target r53', null, 1],
    ]);
    expect(firstTry(failing)).toBe(1_000);
  });

  it('of one thing that failed twice in a pass, the sooner counts', () => {
    const twice = ['TARGET_REFUSED', 'LOST_RACE'].map((code) => ({ key: 'zone a', code }));
    expect(firstTry(afterPass(none, twice, 0, middle))).toBe(1_000);
  });
});
