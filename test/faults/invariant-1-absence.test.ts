import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { appliedScene, makeScene, minute, nothing, type Scene, three, withheldIn } from './inventory-scene.ts';

// Invariant 1: absence is not deletion. A server that is missing loses nothing before that is proven.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

const rest = ['web1', 'web3'];

describe('invariant 1: three servers of which one goes', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
    scene.has(...rest);
  });
  afterAll(() => scene?.stop());

  const said = (many: number): RegExp =>
    new RegExp(`server lab/web2 is missing from ${many} of 3 complete snapshots, since 2026-03-01T12:01`);

  it('a plan says so and counts nothing, however often', async () => {
    scene.pass(minute);
    for (let i = 0; i < 4; i += 1) {
      scene.pass(i === 0 ? 0 : 20 * minute);
      const { code, plan } = await scene.plan('--exit-code');
      expect(withheldIn(plan)).toEqual([
        `absence: delete 2.${scene.reverse} PTR`,
        `absence: delete web2.${scene.forward} A`,
        `absence: replace www.${scene.shared} A`,
      ]);
      expect(plan.changesets[0]?.withheld[0]?.reason).toContain('missing from 1 of 3 complete snapshots');
      expect(plan.summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: 3 });
      expect(code).toBe(0);
    }
    scene.pass(-60 * minute);
  });

  it('apply counts, at most once an interval: exit 0, and all of it stays', async () => {
    for (const [wait, many] of [
      [0, 1],
      [10_000, 1],
      [10_000, 1],
      [10_000, 2],
      [29_999, 2],
      [1, 3],
      [8 * minute, 3],
    ] as const) {
      scene.pass(wait);
      const { code, stdout } = await scene.apply();
      expect(stdout).toMatch(said(many));
      expect(stdout).toContain('Plan: no changes; 3 withheld.');
      expect(code).toBe(0);
      await scene.expectAll(three);
    }
  });

  it('an answer that is not complete proves nothing, and takes no time off the grace', async () => {
    scene.inventory.bend(bends.status(500));
    scene.pass(60 * minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('Plan: no changes; 3 withheld; 1 error.');
    expect(code).toBe(1);
    await scene.expectAll(three);
    scene.inventory.bend(null);
  });

  it('once it is proven and the grace is past, its names go in one pass, exit 0, and the others answer throughout', async () => {
    await scene.watch(rest);
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('Plan: 1 replace and 2 deletes.');
    expect(code).toBe(0);
    await scene.expectAll(rest);
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('a server that comes back has all of its records again', async () => {
    scene.has(...three);
    scene.pass(minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three);
  });

  it('one that is back in time was never missing', async () => {
    await scene.watch(three);
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 2; i += 1) {
        scene.has(...rest);
        // Past the grace, but too few answers.
        scene.pass(11 * minute);
        expect((await scene.apply()).stdout).toContain(`missing from ${i + 1} of 3 complete snapshots`);
      }
      scene.has(...three);
      scene.pass(minute);
      expect(await scene.apply()).toMatchObject(nothing);
    }
    await scene.expectAll(three);
  });

  it('a server that a person lets through goes at once, whole, and no more than that', async () => {
    scene.has(...rest);
    scene.pass(minute);
    const { stdout } = await scene.apply();
    const allows = [...new Set([...stdout.matchAll(/--allow (\S+)/g)].map(([, allow = '']) => allow))];
    expect(allows).toEqual(['absent:lab/web2']);
    await scene.watch(rest, rest);
    expect(await scene.apply('--allow', ...allows)).toMatchObject({ code: 0 });
    await scene.expectAll(rest);
  });
});

describe('invariant 1: what the inventory says is no absence', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  it('a server in maintenance keeps its names and is in no claim', async () => {
    await scene.watch(three, rest);
    scene.has('web1', scene.server('web2', { state: 'maintenance' }), 'web3');
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three, rest);
  });

  it('a claim whose servers are all in maintenance keeps its last answer, which is exit 3 until Git says otherwise', async () => {
    const all = three.map((name) => scene.server(name, { state: 'maintenance' }));
    scene.has(...all);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('withheld by never_empty');
    expect(stdout).toContain(`--allow never_empty:${scene.shared}/pdns:www.${scene.shared}`);
    expect(code).toBe(3);
    await scene.expectAll(three, rest);
  });

  it('a server whose label went leaves the claim, and keeps its names', async () => {
    await scene.watch(three, ['web1', 'web2']);
    scene.has('web1', 'web2', scene.server('web3', { labels: [] }));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three, ['web1', 'web2']);
  });

  it('a decommissioned server goes at once', async () => {
    await scene.watch(rest, ['web1']);
    scene.has('web1', scene.server('web2', { state: 'decommissioned' }), scene.server('web3', { labels: [] }));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('Plan: 1 replace and 2 deletes.');
    expect(code).toBe(0);
    await scene.expectAll(rest, ['web1']);
  });

  it('a decommissioned server that then leaves the inventory causes no change and no message', async () => {
    scene.has('web1', scene.server('web3', { labels: [] }));
    scene.pass(minute);
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('a claim keeps its last answer when its last server is decommissioned', async () => {
    await scene.watch(['web3'], ['web1']);
    scene.has(scene.server('web1', { state: 'decommissioned' }), scene.server('web3', { labels: [] }));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('withheld by never_empty');
    expect(code).toBe(3);
    await scene.expectAll(['web3'], ['web1']);
  });
});

describe('invariant 1: a re-imaged machine has a new name and the old address', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  const after = (withOld: boolean): readonly string[] =>
    [
      ...scene.lines(rest, three),
      ...(withOld ? [`web2 A 300 ${scene.address(2)}`] : []),
      `fresh A 300 ${scene.address(2)}`,
      `2 PTR 300 fresh.${scene.forward}`,
    ].sort();

  it('its PTR follows at once, the claim keeps the address, and the old A waits for proof, exit 0', async () => {
    scene.has('web1', scene.server('fresh', { ips: [scene.address(2)] }), 'web3');
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toMatch(/lab\/web2 is missing from 1 of 3 complete snapshots/);
    expect(stdout).toContain('Plan: 1 create and 1 replace; 1 withheld.');
    expect(code).toBe(0);
    expect(await scene.content()).toEqual(after(true));
  });

  it('until it is proven', async () => {
    for (let i = 0; i < 2; i += 1) {
      scene.pass(4 * minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(after(true));
    }
    await scene.watch(['web1', 'web3'], three);
    scene.pass(4 * minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await scene.content()).toEqual(after(false));
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe('invariant 1: the only server of a claim goes missing', () => {
  it('keeps the answer for good, and its own names until that is proven', async () => {
    const scene = await makeScene(pdns, { servers: ['web1', 'web2'] });
    scene.has(scene.server('web1', { labels: [] }), 'web2');
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.watch(['web1', 'web2'], ['web2']);
    scene.has(scene.server('web1', { labels: [] }));
    for (let i = 0; i < 3; i += 1) {
      scene.pass(4 * minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
    }
    await scene.watch(['web1'], ['web2']);
    scene.pass(4 * minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('withheld by never_empty');
    expect(code).toBe(3);
    await scene.expectAll(['web1'], ['web2']);
    await scene.stop();
  });
});
