import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { type Bend, bends } from '../servers/inventory.ts';
import {
  appliedScene,
  makeScene,
  minute,
  nothing,
  type Scene,
  three,
  twelve,
  waitForInventory,
} from './inventory-scene.ts';

// Invariant 2: a snapshot is proven complete or not used. Whatever an inventory answers, every server keeps what it has.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

describe('invariant 2: an answer that is not what it seems', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  const faults: readonly (readonly [string, Bend, number, RegExp])[] = [
    ['one server missing', bends.without('web2'), 0, /lab\/web2 is missing from 1 of 3 complete snapshots/],
    ['one server missing, and counted', bends.lost('web2'), 1, /2 servers, but says that there are 3/],
    ['a server twice in place of another', bends.duplicate, 1, /server "web1" is in it twice/],
    ['a page skipped', bends.pageSkipped, 1, /2 servers, but says that there are 3/],
    ['a count that moves', bends.countMoving, 1, /total moved between pages: 3, 4, 5/],
    ['a page that is missing', bends.onPage(2, bends.status(404)), 1, /page 2: .*answered 404/],
    ['200 without a body', bends.emptyBody, 1, /answered 200 with an empty body/],
    ['200 without servers', bends.noServers, 0, /the answer lost all 3 servers/],
    ['JSON that is cut short', bends.truncated, 1, /is not JSON/],
    ['a connection that is cut', bends.cut, 1, /broke off|cut|closed/],
    ['500', bends.status(500), 1, /answered 500/],
    ['503 with a page of HTML', bends.status(503, '<html>'), 1, /answered 503/],
    ['401', bends.status(401), 1, /answered 401/],
    ['silence', bends.silent, 1, /no whole answer within 2 s/],
    ['a body that stops', bends.stalled, 1, /no whole answer within 2 s/],
  ];
  for (const [what, bend, exit, said] of faults) {
    it(`${what}: no server loses anything, and it is said (exit ${exit})`, async () => {
      scene.pass(minute);
      scene.inventory.paged(/page|count/.test(what) ? 1 : null);
      scene.inventory.bend(bend);
      if (bend === bends.silent || bend === bends.stalled) waitForInventory(scene, '2s');
      const { code, stdout } = await scene.apply();
      expect(stdout).toMatch(said);
      expect(stdout).toContain('Plan: no changes');
      expect(code).toBe(exit);
      await scene.expectAll(three);
      scene.inventory.bend(null);
      scene.inventory.paged(null);
      waitForInventory(scene);
      const { code: after, stdout: whole } = await scene.apply();
      expect(whole).toBe('Plan: no changes.\n');
      expect(after).toBe(0);
    });
  }

  it('goes on with what it says: a newcomer and a new address, while what it leaves out stays', async () => {
    scene.inventory.paged(1);
    scene.has('web1', scene.server('web2', { ips: [scene.address(22)] }), 'web4', 'web3');
    scene.inventory.bend(bends.onPage(3, bends.nextTo(null)));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('3 servers, but says that there are 4');
    expect(code).toBe(1);
    const claim = [1, 22, 3, 4].map(scene.address).sort().join(' ');
    expect(await scene.content()).toEqual(
      [
        ...scene.lines(['web1', 'web3', 'web4'], []),
        `web2 A 300 ${scene.address(22)}`,
        `22 PTR 300 web2.${scene.forward}`,
        `2 PTR 300 web2.${scene.forward}`,
        `www A 60 ${claim}`,
      ].sort(),
    );
  });

  it('the PTR of the old address goes once an answer is whole', async () => {
    scene.inventory.bend(null);
    await scene.watch(['web1', 'web3', 'web4'], ['web1', 'web2', 'web3', 'web4']);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await scene.content()).not.toContain(`2 PTR 300 web2.${scene.forward}`);
  });
});

describe('invariant 2: 30 s of silence, and the time that an inventory has by default', () => {
  it('ends the read after 10 s, and every server stays', async () => {
    const scene = await appliedScene(pdns, { inventory: { timeout: undefined } });
    scene.inventory.bend(bends.silent);
    const since = performance.now();
    const { code, stdout } = await scene.apply();
    const seconds = (performance.now() - since) / 1000;
    expect(stdout).toContain('gave no whole answer within 10 s');
    expect(code).toBe(1);
    expect(seconds).toBeGreaterThan(9.9);
    await scene.expectAll(three);
    await scene.stop();
  });
});

describe('invariant 2: an inventory that shrinks by half', () => {
  let scene: Scene;
  const half = twelve.slice(0, 6);
  beforeAll(async () => {
    scene = await appliedScene(pdns, { servers: twelve });
  });
  afterAll(() => scene?.stop());

  it('is not believed, which is a warning, and a newcomer in it is served', async () => {
    scene.pass(minute);
    scene.has(...half, 'web20');
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('lost 6 of 12 servers that the last one had, more than the 30 % of guards.max_shrink');
    expect(code).toBe(0);
    await scene.expectAll([...twelve, 'web20']);
  });

  it('stays out of use, however often a plan looks at it', async () => {
    for (let i = 0; i < 4; i += 1) {
      scene.pass(5 * minute);
      const { code, stdout } = await scene.run('plan');
      expect(stdout).not.toContain('--allow');
      expect(code).toBe(0);
    }
  });

  it('is refused at the third apply, exit 3, which says what takes it', async () => {
    scene.pass(minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    for (let i = 0; i < 2; i += 1) {
      scene.pass(minute);
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('if the answer is right, run with --allow shrink:lab');
      expect(code).toBe(3);
      await scene.expectAll([...twelve, 'web20']);
    }
  });

  it("another inventory's --allow is none", async () => {
    const { code, stderr } = await scene.apply('--allow', 'shrink:other');
    expect(stderr).toContain('shrink:other');
    expect(code).toBe(1);
  });

  it('taken by that --allow, what it lacks goes', async () => {
    await scene.watch([...half, 'web20']);
    const { code, stdout } = await scene.apply(
      '--allow',
      'shrink:lab',
      '--allow',
      ...[`max_delete_percent:${scene.forward}/pdns`, `max_delete_percent:${scene.reverse}/pdns`],
    );
    expect(stdout).toContain('Applied: 13 changes');
    expect(code).toBe(0);
    await scene.expectAll([...half, 'web20']);
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe('invariant 2: an ETag that does not move', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await makeScene(pdns);
    scene.inventory.bend((_request, page) => ({ kind: 'page', page, etag: '"same"' }));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.watch(three);
  });
  afterAll(() => scene?.stop());

  it('confirms what was known, and hides what is new for an hour at most', async () => {
    scene.has(...three, 'web4');
    scene.pass(30 * minute);
    expect(await scene.apply()).toMatchObject(nothing);
    expect(scene.inventory.requests.at(-1)?.status).toBe(304);
    scene.pass(31 * minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll([...three, 'web4']);
  });

  it('under which the body changed takes nothing away but by what is proven', async () => {
    scene.inventory.bend((_request, page) => ({
      kind: 'raw',
      status: 200,
      body: JSON.stringify(page),
      headers: { etag: '"same"' },
    }));
    scene.has('web1', 'web2', 'web3');
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('lab/web4 is missing from 1 of 3 complete snapshots');
    expect(code).toBe(0);
    await scene.expectAll([...three, 'web4']);
  });

  it('a 304 that nobody asked for is no answer', async () => {
    scene.forget();
    scene.inventory.bend(bends.notModified('"same"'));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('answered 304, though it was not asked');
    expect(code).toBe(1);
    await scene.expectAll([...three, 'web4']);
  });
});
