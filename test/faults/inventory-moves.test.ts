import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { makeScene, minute, nothing, type Scene, type SceneOptions, three } from './inventory-scene.ts';
import { apexYaml, overwrite, rrset } from './zone.ts';

// Names and addresses that move between servers, and to zone files: every answer is right all the while.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

/** A test in a lab of its own, where all that is watched answers to the end. */
const lab =
  (
    body: (scene: Scene) => Promise<void>,
    options: SceneOptions = {},
    prepare: (scene: Scene) => void = () => undefined,
  ) =>
  async (): Promise<void> => {
    const scene = await makeScene(pdns, options);
    try {
      prepare(scene);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      await scene.watch(three);
      await body(scene);
      await scene.unwatch();
    } finally {
      await scene.stop();
    }
  };

const whole = (scene: Scene, servers: Readonly<Record<string, number>>, claim: readonly number[]): readonly string[] =>
  [
    ...Object.entries(servers).flatMap(([name, number]) => [
      `${name} A 300 ${scene.address(number)}`,
      `${number} PTR 300 ${name}.${scene.forward}`,
    ]),
    `www A 60 ${claim.map(scene.address).join(' ')}`,
  ].sort();

describe('servers that move', () => {
  it(
    'two that change places: A and PTR agree after one pass, and nothing goes unanswered',
    lab(async (scene) => {
      scene.has(
        scene.server('web1', { ips: [scene.address(2)] }),
        scene.server('web2', { ips: [scene.address(1)] }),
        'web3',
      );
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(whole(scene, { web1: 2, web2: 1, web3: 3 }, [1, 2, 3]));
      expect(await scene.apply()).toMatchObject(nothing);
    }),
  );

  it(
    'two that change places, of which an answer that is not complete has one only: the rest follows with the next',
    lab(async (scene) => {
      await scene.watch(three, ['web1', 'web2']);
      scene.has(
        scene.server('web1', { ips: [scene.address(2)] }),
        scene.server('web2', { ips: [scene.address(1)] }),
        'web3',
      );
      scene.inventory.bend(bends.lost('web2'));
      const { code } = await scene.apply();
      expect(code).toBe(1);
      const between = await scene.content();
      expect(between).toContain(`web2 A 300 ${scene.address(2)}`);
      expect(between.filter((line) => line.includes(' PTR '))).toHaveLength(3);
      scene.inventory.bend(null);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(whole(scene, { web1: 2, web2: 1, web3: 3 }, [1, 2, 3]));
    }),
  );

  it(
    'one that is given the address of a missing one: its PTR is its own at once, the other A waits',
    lab(async (scene) => {
      await scene.watch(['web1'], ['web1', 'web2'], [`web2.${scene.forward}`, `web3.${scene.forward}`]);
      scene.has('web1', scene.server('web3', { ips: [scene.address(2)] }));
      for (let i = 0; i < 3; i += 1) {
        scene.pass(4 * minute);
        expect(await scene.apply()).toMatchObject({ code: 0 });
        expect(await scene.content()).toEqual(
          [...whole(scene, { web1: 1, web3: 2 }, [1, 2]), `web2 A 300 ${scene.address(2)}`].sort(),
        );
      }
      await scene.watch(['web1'], ['web1', 'web2'], [`web3.${scene.forward}`]);
      scene.pass(4 * minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(whole(scene, { web1: 1, web3: 2 }, [1, 2]));
    }),
  );

  it(
    'one that is given the address of a missing one keeps the PTR while the inventory is down',
    lab(async (scene) => {
      await scene.watch(['web1'], ['web1', 'web2'], [`web2.${scene.forward}`, `web3.${scene.forward}`]);
      scene.has('web1', scene.server('web3', { ips: [scene.address(2)] }));
      scene.pass(minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      for (const bend of [bends.status(500), bends.truncated, bends.noServers]) {
        scene.inventory.bend(bend);
        scene.pass(minute);
        expect((await scene.apply()).stdout).toContain('Plan: no changes');
        expect(await scene.content()).toContain(`2 PTR 300 web3.${scene.forward}`);
      }
    }),
  );

  it(
    'one whose new address came with an answer that was not complete keeps the old PTR while the inventory is down',
    lab(async (scene) => {
      await scene.watch(['web1', 'web3'], ['web1', 'web3'], [`web2.${scene.forward}`]);
      scene.has('web1', scene.server('web2', { ips: [scene.address(7)] }), 'web3');
      for (const bend of [bends.lost('web3'), bends.status(500), bends.truncated]) {
        scene.inventory.bend(bend);
        scene.pass(minute);
        expect(await scene.apply()).toMatchObject({ code: 1 });
        expect(await scene.content()).toContain(`2 PTR 300 web2.${scene.forward}`);
      }
      scene.inventory.bend(null);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(whole(scene, { web1: 1, web2: 7, web3: 3 }, [1, 3, 7]));
    }),
  );

  it(
    'the missing one comes back with another address: both have what is theirs',
    lab(async (scene) => {
      await scene.watch(['web1'], ['web1', 'web2'], [`web2.${scene.forward}`, `web3.${scene.forward}`]);
      scene.has('web1', scene.server('web3', { ips: [scene.address(2)] }));
      scene.pass(minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      scene.has(
        'web1',
        scene.server('web2', { ips: [scene.address(5)] }),
        scene.server('web3', { ips: [scene.address(2)] }),
      );
      scene.pass(minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(whole(scene, { web1: 1, web2: 5, web3: 2 }, [1, 2, 5]));
      expect(await scene.apply()).toMatchObject(nothing);
    }),
  );

  it(
    'the missing one comes back with the address that another has by now: nothing that is there goes',
    lab(async (scene) => {
      await scene.watch(['web1'], ['web1', 'web2'], [`web2.${scene.forward}`, `web3.${scene.forward}`]);
      scene.has('web1', scene.server('web3', { ips: [scene.address(2)] }));
      scene.pass(minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      scene.has('web1', 'web2', scene.server('web3', { ips: [scene.address(2)] }));
      for (let i = 0; i < 2; i += 1) {
        scene.pass(minute);
        const { code, stdout } = await scene.apply();
        expect(stdout).toContain(`both have ${scene.address(2)}`);
        expect(code).toBe(1);
        const content = await scene.content();
        expect(content.filter((line) => line.startsWith('2 PTR'))).toHaveLength(1);
        expect(content).toContain(`web2 A 300 ${scene.address(2)}`);
        expect(content).toContain(`web3 A 300 ${scene.address(2)}`);
      }
    }),
  );

  it(
    'one that is renamed: decommissioned by the old name, it has the new one with its PTR in the same pass',
    lab(async (scene) => {
      await scene.watch(['web1', 'web3'], three);
      scene.has(
        'web1',
        scene.server('web2', { state: 'decommissioned' }),
        scene.server('fresh', { ips: [scene.address(2)] }),
        'web3',
      );
      expect(await scene.apply()).toMatchObject({ code: 0 });
      expect(await scene.content()).toEqual(whole(scene, { web1: 1, fresh: 2, web3: 3 }, [1, 2, 3]));
      expect(await scene.apply()).toMatchObject(nothing);
    }),
  );

  it(
    'one that loses one of two addresses',
    lab(async (scene) => {
      const both = scene.server('web2', { ips: [scene.address(2), scene.address(7)] });
      scene.has('web1', both, 'web3');
      expect(await scene.apply()).toMatchObject({ code: 0 });
      scene.has(...three);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      await scene.expectAll(three);
      expect(await scene.apply()).toMatchObject(nothing);
    }),
  );
});

describe('a PTR that somebody else changes', () => {
  const change = (scene: Scene): Promise<void> =>
    overwrite(pdns, scene.reverse, rrset(`1.${scene.reverse}`, 'PTR', 'strange.example.net.'));
  const both = (scene: Scene): string => `1 PTR 300 strange.example.net. web1.${scene.forward}`;

  it(
    "is its server's at once, where a complete answer has that",
    lab(async (scene) => {
      await scene.unwatch();
      await change(scene);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      await scene.expectAll(three);
    }),
  );

  it(
    'is made whole and loses nothing while no answer has its server, and is its alone once one has',
    lab(async (scene) => {
      await scene.unwatch();
      for (const bend of [bends.status(500), bends.lost('web1'), bends.without('web1')]) {
        await change(scene);
        scene.inventory.bend(bend);
        scene.pass(minute);
        await scene.apply();
        expect(await scene.content()).toContain(both(scene));
        expect((await scene.apply()).stdout).toContain('Plan: no changes');
        scene.inventory.bend(null);
        expect(await scene.apply()).toMatchObject({ code: 0 });
        await scene.expectAll(three);
      }
    }),
  );

  it(
    'of a server that is given the address of another, and keeps its own, waits for proof',
    lab(async (scene) => {
      await scene.unwatch();
      scene.has(scene.server('web1', { ips: [scene.address(2)] }), 'web2', 'web3');
      expect((await scene.apply()).stdout).toContain(`both have ${scene.address(2)}`);
      await scene.expectAll(three);
      await change(scene);
      for (let i = 0; i < 3; i += 1) {
        scene.pass(4 * minute);
        expect(await scene.apply()).toMatchObject({ code: 1 });
        expect(await scene.content()).toContain(both(scene));
      }
      scene.pass(4 * minute);
      expect(await scene.apply()).toMatchObject({ code: 1 });
      await scene.expectAll(three);
    }),
  );
});

describe('a zone file takes a name over', () => {
  const filed = (body: (scene: Scene) => Promise<void>) => lab(body, { zones }, (scene) => file(scene, ''));
  const zones = { forward: { static: undefined } };
  const file = (scene: Scene, text: string): void =>
    scene.repository.write(`zones/${scene.forward.slice(0, -1)}.yaml`, `${apexYaml}${text}`);

  it(
    'of a server that is there: the file wins, the loser is an error, and the PTR does not lead elsewhere',
    filed(async (scene) => {
      file(scene, 'web2: {type: A, ttl: 300, value: 192.0.2.99}\n');
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('the zone file wins');
      expect(code).toBe(1);
      expect(await scene.content()).toContain('web2 A 300 192.0.2.99');
      file(scene, '');
      expect(await scene.apply()).toMatchObject({ code: 0 });
      await scene.expectAll(three);
    }),
  );

  it(
    'before the server comes: it has no PTR that says otherwise, until the file has its address too',
    filed(async (scene) => {
      const ptr = `4 PTR 300 web4.${scene.forward}`;
      scene.has(...three, 'web4');
      file(scene, 'web4: {type: A, ttl: 300, value: 192.0.2.99}\n');
      expect((await scene.apply()).stdout).toContain('the zone file wins');
      const content = await scene.content();
      expect(content).toContain('web4 A 300 192.0.2.99');
      expect(content).not.toContain(ptr);
      file(scene, `web4: {type: A, ttl: 300, values: [192.0.2.99, ${scene.address(4)}]}\n`);
      await scene.apply();
      expect(await scene.content()).toContain(ptr);
    }),
  );

  it(
    'of a server that is missing: the file has it at once',
    filed(async (scene) => {
      scene.has('web1', 'web3');
      file(scene, 'web2: {type: A, ttl: 300, value: 192.0.2.99}\n');
      const { stdout } = await scene.apply();
      expect(stdout).toContain('the zone file wins');
      expect(await scene.content()).toContain('web2 A 300 192.0.2.99');
      await scene.unwatch();
      for (let i = 0; i < 4; i += 1) {
        scene.pass(5 * minute);
        await scene.apply();
      }
      expect(await scene.content()).toEqual([...scene.lines(['web1', 'web3']), 'web2 A 300 192.0.2.99'].sort());
      expect(await scene.apply()).toMatchObject(nothing);
    }),
  );
});
