import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { changesOf, type TimedPasses, timedPasses, withheldOf } from './timed-passes.ts';
import { apexYaml, contentOf, makeZone, rrset } from './zone.ts';

// The percentages count over the guards' window: what is refused at once does not pass in slices.

const zone = 'slices.test.';
const all = Array.from({ length: 100 }, (_, i) => i);
const address = '192.0.2.1';
const minute = 60_000;

describe('percentages over the window', () => {
  let pdns: PowerDns;
  let repository: Repository;
  let passes: TimedPasses;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
  });
  afterAll(() => pdns?.stop());
  beforeEach(async () => {
    await pdns.api('DELETE', `/zones/${zone}`);
    await makeZone(
      pdns,
      zone,
      all.map((i) => rrset(`n${i}.${zone}`, 'A', address)),
    );
    repository = makeRepository({ targets: { pdns: targetOf(pdns) }, zones: { [zone]: {} } });
    passes = timedPasses(repository, Date.parse('2026-11-30T08:00:00Z'));
    want(all);
  });

  const want = (names: readonly number[], value: (i: number) => string = () => address): void => {
    const lines = names.map((i) => `n${i}: {type: A, ttl: 300, value: ${value(i)}}\n`);
    repository.write(`zones/${zone.slice(0, -1)}.yaml`, apexYaml + lines.join(''));
  };
  const left = async (): Promise<number> => (await contentOf(pdns, zone)).length;

  it('60 % of a zone in slices of 5 %, a minute apart, ends at the limit, and goes on when the window has passed', async () => {
    for (let slice = 1; slice <= 6; slice += 1) {
      want(all.slice(slice * 5));
      await passes.apply();
      passes.now += minute;
    }
    expect(await left()).toBe(70);
    want(all.slice(60));
    const refused = await passes.apply();
    expect(new Set(refused.changesets[0]?.withheld.map(({ guard }) => guard))).toEqual(new Set(['max_delete_percent']));
    expect(refused.changesets[0]?.withheld[0]?.reason).toContain('60 of 100 RRsets (60 %)');
    want(all.slice(35));
    expect(withheldOf(await passes.apply())).toHaveLength(5);
    expect(await left()).toBe(70);
    passes.now += 6 * minute;
    expect(changesOf(await passes.apply())).toHaveLength(5);
  });

  it('a replace of 25 % and its revert within a minute both go through, by a reviewed plan too', async () => {
    const moved = (i: number) => (i < 25 ? '192.0.2.2' : address);
    want(all, moved);
    expect(changesOf(await passes.apply())).toHaveLength(25);
    passes.now += minute / 2;
    want(all);
    expect(changesOf(await passes.apply())).toHaveLength(25);
    const from = (first: number) => want(all, (i) => (i >= first ? '192.0.2.2' : address));
    // What a person lets through counts no more.
    from(60);
    const refused = await passes.plan();
    expect(withheldOf(refused)).toHaveLength(40);
    const allow = [`max_replace_percent:${zone}/pdns`];
    await passes.applyPlan(await passes.plan({ allow }), { allow });
    from(30);
    const plan = await passes.plan();
    await passes.applyPlan(plan);
    from(20);
    const more = await passes.plan();
    expect(changesOf(more)).toHaveLength(10);
    await expect(passes.applyPlan(more)).rejects.toThrow(/max_replace_percent withholds .*40 of 100 RRsets/);
  });

  it('a clock that is set 2 h back or forward neither closes nor opens it for longer than a window', async () => {
    want(all.slice(20));
    await passes.apply();
    passes.now -= 120 * minute;
    want(all.slice(40));
    expect(withheldOf(await passes.apply())).toHaveLength(20);
    passes.now += 11 * minute;
    expect(changesOf(await passes.apply())).toHaveLength(20);
    passes.now += 120 * minute;
    want(all.slice(55));
    expect(changesOf(await passes.apply())).toHaveLength(15);
    passes.now += minute;
    want(all.slice(70));
    expect(withheldOf(await passes.apply())).toHaveLength(15);
  });
});
