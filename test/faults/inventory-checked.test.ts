import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { makeScene, minute, nothing, type Scene, three, withheldIn } from './inventory-scene.ts';

// A health-checked claim is one RRset of LUA: what must not go from it is in it, whatever the inventory says.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: { ...uncached, 'enable-lua-records': 'yes' } });
});
afterAll(() => pdns?.stop());

const labels = (shared: string) => ({
  labels: {
    web: { dns: { claims: [{ name: `www.${shared}`, type: 'A', health_check: { port: 9 } }] } },
  },
});

/** The numbers of the servers that the claim has, and its type. */
const claimOf = async (scene: Scene): Promise<string> => {
  const line = (await scene.content()).find((each) => each.startsWith('www ')) ?? '';
  const numbers = [...line.matchAll(/10\.0\.\d+\.(\d+)/g)].map(([, number]) => number);
  return [line.split(' ')[1], ...[...new Set(numbers)].sort()].join(' ');
};

describe('a health-checked claim', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await makeScene(pdns, { labels });
    expect(await scene.apply()).toMatchObject({ code: 0, stderr: '' });
    await scene.watch(three);
  });
  afterAll(() => scene?.stop());

  it('has all of its servers, and a second run is empty', async () => {
    expect(await claimOf(scene)).toBe('LUA 1 2 3');
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('keeps a server that is missing from one answer, and says so, exit 0', async () => {
    scene.inventory.bend(bends.without('web2'));
    scene.pass(minute);
    const { code, plan } = await scene.plan();
    expect(withheldIn(plan)).toEqual([
      `absence: delete 2.${scene.reverse} PTR`,
      `absence: delete web2.${scene.forward} A`,
      `absence: replace www.${scene.shared} LUA`,
    ]);
    expect(code).toBe(0);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('LUA 1 2 3');
  });

  it('takes a newcomer in meanwhile', async () => {
    scene.inventory.bend(null);
    scene.has('web1', 'web3', 'web4');
    scene.pass(minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('LUA 1 2 3 4');
  });

  it('keeps it also where the state is lost, until that is proven anew', async () => {
    scene.forget();
    for (let i = 0; i < 2; i += 1) {
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('Plan: no changes; 3 withheld');
      expect(code).toBe(0);
      expect(await claimOf(scene)).toBe('LUA 1 2 3 4');
      scene.pass(5 * minute);
    }
    await scene.watch(['web1', 'web3', 'web4'], ['web1'], []);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('LUA 1 3 4');
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('loses a server in maintenance and a decommissioned one at once', async () => {
    await scene.watch(['web1', 'web3'], ['web1']);
    scene.has(
      'web1',
      scene.server('web3', { state: 'maintenance' }),
      scene.server('web4', { state: 'decommissioned' }),
    );
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('LUA 1');
  });

  it('keeps its last answer when its last server goes, exit 3', async () => {
    scene.has(scene.server('web1', { state: 'maintenance' }), scene.server('web3', { state: 'maintenance' }));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('withheld by never_empty');
    expect(code).toBe(3);
    expect(await claimOf(scene)).toBe('LUA 1');
  });

  it('follows an address in one step', async () => {
    scene.has(scene.server('web1', { ips: [scene.address(11)] }), 'web3');
    await scene.watch(['web3'], ['web1'], [`web1.${scene.forward}`]);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('LUA 11 3');
  });

  it('becomes plain, and checked again, without a gap', async () => {
    const text = scene.repository.read('labels.yaml');
    scene.repository.write('labels.yaml', text.replace(/,"health_check":\{[^}]*\}/, ''));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('A 11 3');
    scene.repository.write('labels.yaml', text);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('LUA 11 3');
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('becomes plain while a server is missing: nothing of it is lost', async () => {
    const text = scene.repository.read('labels.yaml');
    scene.has(scene.server('web1', { ips: [scene.address(11)] }));
    scene.pass(minute);
    scene.repository.write('labels.yaml', text.replace(/,"health_check":\{[^}]*\}/, ''));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await claimOf(scene)).toBe('A 11 3');
    scene.forget();
    scene.repository.write('labels.yaml', text);
    const { code } = await scene.apply();
    expect(code).toBe(0);
    expect(await claimOf(scene)).toBe('LUA 11 3');
  });
});
