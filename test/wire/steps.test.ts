import { describe, expect, it } from 'vitest';
import { applySteps } from '../../src/wire/steps.ts';
import type { ZoneStep } from '../../src/wire/transfer-reader.ts';
import { a, ns, soa } from './transfer-scene.ts';

const zone = [soa(5), ns, a('w', 1), a('v', 1)];
const step = (from: number, to: number, deleted: ZoneStep['deleted'], added: ZoneStep['added']): ZoneStep => ({
  from: soa(from),
  to: soa(to),
  deleted,
  added,
});

describe('steps of IXFR', () => {
  it('make the next version of a zone', () => {
    const ttl = { ...a('v', 1), ttl: 90 };
    const steps = [step(5, 6, [a('w', 1)], [a('w', 2)]), step(6, 8, [a('w', 2), a('v', 1)], [ttl, a('u', 3)])];
    expect(applySteps(zone, steps)).toEqual([soa(8), ns, ttl, a('u', 3)]);
    expect(applySteps(zone, [])).toEqual(zone);
  });

  it.each<readonly [string, ZoneStep]>([
    ['begin at another version', step(4, 6, [], [])],
    ['delete what is not there', step(5, 6, [a('w', 9)], [])],
  ])('that %s do not fit', (_what, wrong) => {
    expect(applySteps(zone, [wrong])).toBeNull();
  });

  it('IXFR steps do not fit an empty zone', () => {
    expect(applySteps([], [])).toBeNull();
  });
});
