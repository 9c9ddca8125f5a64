import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { detailsIn, detailsText, type PassDetails } from '../../src/daemon/pass-details.ts';
import type { Plan } from '../../src/model/plan.ts';
import { change, changeset } from '../apply/changes.ts';

const planOf = (count: number, value: () => string): Plan => ({
  ...{ version: 2, digest: 'sha256:0', config_commit: null, dirty: false, inventory: {}, targets: [] },
  changesets: [
    changeset(
      'lab.test.',
      Array.from({ length: count }, (_, i) => change(`a${i}.lab.test. TXT`, '', value())),
    ),
  ],
  ...{ atomic_sets: [], problems: [], summary: { create: count, replace: 0, delete: 0, withheld: 0 } },
});
const of = (plan: Plan): PassDetails => ({ plan, results: [], verify: { checked: 3, differences: [] } });

describe('what is kept of a pass', () => {
  it('is all of it', async () => {
    const details = of(planOf(100, () => '60 x'));
    expect(await detailsIn(await detailsText(details))).toEqual(details);
    expect(await detailsIn(await detailsText({ plan: null, results: [], verify: null }))).toMatchObject({ plan: null });
  });

  it('is without the plan where that is over 1 MiB compressed, or has very many changes', async () => {
    const large = of(planOf(3_000, () => `60 ${randomBytes(400).toString('base64')}`));
    const text = await detailsText(large);
    expect(text?.length).toBeLessThan(1_000);
    expect(await detailsIn(text)).toEqual({ ...large, plan: null });
    const many = of(planOf(50_001, () => '60 x'));
    expect(await detailsIn(await detailsText(many))).toEqual({ ...many, plan: null });
  });

  it('is nothing where it cannot be read', async () => {
    expect(await detailsIn(null)).toBeNull();
    expect(await detailsIn('no base64 of anything')).toBeNull();
  });
});
