import { describe, expect, it } from 'vitest';
import type { Suspension } from '../../src/daemon/suspension.ts';
import { lastingSuspensions, withoutSuspended, withSuspension } from '../../src/daemon/suspensions.ts';

const now = Date.parse('2026-11-30T09:00:00Z');
const of = (zones: readonly string[] | null, targets: readonly string[] | null = null): Suspension => ({
  ...{ zones, targets, reason: 'r', until: null, by: 'ops', at: '2026-11-30T08:00:00Z' },
});
const [a, b] = ['a.test.', 'b.test.'];

describe('suspensions', () => {
  it('one of the same zones and targets is in place of the one before', () => {
    const all = withSuspension([of([a]), of([b])], { ...of([a]), reason: 'another' }, now);
    expect(all).toEqual([of([b]), { ...of([a]), reason: 'another' }]);
  });

  it('those that are over go by themselves', () => {
    const over = { ...of([a]), until: '2026-11-30T09:00:00Z' };
    const lasting = { ...of([b]), until: '2026-11-30T09:00:01Z' };
    expect(lastingSuspensions([over, lasting], now)).toEqual([lasting]);
    expect(withSuspension([over], of(null), now)).toEqual([of(null)]);
    expect(() => withSuspension([], over, now)).toThrow('is over already');
  });

  it('a resume of everything leaves none', () => {
    expect(withoutSuspended([of([a]), of(null), of(null, ['pdns'])], { zones: null, targets: null })).toEqual([]);
  });

  it('a resume of some zones or targets leaves the others', () => {
    expect(withoutSuspended([of([a, b]), of([a])], { zones: [a], targets: null })).toEqual([of([b])]);
    expect(withoutSuspended([of(null, ['pdns', 'aws'])], { zones: null, targets: ['aws'] })).toEqual([
      of(null, ['pdns']),
    ]);
    expect(withoutSuspended([of([a], ['pdns']), of([a])], { zones: [a], targets: ['pdns'] })).toEqual([of([a])]);
  });

  it('a resume of what is not suspended by name is refused, as everything may be', () => {
    expect(() => withoutSuspended([of(null)], { zones: [a], targets: null })).toThrow('a.test.: not suspended by name');
    expect(() => withoutSuspended([], { zones: [a], targets: null })).toThrow('not suspended by name');
  });
});
