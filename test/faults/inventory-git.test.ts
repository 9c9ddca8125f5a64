import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import {
  appliedScene,
  configure,
  makeScene,
  minute,
  nothing,
  type Scene,
  settingsOf,
  three,
} from './inventory-scene.ts';
import { apexYaml } from './zone.ts';

// What Git takes out goes, where the inventory still says whose it was; what nobody can account for any more waits.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

const claims = (name: string, type = 'A') => ({ dns: { claims: [{ name, type }] } });

describe('a claim, a label and a group that leave Git', () => {
  let scene: Scene;
  const labels = (shared: string, ...gone: readonly string[]) => ({
    labels: {
      ...(gone.includes('label') ? {} : { extra: claims(`extra.${shared}`) }),
      web: {
        dns: {
          claims: ['www', 'api']
            .filter((name) => !gone.includes(name))
            .map((name) => ({ name: `${name}.${shared}`, type: 'A' })),
        },
      },
    },
  });
  const groups = (shared: string) => ({
    groups: { all: { match: { environment: 'prod' }, ...claims(`group.${shared}`) } },
  });

  beforeAll(async () => {
    scene = await makeScene(pdns, {
      labels: (shared) => labels(shared),
      groups,
      settings: ({ shared }) => ({
        grants: [
          { label: 'web', names: [`*.${shared}`], types: ['A'] },
          { label: 'extra', names: [`*.${shared}`], types: ['A'] },
          { group: 'all', names: [`*.${shared}`], types: ['A'] },
        ],
      }),
    });
    const more = { labels: ['web', 'extra'], environment: 'prod' };
    scene.has(...three.map((name) => scene.server(name, more)));
    expect(await scene.apply()).toMatchObject({ code: 0, stderr: '' });
    await scene.watch(three);
  });
  afterAll(() => scene?.stop());

  const names = async (): Promise<readonly string[]> =>
    (await scene.content()).filter((line) => line.includes(' A 60 ')).map((line) => line.split(' ')[0] ?? '');

  it('are all there before', async () => {
    expect(await names()).toEqual(['api', 'extra', 'group', 'www']);
  });

  it('a claim goes at once', async () => {
    scene.repository.write('labels.yaml', JSON.stringify(labels(scene.shared, 'api')));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await names()).toEqual(['extra', 'group', 'www']);
  });

  it('a label goes with its claims', async () => {
    scene.repository.write('labels.yaml', JSON.stringify(labels(scene.shared, 'api', 'label')));
    configure(scene, (settings) => ({
      ...settings,
      grants: [
        { label: 'web', names: [`*.${scene.shared}`], types: ['A'] },
        { group: 'all', names: [`*.${scene.shared}`], types: ['A'] },
      ],
    }));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await names()).toEqual(['group', 'www']);
  });

  it('a group stays while the answer leaves open what became of its servers, and goes once it does not', async () => {
    scene.repository.write('groups.yaml', JSON.stringify({ groups: {} }));
    configure(scene, (settings) => ({
      ...settings,
      grants: [{ label: 'web', names: [`*.${scene.shared}`], types: ['A'] }],
    }));
    scene.inventory.paged(1);
    scene.inventory.bend(bends.pageSkipped);
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('withheld by absence');
    expect(code).toBe(1);
    expect(await names()).toEqual(['group', 'www']);
    scene.inventory.bend(null);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await names()).toEqual(['www']);
    await scene.expectAll(three);
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe("the inventory's own place in hostmaster.yaml", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  it('renamed is still the same servers: nothing moves', async () => {
    configure(scene, ({ inventory, ...settings }) => {
      const { lab } = inventory as Record<string, unknown>;
      return { ...settings, inventory: { barn: lab } };
    });
    const { code, stdout } = await scene.apply();
    expect(stdout).toBe('Plan: no changes.\n');
    expect(code).toBe(0);
  });

  it('renamed while a server is missing: it loses nothing until that is proven anew', async () => {
    configure(scene, ({ inventory, ...settings }) => {
      const { barn } = inventory as Record<string, unknown>;
      return { ...settings, inventory: { byre: barn } };
    });
    scene.has('web1', 'web3');
    for (let i = 0; i < 3; i += 1) {
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('Plan: no changes; 3 withheld.');
      expect(code).toBe(0);
      await scene.expectAll(three);
      scene.pass(4 * minute);
    }
    scene.has(...three);
    expect(await scene.apply()).toMatchObject(nothing);
  });

  it('taken out, from zones that have no file: they are left alone, and it is said', async () => {
    const before = settingsOf(scene);
    configure(scene, without('inventory'));
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('no inventory is configured, so registration, labels and groups have no effect');
    expect(stdout).toContain('Plan: no changes');
    expect(code).toBe(0);
    await scene.expectAll(three);
    configure(scene, () => before);
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

const without =
  (...keys: readonly string[]) =>
  (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.includes(key)));

describe('the inventory taken out of hostmaster.yaml, where the zones have files', () => {
  let scene: Scene;
  const own = ['api A 300 192.0.2.7', 'spare A 300 192.0.2.8'];
  const zoneFile = `${apexYaml}${own.map((line) => `${line.split(' ')[0]}: {type: A, ttl: 300, value: ${line.split(' ')[3]}}\n`).join('')}`;

  beforeAll(async () => {
    scene = await makeScene(pdns, { zones: { forward: { static: undefined }, shared: { static: undefined } } });
    for (const zone of [scene.forward, scene.shared]) {
      scene.repository.write(`zones/${zone.slice(0, -1)}.yaml`, zoneFile);
    }
    expect(await scene.apply()).toMatchObject({ code: 0, stderr: '' });
    await scene.watch(three);
  });
  afterAll(() => scene?.stop());

  const all = (): readonly string[] => [...scene.lines(three), ...own, ...own].sort();

  for (const gone of [['inventory'], ['inventory', 'registration']]) {
    it(`without ${gone.join(' and ')} every name that servers wrote stays for as long as nobody says what became of it`, async () => {
      const before = settingsOf(scene);
      configure(scene, without(...gone));
      for (let i = 0; i < 5; i += 1) {
        const { stdout } = await scene.apply();
        expect(stdout).toContain('no inventory is configured');
        expect(stdout).not.toMatch(/unaccounted for in [1-9]/);
        expect(stdout).toContain('Plan: no changes');
        expect(await scene.content()).toEqual(all());
        scene.pass(6 * minute);
      }
      configure(scene, () => before);
      expect(await scene.apply()).toMatchObject(nothing);
    });
  }

  it('what zone files have of their own goes on meanwhile, where no server can have a name', async () => {
    configure(scene, without('inventory', 'registration'));
    scene.repository.write(`zones/${scene.forward.slice(0, -1)}.yaml`, zoneFile.replace(/spare.*\n/, ''));
    const { stdout } = await scene.apply();
    expect(stdout).toContain('Plan: 1 delete; 4 withheld');
    expect(await scene.content()).toEqual([...scene.lines(three), ...own, own[0]].sort());
  });
});
