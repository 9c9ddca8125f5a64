import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { HostmasterError } from '../../src/model/errors.ts';
import type { Changeset, Plan } from '../../src/model/plan.ts';
import { planDigest } from '../../src/model/plan.ts';
import { readPlan } from '../../src/pass/planfile.ts';
import { jsonOf, type Sample, sample } from '../e2e/sample-repository.ts';
import { tempFolder } from '../servers/child.ts';

describe('a plan file', () => {
  let repository: Sample;
  let plan: Plan;
  const file = join(tempFolder('plan'), 'plan.json');

  beforeAll(async () => {
    repository = await sample();
    plan = jsonOf(await repository.run('plan', '--format', 'json', '--out', 'plan.json'));
  });

  const read = (value: unknown): Promise<Plan> => {
    writeFileSync(file, JSON.stringify(value));
    return readPlan(file);
  };
  /** With a digest that fits: what anybody can make. */
  const withChangesets = (changesets: unknown): unknown => {
    const digest = planDigest(changesets as readonly Changeset[]);
    return { ...plan, changesets, digest };
  };
  /** The plan with its first change changed. */
  const withChange = (extra: object): unknown => {
    const [first, ...rest] = plan.changesets;
    const [change, ...others] = first?.changes ?? [];
    return withChangesets([{ ...first, changes: [{ ...change, ...extra }, ...others] }, ...rest]);
  };

  it('is read back whole, also with keys of a later version', async () => {
    expect(plan.changesets[0]?.changes.length).toBeGreaterThan(3);
    expect(await read(plan)).toEqual(plan);
    expect(await read({ ...plan, later: { x: 1 } })).toEqual(plan);
    expect(await read(withChange({ later: 1 }))).toMatchObject({ summary: plan.summary });
  });

  it('is read from a version that wrote no kinds', async () => {
    const [first, ...rest] = plan.changesets;
    const [change] = first?.changes ?? [];
    const withheld = [{ ...change, guard: 'never_empty', reason: 'too much', allow: null }];
    const unmanaged = [{ name: 'x.2.0.192.in-addr.arpa.', type: 'A', why: 'foreign' }];
    const [found] = (await read(withChangesets([{ ...first, withheld, unmanaged }, ...rest]))).changesets;
    expect(found?.withheld).toEqual([{ ...withheld[0], kind: 'refused' }]);
    expect(found?.unmanaged).toEqual([{ ...unmanaged[0], kind: 'unknown' }]);
  });

  it('is counted again: its summary is not believed', async () => {
    const summary = { create: 0, replace: 0, delete: 0, withheld: 0 };
    expect(await read({ ...plan, summary })).toEqual(plan);
    expect(await read({ ...plan, summary: 'none' })).toEqual(plan);
  });

  it.each<[string, (now: Plan) => unknown, string]>([
    ['no object', () => [], 'is not a plan of version 1'],
    ['another version', (now) => ({ ...now, version: 2 }), 'is not a plan of version 1'],
    ['no problems', ({ problems: _, ...now }) => now, 'is not a plan: "problems" is missing; add it'],
    ['odd targets', (now) => ({ ...now, targets: [{ name: 1 }] }), 'is not a plan: targets.0: '],
    ['an odd changeset', (now) => ({ ...now, changesets: [null] }), 'is not a plan: changesets.0: '],
    [
      'an odd TTL',
      () => withChange({ after: { ttl: '1', values: [] } }),
      'is not a plan: changesets.0.changes.0.after',
    ],
    ['a create of nothing', () => withChange({ after: null }), 'does not have the "before" and "after" of one'],
    ['a delete of nothing', () => withChange({ action: 'delete' }), 'does not have the "before" and "after" of one'],
    ['a name elsewhere', () => withChange({ name: 'www.example.net.' }), 'is not in 2.0.192.in-addr.arpa.'],
    ['no name', () => withChange({ name: 'a..b' }), 'cannot be read: the name "a..b" has an empty part'],
    ['no type', () => withChange({ type: 'AX' }), 'has no type that is known'],
    [
      'no rdata',
      () => withChange({ type: 'A', after: { ttl: 1, values: [{ rdata: 'x', origins: [] }], health_check: null } }),
      'cannot be read: "x" is not an IPv4 address',
    ],
  ])('with %s is PLAN_FILE', async (_what, change, words) => {
    await expect(read(change(plan))).rejects.toMatchObject({
      code: 'PLAN_FILE',
      message: expect.stringMatching(/plan\.json .*; make it again with "hostmaster plan --out /),
    });
    await expect(read(change(plan))).rejects.toThrow(words);
  });

  it('is whole or PLAN_FILE, whatever stands in it', async () => {
    const keys = Object.keys(plan);
    const paths = fc.oneof(
      fc.tuple(fc.constantFrom(...keys)),
      fc.tuple(fc.constant('changesets'), fc.constant('0'), fc.constantFrom(...Object.keys(plan.changesets[0] ?? {}))),
    );
    await fc.assert(
      fc.asyncProperty(paths, fc.jsonValue(), async (path, odd) => {
        const copy = structuredClone(plan) as unknown as Record<string, unknown>;
        const last = path.at(-1) ?? '';
        let node: Record<string, unknown> = copy;
        for (const step of path.slice(0, -1)) node = node[step] as Record<string, unknown>;
        node[last] = odd;
        const result = await read(copy).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(HostmasterError);
      }),
      { numRuns: 200 },
    );
  });

  it('of nothing to do is one JSON document all the same', async () => {
    await repository.run('apply', '--yes');
    await repository.run('plan', '--out', 'none.json');
    const ended = await repository.run('apply', '--plan', 'none.json', '--format', 'json');
    expect(jsonOf(ended)).toMatchObject({ summary: { create: 0 }, results: [], verify: { checked: 0 } });
    expect(ended.code).toBe(0);
    const { stdout } = await repository.run('apply', '--plan', 'none.json', '--format', 'markdown');
    expect(stdout).not.toBe('');
  });
});
