import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterResult,
  type CheckerHealth,
  type Judgement,
  judged,
  newCheckerHealth,
  type ProbeResult,
  verdictsToKeep,
  watching,
} from '../../../src/daemon/checker/machine.ts';
import { checkerKey, knownHealth, nothingChecked, type Probe, probeKey } from '../../../src/model/probe.ts';

const interval = 10_000;
const at = (n: number): string => `192.0.2.${n}`;
const probe = (n: number, rest: Partial<Probe> = {}): Probe => ({
  ...{ address: at(n), port: 80, url: null, string_match: null, interval, timeout: 2_000 },
  ...rest,
});

/** A checker in made-up time: each address is probed each interval, all of them spread over it, and judged each second. */
const fleet = (probes: readonly Probe[], rrsetsOf: (n: number) => readonly string[] = () => ['www A'], start = 0) => {
  const known = { ...nothingChecked, now: start };
  let health: CheckerHealth = watching(
    newCheckerHealth,
    probes.map((each, n) => ({ probe: each, rrsets: rrsetsOf(n) })),
    known,
  );
  let now = start;
  let heardAt: number | null = null;
  const told: Omit<Judgement, 'health'>[] = [];
  return {
    now: () => now,
    health: () => health,
    told,
    /** Runs for so many seconds; `resultOf` says what each probe finds. */
    run: (seconds: number, resultOf: (address: string, now: number) => ProbeResult) => {
      for (let second = 0; second < seconds; second += 1) {
        now += 1_000;
        const all = new Map(health.probes);
        [...all.values()].forEach((each, n) => {
          const phase = (n * each.probe.interval) / Math.max(1, all.size);
          if ((now - Math.floor(phase / 1_000) * 1_000) % each.probe.interval !== 0) return;
          const result = resultOf(each.probe.address, now);
          const times = {
            began: now - (result === 'silent' ? 2_000 : 0),
            countedFrom: health.countedFrom,
            heardAt,
            now,
          };
          if (result === 'up' || result === 'refused') heardAt = now;
          all.set(each.key, afterResult(each, result, times));
        });
        const { health: after, ...found } = judged({ ...health, probes: all }, now);
        health = after;
        told.push(found);
      }
    },
    down: () => [...health.probes.values()].filter(({ isUp }) => !isUp).map((each) => each.probe.address),
  };
};

const many = (count: number, rest: Partial<Probe> = {}) => Array.from({ length: count }, (_, n) => probe(n, rest));
const only =
  (addresses: readonly string[], result: ProbeResult = 'refused') =>
  (address: string): ProbeResult =>
    addresses.includes(address) ? result : 'up';
const up = only([]);

describe('an address', () => {
  it('counts as up until it has failed three times in a row, and as down until two successes', () => {
    const { down, run } = fleet(many(4));
    run(19, only([at(1)]));
    expect(down()).toEqual([]);
    run(20, only([at(1)]));
    expect(down()).toEqual([at(1)]);
    run(10, up);
    expect(down()).toEqual([at(1)]);
    run(11, up);
    expect(down()).toEqual([]);
  });

  it('that fails twice, and then not, never falls', () => {
    const { down, run } = fleet(many(4));
    let n = 0;
    run(400, (address) => (address === at(0) && n++ % 3 !== 2 ? 'silent' : 'up'));
    expect(down()).toEqual([]);
  });

  it('that cannot be asked from here is neither up nor down', () => {
    const { down, run } = fleet(many(4));
    run(60, only([at(1)], 'unknown'));
    expect(down()).toEqual([]);
    run(60, only([at(1)], 'refused'));
    run(60, only([at(1)], 'unknown'));
    expect(down()).toEqual([at(1)]);
  });

  it('changes its RRset at most each ten seconds, however short its interval', () => {
    const { run, told } = fleet(many(4, { interval: 1_000, timeout: 1_000 }));
    run(120, (address, now) => (address === at(1) && Math.floor(now / 4_000) % 2 === 0 ? 'refused' : 'up'));
    const changes = told.flatMap(({ fell, rose }, second) => (fell.length + rose.length > 0 ? [second] : []));
    expect(changes.length).toBeGreaterThan(4);
    expect(Math.min(...changes.slice(1).map((second, i) => second - (changes[i] ?? 0)))).toBeGreaterThanOrEqual(10);
  });

  it('that the state has as down goes on so, unless that is too old', () => {
    const [one, two] = [probe(1), probe(2)];
    const kept = knownHealth(
      [
        { check: probeKey(one), isUp: false, since: 1_000, checkedAt: 80_000 },
        { check: probeKey(two), isUp: false, since: 1_000, checkedAt: 60_000 },
      ],
      100_000,
    );
    const watched = [one, two].map((each) => ({ probe: each, rrsets: ['www A'] }));
    const health = watching(newCheckerHealth, watched, kept);
    expect([...health.probes.values()].map(({ isUp }) => isUp)).toEqual([false, true]);
    expect(verdictsToKeep(health, 0, 100_000)).toEqual([
      { check: checkerKey, isUp: true, since: 0, checkedAt: 100_000 },
      { check: probeKey(one), isUp: false, since: 1_000, checkedAt: 100_000 },
    ]);
  });
});

describe('a mass failure', () => {
  it('of over half at once is not believed, is told once with its end, and afterwards all is counted anew', () => {
    const { down, run, told } = fleet(many(10));
    const most = Array.from({ length: 6 }, (_, n) => at(n));
    run(100, only(most));
    expect(down()).toEqual([]);
    expect(told.flatMap(({ massFailure }) => massFailure ?? [])).toEqual([{ failing: expect.any(Number), of: 10 }]);
    run(100, only([at(0)]));
    expect(told.filter(({ massFailureEnded }) => massFailureEnded)).toHaveLength(1);
    expect(down()).toEqual([at(0)]);
  });

  it('half of them is believed', () => {
    const { down, run } = fleet(many(10));
    const half = Array.from({ length: 5 }, (_, n) => at(n));
    run(60, only(half));
    expect(down()).toEqual(half);
  });

  it('those that fell long ago are no part of it', () => {
    const { down, run } = fleet(many(10));
    run(60, only([at(0), at(1), at(2)]));
    run(60, only([at(0), at(1), at(2), at(3), at(4), at(5)]));
    expect(down()).toHaveLength(6);
  });

  it('where nothing answers at all nothing falls, however few are left', () => {
    const { down, run } = fleet(many(4));
    run(60, only([at(0)]));
    run(60, only([at(0), at(1)]));
    run(60, only([at(0), at(1), at(2)]));
    expect(down()).toHaveLength(3);
    run(100, () => 'silent');
    expect(down()).toHaveLength(3);
  });

  it('one that is probed often is not believed before the others have been asked', () => {
    const { down, run, told } = fleet([probe(0, { interval: 1_000 }), ...many(10, { interval: 60_000 }).slice(1)]);
    run(70, up);
    run(5, () => 'silent');
    expect(down()).toEqual([]);
    expect(told.filter(({ massFailure }) => massFailure !== null)).toEqual([]);
    run(60, only([at(0)], 'silent'));
    expect(down()).toEqual([at(0)]);
  });

  it("the checker's own network, cut off at any time for any while, changes nothing", () => {
    const cut = fc.record({
      from: fc.integer({ min: 1, max: 120 }),
      lasts: fc.integer({ min: 1, max: 200 }),
      result: fc.constantFrom<ProbeResult>('silent', 'unknown'),
      isOff: fc.integer({ min: 0, max: 49 }),
      intervals: fc.array(fc.constantFrom(1_000, 5_000, 10_000, 30_000), { minLength: 1, maxLength: 12 }),
    });
    fc.assert(
      fc.property(cut, ({ from, intervals, isOff, lasts, result }) => {
        const probes = intervals.map((each, n) => probe(n, { interval: each }));
        const { down, run, told, now } = fleet(probes, (n) => [`n${n} A`]);
        // Fewer than half are really down.
        const off = probes.slice(0, Math.floor((isOff / 100) * probes.length)).map(({ address }) => address);
        run(400, only(off));
        expect(down()).toEqual(off);
        const before = down();
        run(from, only(off));
        const begin = now();
        const isCut = (time: number) => time > begin && time <= begin + lasts * 1_000;
        const first = told.length;
        run(lasts + 100, (address, time) => (isCut(time) ? result : only(off)(address)));
        expect(down()).toEqual(before);
        expect(told.slice(first).flatMap(({ fell, rose }) => [...fell, ...rose])).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('in any history no more than half of those that answered before fall within one interval', () => {
    const history = fc.array(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), { minLength: 10, maxLength: 25 });
    fc.assert(
      fc.property(history, (rounds) => {
        const { run, told } = fleet(many(8), (n) => [`n${n} A`]);
        for (const round of rounds) run(10, (address) => (round[Number(address.split('.')[3])] ? 'up' : 'refused'));
        for (let from = 0; from + 10 <= told.length; from += 1) {
          const fell = told.slice(from, from + 10).flatMap((each) => each.fell);
          expect(fell.length).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 200 },
    );
  });
});
