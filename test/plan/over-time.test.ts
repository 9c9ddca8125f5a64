import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earlierOf } from '../../src/memory/guard-context.ts';
import type { RecentChange } from '../../src/model/daemon-store.ts';
import { nothingSpecial, plannedHash } from '../../src/model/guard-context.ts';
import type { DesiredZone, ZoneSnapshot } from '../../src/model/zone.ts';
import { isLetThrough, parseChangeAllow } from '../../src/plan/index.ts';
import { planNames } from '../../src/plan/plan-names.ts';
import { apex, plan, rrset, settings, supports } from './plan-input.ts';

// The percentages over the guards' window: several applies, one after the other, each on what the one before left.

type Zone = ReadonlyMap<number, number>;

const linesOf = (zone: Zone): readonly string[] => [...zone].map(([name, value]) => `n${name} A 300 192.0.2.${value}`);
const zoneOf = (count: number, value = 1): Zone => new Map(Array.from({ length: count }, (_, i) => [i, value]));
const id = { name: 'example.com.', view: null };

const zoneWith = (lines: readonly string[]): DesiredZone => ({
  ...{ id, settings, files: [], quarantined: [], complete: true },
  rrsets: lines.map(rrset),
});
const snapshotOf = (lines: readonly string[]): ZoneSnapshot => ({
  ...{ status: 'read', zone: id, fingerprint: '7', unreadable: [] },
  rrsets: lines.map(rrset),
});

/** A target that is applied to again and again within one window. */
const target = (start: Zone) => {
  let now = start;
  let log: readonly RecentChange[] = [];
  let at = 0;
  const look = (desired: Zone, allow: readonly string[] = []) =>
    plan({
      desired: linesOf(desired),
      existing: [...apex, ...linesOf(now)],
      allow,
      context: { earlier: earlierOf(log) },
    });
  return {
    now: () => now,
    log: () => log,
    apply: (desired: Zone, allow: readonly string[] = []) => {
      const planned = look(desired, allow);
      const allows = allow.map(parseChangeAllow);
      at += 1;
      const next = new Map(now);
      const written = planned.changeset.changes.map((change): RecentChange => {
        const { action, after, before, name, type } = change;
        const index = Number(name.slice(1, name.indexOf('.')));
        const value = after?.values[0]?.rdata.split('.').at(-1);
        if (value === undefined) next.delete(index);
        else next.set(index, Number(value));
        const hashes = { before: plannedHash(type, before), after: plannedHash(type, after) };
        return { at, action, name, type, ...hashes, allowed: isLetThrough(allows, change, id, 't') };
      });
      log = [...log, ...written];
      now = next;
      return planned;
    },
  };
};

const limits = { max_delete_percent: 30, max_replace_percent: 30 };
const deletes = (planned: ReturnType<typeof plan>): number =>
  planned.changes.filter((each) => each.startsWith('delete')).length;

describe('percentages over time', () => {
  it('a zone that was made a moment ago has nothing to go back to: it cannot be emptied either', () => {
    const { apply, now } = target(new Map());
    apply(zoneOf(100));
    const { changeset } = apply(zoneOf(40));
    expect(changeset.withheld.filter(({ guard }) => guard === 'max_delete_percent')).toHaveLength(60);
    expect(now()).toEqual(zoneOf(100));
  });

  it('60 % of a zone in slices of 5 % ends at the limit', () => {
    const { apply, now } = target(zoneOf(100));
    for (let slice = 1; slice <= 12; slice += 1) apply(new Map([...zoneOf(100)].slice(slice * 5)));
    expect(now().size).toBe(70);
    const { changeset, changes } = apply(new Map([...zoneOf(100)].slice(40)));
    expect(changes).toEqual([]);
    expect(changeset.withheld[0]?.reason).toBe(
      '40 of 100 RRsets (40 %) would be deleted, with the 30 that were a short time ago; the limit is 30 %',
    );
  });

  it('a replace of 25 % and its revert both go through, and then a replace of others does', () => {
    const start = zoneOf(100);
    const moved = new Map([...start].map(([i, value]) => [i, i < 25 ? 2 : value]));
    const others = new Map([...start].map(([i, value]) => [i, i >= 75 ? 2 : value]));
    const { apply, now } = target(start);
    for (const desired of [moved, start, others]) {
      apply(desired);
      expect(now()).toEqual(desired);
    }
  });

  it('what was made a short time ago may go at once, however much it is', () => {
    const { apply, now } = target(zoneOf(20));
    apply(zoneOf(60));
    expect(deletes(apply(zoneOf(20)))).toBe(40);
    expect(now().size).toBe(20);
  });

  it('what a person let through does not count', () => {
    const { apply, now } = target(zoneOf(100));
    apply(new Map([...zoneOf(100)].slice(50)), ['max_delete_percent:example.com/t']);
    expect(now().size).toBe(50);
    apply(new Map([...zoneOf(100)].slice(60)));
    expect(now().size).toBe(40);
  });

  it('of a zone of which some names alone are read, the others are as they were written last', () => {
    const names = new Set(['n0.example.com.']);
    const earlier = [1, 2, 3].map((i) => ({ name: `n${i}.example.com.`, type: 'A', before: 'was there', after: null }));
    const wanted = (after: string | null) => ({
      ...nothingSpecial,
      earlier: earlier.map((each) => ({ ...each, after })),
    });
    const input = {
      desired: { ...zoneWith([]), settings },
      target: { name: 't', supports, unanswerable: new Map(), unready: new Map() },
      existing: snapshotOf(['n0 A 300 192.0.2.1']),
      ...{ allows: [], names, around: new Set<string>() },
    };
    const planned = (total: number, after: string | null) => {
      const result = planNames({ ...input, total }, wanted(after));
      return result.status === 'planned' ? result.planned.changeset : null;
    };
    // 4 of 13 would be gone, then 1 of 13: the others are there again.
    expect(planned(10, null)?.withheld.map(({ guard }) => guard)).toEqual(['max_delete_percent']);
    expect(planned(13, 'was there')?.changes).toHaveLength(1);
  });

  it('types that are swapped in two steps at a name are one replace, and no delete', () => {
    const earlier = Array.from({ length: 4 }, (_, i) => ({
      name: `s${i}.example.com.`,
      type: 'A',
      before: 'was there',
      after: null,
    }));
    const swapped = Array.from({ length: 4 }, (_, i) => `s${i} TXT 60 "x"`);
    const kept = linesOf(zoneOf(16));
    const scene = { desired: [...kept.slice(4), ...swapped], existing: [...apex, ...kept] };
    expect(plan({ ...scene, context: { earlier } }).withheld).toEqual([]);
    expect(plan({ ...scene, desired: kept.slice(4), context: { earlier } }).withheld).toHaveLength(4);
  });

  it('whatever is wanted one after the other, no more is gone or replaced than at once, and all may go back', () => {
    const zones = fc
      .array(fc.integer({ min: 0, max: 2 }), { minLength: 20, maxLength: 20 })
      .map((values): Zone => new Map(values.flatMap((value, i) => (value === 0 ? [] : [[i, value] as const]))));
    fc.assert(
      fc.property(fc.array(zones, { minLength: 1, maxLength: 6 }), (wanted) => {
        const start = zoneOf(20);
        const { apply, now } = target(start);
        for (const desired of wanted) {
          apply(desired);
          const gone = [...start.keys()].filter((i) => !now().has(i)).length;
          const replaced = [...start].filter(([i, value]) => now().has(i) && now().get(i) !== value).length;
          expect(gone / start.size).toBeLessThanOrEqual(limits.max_delete_percent / 100);
          expect(replaced / start.size).toBeLessThanOrEqual(limits.max_replace_percent / 100);
        }
        apply(start);
        expect(now()).toEqual(start);
      }),
      { numRuns: 200 },
    );
  });
});
