import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPass } from '../../../src/daemon/loop/back-off.ts';
import {
  asked,
  began,
  decide,
  ended,
  type FullRequest,
  gaveUp,
  type Loop,
  newLoop,
  ticked,
  writing,
} from '../../../src/daemon/loop/loop.ts';

const settings = { interval: 300_000, isReady: true };
const request = (given: Partial<FullRequest> = {}): FullRequest => ({
  cause: 'interval',
  by: null,
  allow: [],
  zones: null,
  full: false,
  ...given,
});
const ask = (loop: Loop, given: Partial<FullRequest>, id: string, now = 0): Loop =>
  asked(loop, request(given), id, now).loop;
const run = (loop: Loop): Loop => {
  const next = decide(loop, settings, 0);
  if (next.do !== 'full') throw new Error(next.do);
  return began(loop, next.pass);
};

describe('what waits', () => {
  it('is one pass where nobody asked by name, told by what counts most', () => {
    const both = ask(ask(newLoop, { cause: 'interval' }, 'a'), { cause: 'git', full: true }, 'b');
    expect(both.waiting).toMatchObject([{ id: 'a', cause: 'git', full: true, since: 0 }]);
    expect(ask(both, { cause: 'inventory' }, 'c').waiting).toMatchObject([{ id: 'a', cause: 'git' }]);
  });

  it('is a pass of its own where a person asked, and each has its id', () => {
    const first = asked(ask(newLoop, {}, 'a'), request({ cause: 'manual', by: 'ops' }), 'b', 1);
    const second = asked(first.loop, request({ cause: 'manual', by: 'ops', allow: ['shrink:lab'] }), 'c', 2);
    expect([first.id, second.id]).toEqual(['b', 'c']);
    expect(second.loop.waiting.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is one pass for the same that one person asks again', () => {
    const first = asked(newLoop, request({ cause: 'manual', by: 'ops', allow: ['shrink:lab'] }), 'a', 1);
    const again = asked(first.loop, request({ cause: 'manual', by: 'ops', allow: ['shrink:lab'] }), 'b', 2);
    expect([again.id, again.loop.waiting.length]).toEqual(['a', 1]);
    expect(asked(again.loop, request({ cause: 'manual', by: 'eve', allow: ['shrink:lab'] }), 'c', 3).id).toBe('c');
    expect(asked(again.loop, request({ cause: 'manual', by: 'ops', full: true }), 'd', 3).id).toBe('d');
  });

  it('waits on until a commit is in force, while hooks are told at once', () => {
    const notReady = { ...settings, isReady: false };
    const loop = ask(newLoop, { cause: 'manual', by: 'ops', allow: ['shrink:lab'] }, 'a');
    expect(decide(loop, notReady, 0)).toEqual({ do: 'wait', until: null });
    expect(decide({ ...loop, hooked: 1 }, notReady, 60_000)).toEqual({ do: 'fast' });
    expect(decide(loop, settings, 60_000)).toMatchObject({ do: 'full', pass: { id: 'a', allow: ['shrink:lab'] } });
  });

  it('comes after what runs, which does not answer for what was asked meanwhile', () => {
    const loop = ask(run(ask(newLoop, {}, 'a')), {}, 'b', 5);
    expect(decide(loop, settings, 5)).toEqual({ do: 'wait', until: null });
    expect(decide(ended(loop, false), settings, 6)).toMatchObject({ do: 'full', pass: { id: 'b' } });
  });
});

describe('the clock', () => {
  const timers = new Map([['interval', 100] as const, ['window', 50] as const]);

  it('asks when it is time, and not before', () => {
    const loop = { ...newLoop, timers };
    expect(decide(loop, settings, 0)).toEqual({ do: 'wait', until: 50 });
    const next = (timer: string) => (timer === 'window' ? null : 400);
    const at50 = ticked(loop, 50, next, () => 'a');
    expect(at50.waiting).toMatchObject([{ cause: 'window', id: 'a' }]);
    expect([...at50.timers]).toEqual([['interval', 100]]);
    expect([...ticked(loop, 100, next, () => 'a').timers]).toEqual([['interval', 400]]);
  });

  it('tries again what failed once for each time that it is due', () => {
    const backOff = afterPass(new Map(), [{ key: 'x', code: 'LOST_RACE' }], 0, () => 0.5);
    const loop = { ...newLoop, backOff };
    expect(decide(loop, settings, 0)).toEqual({ do: 'wait', until: 1000 });
    const due = ticked(
      loop,
      1000,
      () => null,
      () => 'a',
    );
    expect(due.waiting).toHaveLength(1);
    expect(
      ticked(
        ended(run(due), false),
        2000,
        () => null,
        () => 'b',
      ).waiting,
    ).toEqual([]);
    // The count goes on, although the time is used up.
    expect([...afterPass(due.backOff, [{ key: 'x', code: 'LOST_RACE' }], 0, () => 0.5)][0]?.[1].tries).toBe(2);
  });
});

describe('servers of hooks', () => {
  const hooked: Loop = { ...ask(newLoop, {}, 'a'), hooked: 1 };

  it('go before a pass over everything', () => {
    expect(decide(hooked, settings, 1)).toEqual({ do: 'fast' });
  });

  it('make a pass give up that only reads or plans, once, and it begins again with all that was asked', () => {
    const running = { ...run(ask(newLoop, { cause: 'manual', by: 'ops', allow: ['shrink:lab'] }, 'a')), hooked: 1 };
    expect(decide(running, settings, 1)).toEqual({ do: 'give up' });
    expect(decide(gaveUp(running), settings, 1)).toEqual({ do: 'wait', until: null });
    expect(ended(gaveUp(running), true).waiting).toMatchObject([{ id: 'a', by: 'ops', allow: ['shrink:lab'] }]);
  });

  it('never interrupt one that writes, nor each other', () => {
    expect(decide(writing({ ...run(ask(newLoop, {}, 'a')), hooked: 1 }), settings, 1).do).toBe('wait');
    expect(decide({ ...began(newLoop, null), hooked: 1 }, settings, 1).do).toBe('wait');
  });

  it('wait for a pass that has waited for half a minute, or half its interval', () => {
    expect(decide(hooked, settings, 29_999)).toEqual({ do: 'fast' });
    expect(decide(hooked, settings, 30_000)).toMatchObject({ do: 'full', pass: { id: 'a' } });
    expect(decide(hooked, { ...settings, interval: 10_000 }, 5_000)).toMatchObject({ do: 'full' });
    const running = { ...run(ask(newLoop, {}, 'a')), hooked: 1 };
    expect(decide(running, settings, 30_000).do).toBe('wait');
  });
});

it('nothing begins once it stops, and nothing is given up then', () => {
  expect(decide({ ...ask(newLoop, {}, 'a'), hooked: 1, stopping: true }, settings, 0).do).toBe('wait');
  expect(decide({ ...run(ask(newLoop, {}, 'a')), hooked: 1, stopping: true }, settings, 1).do).toBe('wait');
});

it('under unbroken hooks a pass that runs to its end begins within twice its interval', () => {
  const lengths = fc.record({
    interval: fc.integer({ min: 1_000, max: 60_000 }),
    fast: fc.integer({ min: 20, max: 200 }),
    full: fc.integer({ min: 1, max: 50_000 }),
  });
  fc.assert(
    fc.property(lengths, ({ interval, fast, full: length }) => {
      const full = Math.min(length, interval);
      let now = 0;
      let last = 0;
      let loop: Loop = { ...newLoop, timers: new Map([['interval', interval]]), hooked: 1 };
      for (let done = 0; done < 3; ) {
        loop = ticked(
          loop,
          now,
          () => now + interval,
          () => `${now}`,
        );
        const next = decide(loop, { ...settings, interval }, now);
        if (next.do === 'fast') now += fast;
        else {
          expect(next.do).toBe('full');
          if (next.do !== 'full') return;
          loop = began(loop, next.pass);
          const isGivenUp = decide(loop, { ...settings, interval }, now + 1).do === 'give up';
          if (!isGivenUp) {
            expect(now - last).toBeLessThanOrEqual(2 * interval + fast);
            last = now;
            done += 1;
          }
          now += isGivenUp ? 1 : full;
          loop = ended(loop, isGivenUp);
        }
      }
    }),
  );
});
