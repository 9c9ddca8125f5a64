import { describe, expect, it } from 'vitest';
import type { SuspendRequest } from '../../src/daemon/suspension.ts';
import { atStart, firstEnd, lasting, resume, type Suspensions, suspend } from '../../src/daemon/suspensions.ts';

const now = Date.parse('2026-11-30T08:00:00Z');
const request = (zones: readonly string[] | null, targets: readonly string[] | null = null): SuspendRequest => ({
  ...{ zones, targets },
  reason: 'moving',
  until: null,
});
const suspended = (...requests: readonly SuspendRequest[]): Suspensions =>
  requests.reduce<Suspensions>((all, each) => suspend(all, each, 'ops', now).all, []);
const scopes = (all: Suspensions) => all.map(({ targets, zones }) => [zones, targets]);

describe('what is suspended', () => {
  it('is kept with who, when and why; the same again takes its place', () => {
    const { all, made } = suspend(suspended(request(['a.', 'b.'])), request(['b.', 'a.']), 'night', now + 1_000);
    expect(all).toEqual([made]);
    expect(made).toEqual({ ...request(['b.', 'a.']), by: 'night', at: '2026-11-30T08:00:01.000Z' });
  });

  it('ends by itself when its time is over, and does not begin after it', () => {
    const until = '2026-11-30T09:00:00.000Z';
    const all = suspended(request(['b.']), { ...request(['a.']), until });
    expect(firstEnd(all)).toBe(Date.parse(until));
    expect(scopes(lasting(all, Date.parse(until) - 1))).toHaveLength(2);
    expect(scopes(lasting(all, Date.parse(until)))).toEqual([[['b.'], null]]);
    expect(firstEnd(suspended(request(null)))).toBeNull();
    expect(() => suspend([], { ...request(null), until }, 'ops', Date.parse(until))).toThrow(/is over/);
  });

  it('is everything at the start, where the operator said so', () => {
    expect(scopes(suspend([], atStart(now), 'the daemon', now).all)).toEqual([[null, null]]);
  });
});

describe('to resume', () => {
  it('everything ends all of it', () => {
    const all = suspended(request(null), request(['a.']), request(null, ['pdns']));
    expect(resume(all, { zones: null, targets: null })).toEqual([]);
  });

  it('some zones, or targets, leaves the others of a list', () => {
    const all = suspended(request(['a.', 'b.']), request(null, ['pdns', 'aws']));
    expect(scopes(resume(suspended(request(['a.', 'b.'])), { zones: ['a.'], targets: null }))).toEqual([
      [['b.'], null],
    ]);
    expect(scopes(resume(suspended(request(null, ['pdns', 'aws'])), { zones: null, targets: ['aws'] }))).toEqual([
      [null, ['pdns']],
    ]);
    expect(() => resume(all, { zones: ['a.'], targets: null })).toThrow(/resume that whole/);
  });

  it('what has nothing to do with it leaves it', () => {
    const all = suspended(request(['a.']), request(['b.'], ['pdns']));
    expect(resume(all, { zones: ['c.'], targets: null })).toEqual(all);
    expect(resume(all, { zones: ['b.'], targets: ['aws'] })).toEqual(all);
    expect(scopes(resume(all, { zones: ['b.'], targets: null }))).toEqual([[['a.'], null]]);
  });

  it('a part of everything is refused: no list could say what stays', () => {
    expect(() => resume(suspended(request(null)), { zones: ['a.'], targets: null })).toThrow(/suspended everything/);
  });
});
