import { expect, it } from 'vitest';
import { countedOrphans } from '../../src/memory/ledger.ts';

const value = { name: 'x.lab.', type: 'A', rdata: '192.0.2.1' };

it('values that nobody accounts for are counted from when that began, or from now where that is later than now', () => {
  const after = (since: number, now: number, counts = true) =>
    countedOrphans([value], [{ ...value, missing: { since, snapshots: 1 } }], counts, now)[0]?.missing;
  expect(countedOrphans([value], [], true, 5)).toEqual([{ ...value, missing: { since: 5, snapshots: 1 } }]);
  expect(after(3, 5)).toEqual({ since: 3, snapshots: 2 });
  expect(after(3, 5, false)).toEqual({ since: 3, snapshots: 1 });
  expect(after(9_999, 5), 'by a clock that has been set back').toEqual({ since: 5, snapshots: 2 });
});
