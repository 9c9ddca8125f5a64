import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PassSuspension } from '../../src/model/guard-context.ts';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { changesOf, type TimedPasses, timedPasses, withheldOf } from './timed-passes.ts';
import { apexYaml, contentOf, makeZone, overwrite, rrset, serialOf } from './zone.ts';

// What somebody else changed since it was last verified: told or corrected, and contested where it comes back.

const zone = 'drift.test.';
const minute = 60_000;
const names = ['a', 'b', 'c', 'd'];
const daemon = { heedsDrift: true };

describe('drift', () => {
  let pdns: PowerDns;
  let repository: Repository;
  let passes: TimedPasses;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
  });
  afterAll(() => pdns?.stop());

  const want = (values: Readonly<Record<string, string>>): void => {
    const lines = Object.entries(values).map(([name, value]) => `${name}: {type: A, ttl: 300, value: ${value}}\n`);
    repository.write(`zones/${zone.slice(0, -1)}.yaml`, apexYaml + lines.join(''));
  };
  const wanted = Object.fromEntries(names.map((name) => [name, '192.0.2.1']));
  const begin = async (settings: Readonly<Record<string, unknown>>): Promise<void> => {
    repository = makeRepository({ targets: { pdns: targetOf(pdns) }, zones: { [zone]: settings } });
    passes = timedPasses(repository, Date.parse('2026-11-30T08:00:00Z'));
    want(wanted);
    await passes.apply(daemon);
  };
  const strangerWrites = (name: string, ...values: readonly string[]): Promise<void> =>
    overwrite(pdns, zone, rrset(`${name}.${zone}`, 'A', ...values));
  beforeEach(async () => {
    await pdns.api('DELETE', `/zones/${zone}`);
    await makeZone(pdns, zone, []);
  });

  it('that is to be told is withheld by the daemon alone, and stays so over changes of Git beside it', async () => {
    await begin({ drift: 'alert' });
    await strangerWrites('a', '203.0.113.66');
    await strangerWrites('stray', '203.0.113.67');
    const told = await passes.apply(daemon);
    expect(withheldOf(told)).toEqual(['drift: delete stray A (drift)', 'drift: replace a A (drift)']);
    want({ ...wanted, b: '192.0.2.2', new: '192.0.2.3' });
    const beside = await passes.apply(daemon);
    expect(changesOf(beside)).toEqual(['create new A', 'replace b A']);
    expect(withheldOf(beside)).toEqual(withheldOf(told));
    expect(withheldOf(await passes.apply(daemon))).toEqual(withheldOf(told));
    expect(changesOf(await passes.plan())).toEqual(['delete stray A (drift)', 'replace a A (drift)']);
    await passes.apply();
    const again = await passes.apply(daemon);
    expect([...changesOf(again), ...withheldOf(again)]).toEqual([]);
  });

  it('is overtaken by Git: what is wanted otherwise now is written', async () => {
    await begin({ drift: 'alert' });
    await strangerWrites('a', '203.0.113.66');
    want({ ...wanted, a: '192.0.2.9' });
    expect(changesOf(await passes.apply(daemon))).toEqual(['replace a A']);
    const { b: _, ...rest } = wanted;
    want({ ...rest, a: '192.0.2.9' });
    expect(changesOf(await passes.apply(daemon))).toEqual(['delete b A']);
  });

  it('at first there is none: what was there before the first pass is brought in order', async () => {
    await strangerWrites('a', '203.0.113.66');
    await strangerWrites('stray', '203.0.113.67');
    repository = makeRepository({ targets: { pdns: targetOf(pdns) }, zones: { [zone]: { drift: 'alert' } } });
    passes = timedPasses(repository, Date.parse('2026-11-30T08:00:00Z'));
    want(wanted);
    expect(changesOf(await passes.apply(daemon))).toEqual([
      'create b A',
      'create c A',
      'create d A',
      'delete stray A',
      'replace a A',
    ]);
  });

  it('that was corrected five times within an hour is contested, and withheld until it is resumed', async () => {
    await begin({});
    for (let i = 1; i <= 5; i += 1) {
      await strangerWrites('a', `203.0.113.${i}`);
      passes.now += minute;
      expect(changesOf(await passes.apply(daemon))).toEqual(['replace a A (drift)']);
    }
    await strangerWrites('a', '203.0.113.6');
    await strangerWrites('b', '203.0.113.6');
    const contested = await passes.apply(daemon);
    expect(changesOf(contested)).toEqual(['replace b A (drift)']);
    expect(contested.changesets[0]?.withheld.map(({ guard, kind, name }) => [guard, kind, name])).toEqual([
      ['drift', 'contested', `a.${zone}`],
    ]);
    passes.now += 90 * minute;
    expect(withheldOf(await passes.apply(daemon))).toEqual(['drift: replace a A (drift)']);
    const resumed = { ...daemon, resumed: [{ zones: [zone], targets: null }] };
    expect(changesOf(await passes.apply(resumed))).toEqual(['replace a A (drift)']);
  });

  it('that is corrected once in a while is never contested, whatever the clock does', async () => {
    await begin({});
    for (let i = 1; i <= 7; i += 1) {
      await strangerWrites('a', `203.0.113.${i}`);
      passes.now += i === 4 ? -120 * minute : 16 * minute;
      expect(changesOf(await passes.apply(daemon))).toEqual(['replace a A (drift)']);
    }
  });

  it('of a zone that is suspended is planned and not written, and nothing else is', async () => {
    await begin({});
    await strangerWrites('a', '203.0.113.66');
    want({ ...wanted, new: '192.0.2.3' });
    const suspension: PassSuspension = {
      ...{ zones: [zone], targets: null, reason: 'moving', until: '2026-11-30T09:00:00Z', by: 'ops' },
      at: '2026-11-30T08:00:00Z',
    };
    const serial = await serialOf(pdns, zone);
    const suspended = await passes.apply({ ...daemon, suspended: [suspension] });
    expect(withheldOf(suspended)).toEqual(['suspended: create new A', 'suspended: replace a A (drift)']);
    expect(await serialOf(pdns, zone)).toBe(serial);
    passes.now = Date.parse('2026-11-30T09:00:00Z');
    await passes.apply({ ...daemon, suspended: [suspension] });
    expect(await contentOf(pdns, zone)).toEqual([
      ...names.map((name) => `${name} A 300 192.0.2.1`),
      'new A 300 192.0.2.3',
    ]);
  });
});
