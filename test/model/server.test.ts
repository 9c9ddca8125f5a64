import { expect, it } from 'vitest';
import { countMissing, isProven } from '../../src/model/server.ts';

it('what is missing is counted from when that began, or from now where that is later than now', () => {
  const after = (since: number, now: number, counts = true) => countMissing({ since, snapshots: 1 }, counts, now);
  expect(countMissing(null, true, 5)).toEqual({ since: 5, snapshots: 1 });
  expect(countMissing(null, false, 5)).toEqual({ since: 5, snapshots: 0 });
  expect(after(3, 5)).toEqual({ since: 3, snapshots: 2 });
  expect(after(3, 5, false)).toEqual({ since: 3, snapshots: 1 });
  expect(after(9_999, 5), 'by a clock that has been set back').toEqual({ since: 5, snapshots: 2 });
});

it('an absence that a person allowed stays so while it is counted', () => {
  const limits = { snapshots: 3, grace: 60_000 };
  const allowed = countMissing({ since: 3, snapshots: 1, allowed: true }, true, 5);
  expect(allowed).toEqual({ since: 3, snapshots: 2, allowed: true });
  expect(isProven(allowed, limits, 5)).toBe(true);
  expect(isProven({ since: 3, snapshots: 2 }, limits, 5)).toBe(false);
});
