import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bends } from '../servers/inventory.ts';
import { claimed, claimedOn, entryOf, pairsIn, pairsOf, reverseName, servers, side, zones } from './sets-lab.ts';
import { makeSetsScene, type PowerDnsScene, refusing } from './sets-scene.ts';
import { overwrite, rrset } from './zone.ts';

// Invariant 7: somebody else changed what would have to be taken back. It is left alone, said, and kept in mind until a
// person put it right.

let scene: PowerDnsScene;
beforeAll(async () => {
  scene = await makeSetsScene();
});
afterAll(() => scene?.stop());

const name = `web2.${zones.forward}`;
const theirs = '203.0.113.9';
const moved = `${name} A at pdns is ${theirs} (TTL 300) now, neither 10.0.1.12 (TTL 300) as we wrote it nor 10.0.1.2 (TTL 300) as before`;
const put = (address: string) => overwrite(scene.pdns, zones.forward, rrset(name, 'A', address));

describe('invariant 7: somebody changed the A before the roll-back', () => {
  const expectStuck = async () => {
    const records = await scene.overDns();
    const { forward, reverse } = pairsIn(records);
    expect(pairsOf('web2', forward)).toEqual([`web2 ${theirs}`]);
    expect(pairsOf('web2', reverse)).toEqual(['web2 10.0.1.12', 'web2 10.0.1.2']);
    for (const server of servers.filter((each) => each !== 'web2')) {
      expect(pairsOf(server, reverse)).toEqual(pairsOf(server, forward));
    }
    expect(await scene.journalled()).toMatchObject([{ server: 'web2', stuck: moved }]);
  };

  it('it stops, names both values, and the others go on', async () => {
    scene.inventory.set(side('after'));
    scene.handle(refusing([reverseName('10.0.1.2')], () => put(theirs)));
    const { code, stdout } = await scene.run('apply', '--yes');
    scene.handle(null);
    expect(code).toBe(1);
    expect(stdout).toContain(`nothing of it was rolled back, as ${moved}`);
    await expectStuck();
    expect(claimed(await scene.overApi())).toEqual(claimedOn('after'));
  });

  it('the next apply says so and leaves its names alone', async () => {
    for (let i = 0; i < 2; i += 1) {
      scene.clear();
      const { code, stdout } = await scene.run('apply', '--yes');
      expect(code).toBe(1);
      expect(stdout).toContain(
        `error [set-not-whole] the records of web2 (lab) were left half done by an earlier apply, and ${moved}`,
      );
      expect(stdout).toContain('then the next apply continues');
      expect(scene.writes()).toEqual([]);
      await expectStuck();
    }
  });

  it('also when its address moves on, and while its inventory is down', async () => {
    const others = side('after').filter((each) => each.name !== 'web2');
    scene.inventory.set([...others, { ...entryOf('web2', 'after'), ips: ['10.0.1.22'] }]);
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 1, stdout: expect.stringContaining(moved) });
    await expectStuck();
    scene.inventory.bend(bends.status(500));
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 1, stdout: expect.stringContaining(moved) });
    await expectStuck();
    scene.inventory.bend(null);
    scene.inventory.set(side('after'));
  });

  for (const [what, address] of [
    ['as before', '10.0.1.2'],
    ['as it was to become', '10.0.1.12'],
  ] as const) {
    it(`once a person put it ${what}, the next apply continues`, async () => {
      await put(address);
      const { code, stderr } = await scene.run('apply', '--yes');
      expect(stderr).toMatch(
        /web2 \(lab\) were left half done by an apply that did not end, and were (completed|rolled back)/,
      );
      expect(code).toBe(0);
      await scene.expectSettled('after');
      // And once more, for the other way.
      if (address === '10.0.1.12') return;
      await moveAgain();
    });
  }

  const moveAgain = async (): Promise<void> => {
    scene.inventory.set(side('before'));
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
    scene.inventory.set(side('after'));
    scene.handle(refusing([reverseName('10.0.1.2')], () => put(theirs)));
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 1 });
    scene.handle(null);
    await expectStuck();
  };
});
