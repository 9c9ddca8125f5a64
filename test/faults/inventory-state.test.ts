import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { appliedScene, minute, nothing, type Scene, three, withheldIn } from './inventory-scene.ts';

// A state that is lost or damaged never deletes anything: what is not accounted for waits for a proof of its own.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

const rest = ['web1', 'web3'];

describe('a state file that is deleted', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  it('while all servers are there is begun anew, and nothing is to be done', async () => {
    scene.forget();
    expect(await scene.apply()).toMatchObject(nothing);
    expect(existsSync(scene.state)).toBe(true);
  });

  it('while a server is missing deletes nothing, though nobody knows of it any more: exit 0', async () => {
    scene.has(...rest);
    for (let i = 0; i < 2; i += 1) {
      scene.pass(6 * minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
    }
    scene.forget();
    scene.pass(6 * minute);
    const { code, plan } = await scene.plan();
    expect(withheldIn(plan)).toEqual([
      `absence: delete 2.${scene.reverse} PTR`,
      `absence: delete web2.${scene.forward} A`,
      `absence: replace www.${scene.shared} A`,
    ]);
    expect(plan.changesets[0]?.withheld[0]?.reason).toContain(
      'belongs to no known server: unaccounted for in 1 of 3 complete snapshots, since 2026-03-01',
    );
    expect(code).toBe(0);
  });

  it('verify expects what waits for that proof: exit 0', async () => {
    expect(await scene.run('verify')).toMatchObject({ code: 0 });
  });

  it('starts the proof at 0: it takes three complete snapshots and the grace again', async () => {
    for (let i = 0; i < 3; i += 1) {
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('Plan: no changes; 3 withheld.');
      expect(code).toBe(0);
      await scene.expectAll(three);
      scene.pass(4 * minute);
    }
    await scene.watch(rest);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(rest);
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('while the inventory is down deletes nothing, and is exit 1', async () => {
    scene.forget();
    scene.inventory.bend(bends.status(500));
    for (let i = 0; i < 4; i += 1) {
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('it was never read before, so none of its servers are known');
      expect(stdout).toContain('Plan: no changes; 5 withheld; 1 error');
      expect(code).toBe(1);
      scene.pass(10 * minute);
    }
    await scene.expectAll(rest);
    scene.inventory.bend(null);
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe('a state file that is deleted while names move', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  it('a server that left a claim is there to say so: its address goes', async () => {
    scene.forget();
    await scene.watch(three, rest);
    scene.has('web1', scene.server('web2', { labels: [] }), 'web3');
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three, rest);
  });

  it("a server's new address takes its name and PTR over; in the claim nobody can tell whose the old one was", async () => {
    scene.forget();
    await scene.watch(['web1', 'web2'], rest, [`web3.${scene.forward}`]);
    scene.has('web1', scene.server('web2', { labels: [] }), scene.server('web3', { ips: [scene.address(33)] }));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('belongs to no known server');
    expect(code).toBe(0);
    const after = (claim: readonly number[]) =>
      [
        ...scene.lines(['web1', 'web2'], []),
        `web3 A 300 ${scene.address(33)}`,
        `33 PTR 300 web3.${scene.forward}`,
        `www A 60 ${claim.map(scene.address).join(' ')}`,
      ].sort();
    expect(await scene.content()).toEqual(after([1, 3, 33]));
    scene.pass(5 * minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await scene.content()).toEqual(after([1, 3, 33]));
    await scene.watch(['web1', 'web2'], rest, [`web3.${scene.forward}`]);
    scene.pass(5 * minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await scene.content()).toEqual(after([1, 33]));
    expect((await scene.run('plan', '--exit-code')).code, 'a plan straight after it').toBe(0);
  });
});

describe('a state file that is damaged', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  const damage: Readonly<Record<string, (file: string) => void>> = {
    'begins with rubbish': (file) => {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0xa5, 100, 4096));
    },
    'is cut in half': (file) => truncateSync(file, readFileSync(file).length >> 1),
    'is empty': (file) => truncateSync(file, 0),
  };
  for (const [what, hurt] of Object.entries(damage)) {
    it(`and ${what} is said, set aside and begun anew; a server that is missing loses nothing`, async () => {
      scene.has(...three);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      scene.has(...rest);
      hurt(scene.state);
      for (let i = 0; i < 3; i += 1) {
        const { code, stdout, stderr } = await scene.apply();
        if (i === 0) expect(stderr).toMatch(/^hostmaster: the state file .*begun anew$/m);
        else expect(stderr).toBe('');
        expect(stdout).toContain('Plan: no changes; 3 withheld.');
        expect(code).toBe(0);
        scene.pass(i === 2 ? 0 : 4 * minute);
      }
      await scene.expectAll(three);
    });
  }

  it('what was damaged is still there for a person', () => {
    const aside = readdirSync(scene.repository.folder).filter((file) => /^state\.sqlite\..*damaged/.test(file));
    expect(aside).toHaveLength(2);
  });

  it('what is no state of ours is left as it is, and nothing is done', async () => {
    writeFileSync(scene.state, 'shopping: milk\n');
    const { code, stderr } = await scene.apply();
    expect(stderr).toContain(scene.state);
    expect(code).toBe(1);
    expect(readFileSync(scene.state, 'utf8')).toBe('shopping: milk\n');
    await scene.expectAll(three);
  });
});

describe('a state file that is deleted while a server has the address of another', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns, { servers: rest });
  });
  afterAll(() => scene?.stop());

  it.each([
    ['whose entry cannot be used', { ips: ['10.0.0.256'] }],
    ['that is missing', null],
  ] as const)('%s: its name keeps its answer until that is proven', async (_, entry) => {
    const newcomer = scene.server('web9', { ips: [scene.address(3)] });
    scene.has('web1', ...(entry === null ? [] : [scene.server('web3', entry)]), newcomer);
    scene.forget();
    scene.pass(minute);
    await scene.apply();
    expect(await scene.content()).toContain(`web3 A 300 ${scene.address(3)}`);
  });
});
