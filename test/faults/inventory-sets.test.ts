import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy, uncached } from '../servers/index.ts';
import { bends, type InventoryServer, startInventory } from '../servers/inventory.ts';
import {
  appliedScene,
  configure,
  makeScene,
  minute,
  nothing,
  type Scene,
  type SceneNames,
  three,
  withheldIn,
} from './inventory-scene.ts';

// A server's names are one: what would split them waits whole, and one server's trouble is no other's.

let pdns: PowerDns;
let proxy: FaultyProxy;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy?.stop();
  await pdns?.stop();
});

const four = [...three, 'web4'];

describe('--zone and --target', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
    scene.has(...four);
  });
  afterAll(() => scene?.stop());

  it('that would split a set hold all of it back, exit 3, and say what lets it through', async () => {
    const { code, plan } = await scene.plan('--zone', scene.forward);
    expect(withheldIn(plan)).toEqual([`filter: create web4.${scene.forward} A`]);
    expect(plan.changesets.map(({ zone }) => zone)).toEqual([scene.forward]);
    expect(plan.changesets[0]?.withheld[0]?.allow).toBe(`filter:${scene.forward}/pdns:web4.${scene.forward}`);
    expect(code).toBe(3);
    const applied = await scene.apply('--zone', scene.forward);
    expect(applied.stdout).toContain('Plan: no changes; 1 withheld.');
    expect(applied.code).toBe(3);
    await scene.expectAll(three);
  });

  it('hold a claim back whose server they leave out', async () => {
    const { code, stdout } = await scene.apply('--zone', scene.shared);
    expect(stdout).toContain('withheld by filter');
    expect(code).toBe(3);
    await scene.expectAll(three);
  });

  it('that take the whole set in let it through', async () => {
    const { code } = await scene.apply('--zone', scene.forward, scene.reverse);
    expect(code).toBe(0);
    await scene.expectAll(four, three);
    expect(await scene.apply('--zone', scene.shared)).toMatchObject({ code: 0 });
    await scene.expectAll(four);
  });

  it('let through by that --allow, the rest follows with the next run', async () => {
    scene.has(...four, 'web5');
    const allow = `filter:${scene.forward}/pdns:web5.${scene.forward}`;
    expect(await scene.apply('--zone', scene.forward, '--allow', allow)).toMatchObject({ code: 0 });
    expect(await scene.content()).toEqual([...scene.lines(four), `web5 A 300 ${scene.address(5)}`].sort());
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll([...four, 'web5']);
  });
});

describe('a target that is down', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns, { api: proxy.url });
  });
  afterAll(() => scene?.stop());

  for (const unread of ['reverse', 'forward'] as const) {
    it(`in its ${unread} zone lets a server that leaves wait whole: its other half does not go first`, async () => {
      await scene.watch(three, ['web1', 'web2']);
      scene.has('web1', 'web2', scene.server('web3', { state: 'decommissioned', labels: [] }));
      proxy.handle(({ method, path }) =>
        method === 'GET' && path.includes(scene[unread]) ? { kind: 'answer', status: 500, body: '{}' } : undefined,
      );
      expect(await scene.apply()).toMatchObject({ code: 1, stdout: expect.stringContaining('withheld by incomplete') });
      await scene.expectAll(three, ['web1', 'web2']);
      scene.has(...three);
      proxy.handle(null);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      await scene.expectAll(three);
      await scene.watch(three);
    });
  }

  it('in one zone lets a newcomer wait whole: neither its A nor its claim is written without its PTR', async () => {
    scene.has(...four);
    proxy.handle(({ method, path }) =>
      method === 'GET' && path.includes(scene.reverse) ? { kind: 'answer', status: 500, body: '{}' } : undefined,
    );
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('could not be read');
    expect(code).toBe(1);
    await scene.expectAll(three);
  });

  it('whole changes nothing, and nothing is forgotten', async () => {
    proxy.handle(() => ({ kind: 'refuse' }));
    expect(await scene.apply()).toMatchObject({ code: 1 });
    proxy.handle(null);
    await scene.expectAll(three);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(four);
  });
});

describe('two inventories', () => {
  let scene: Scene;
  let other: InventoryServer;
  beforeAll(async () => {
    other = await startInventory();
    scene = await makeScene(pdns);
    configure(scene, ({ inventory, ...settings }) => {
      const { lab } = inventory as { readonly lab: object };
      return { ...settings, inventory: { lab, barn: { ...lab, url: other.url } } };
    });
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.watch(three);
  });
  afterAll(async () => {
    await other?.stop();
    await scene?.stop();
  });

  it('with one server between them: the one that was there first keeps its names, and the problem names both', async () => {
    other.set([scene.server('web2', { ips: [scene.address(22)] }), scene.server('web4')]);
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toMatch(/barn\/web2 and lab\/web2 both have the name web2: lab\/web2 had it first and keeps it/);
    expect(code).toBe(1);
    await scene.expectAll(four);
  });

  it('with one address between them: the PTR stays where it was', async () => {
    other.set([scene.server('web9', { ips: [scene.address(2)] }), scene.server('web4')]);
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain(`both have ${scene.address(2)}`);
    expect(code).toBe(1);
    await scene.expectAll(four);
  });

  it('of which one is down: its servers stay, and those of the other go on', async () => {
    other.bend(() => ({ kind: 'raw', status: 502 }));
    scene.has(...three, 'web5');
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('inventory barn: ');
    expect(code).toBe(1);
    await scene.expectAll([...four, 'web5']);
    other.bend(null);
    other.set([scene.server('web4')]);
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it("between which a server moves: it keeps its names all the while, and they are the new one's in the end", async () => {
    await scene.watch(four);
    other.set([scene.server('web4'), scene.server('web3')]);
    scene.has('web1', 'web2', 'web5');
    for (let i = 0; i < 5; i += 1) {
      scene.pass(4 * minute);
      expect(await scene.apply()).toMatchObject(nothing);
      await scene.expectAll([...four, 'web5']);
    }
    expect(await scene.apply()).toMatchObject(nothing);
    const { plan } = await scene.plan('--full');
    expect(withheldIn(plan)).toEqual([]);
  });
});

describe('a server that says it has the address of another', () => {
  it('stays as it was for as long as it says so, also when the inventory is down for a while, and moves when the other leaves', async () => {
    const scene = await appliedScene(pdns);
    scene.has('web1', 'web2', scene.server('web3', { ips: [scene.address(2)] }));
    for (let i = 0; i < 4; i += 1) {
      scene.pass(5 * minute);
      scene.inventory.bend(i === 2 ? bends.status(500) : null);
      expect(await scene.apply()).toMatchObject({ code: 1 });
      await scene.expectAll(three);
    }
    await scene.watch(['web1'], ['web1', 'web2'], [`web3.${scene.forward}`]);
    scene.has(
      'web1',
      scene.server('web2', { state: 'decommissioned' }),
      scene.server('web3', { ips: [scene.address(2)] }),
    );
    expect(await scene.apply()).toMatchObject({ code: 0 });
    const claim = [1, 2].map(scene.address).join(' ');
    const moved = [`web3 A 300 ${scene.address(2)}`, `2 PTR 300 web3.${scene.forward}`, `www A 60 ${claim}`];
    expect(await scene.content()).toEqual([...scene.lines(['web1'], []), ...moved].sort());
    await scene.stop();
  });
});

describe('a server that cannot be used', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  it('stays as it was known, and the others beside it go on', async () => {
    scene.has('web1', scene.server('web2', { ips: ['10.0.0.300'] }), 'web3', 'web4', scene.server('no way!'));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('web2');
    expect(stdout).toContain('no way!');
    expect(code).toBe(1);
    await scene.expectAll(four);
  });

  it('that has no address but one that no name may lead to keeps its names, and its claim the others', async () => {
    await scene.watch(four, three);
    scene.has('web1', scene.server('web2', { ips: ['169.254.169.254'] }), 'web3', 'web4');
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain("where clouds keep a machine's metadata");
    expect(stdout).toContain('withheld by never_empty');
    expect(code).toBe(1);
    await scene.expectAll(four, ['web1', 'web3', 'web4']);
  });
});

describe('exempt', () => {
  const rules = ['grant-denied', 'ttl-high'];
  const exempt = rules.map((rule) => ({ rule, name: '**', reason: 'to see what happens' }));
  const denied = ({ forward, shared }: SceneNames) => ({
    grants: [{ label: 'web', names: [`other.${shared}`], types: ['A'] }],
    registration: { zone: forward, ttl: 1_000_000 },
  });

  it('takes the warning of a rule from what servers have, and is no way around grants', async () => {
    const scene = await makeScene(pdns, { zones: { forward: { exempt }, shared: { exempt } }, settings: denied });
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('no grant allows label "web" to claim');
    const high = stdout.split('\n').filter((line) => line.includes('[ttl-high]'));
    expect(high.join()).toContain(scene.reverse);
    expect(high.join()).not.toContain(scene.forward);
    expect(code).toBe(1);
    expect((await scene.content()).filter((line) => line.includes(' A 60 '))).toEqual([]);
    await scene.stop();
  });
});
