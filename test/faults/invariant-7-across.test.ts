import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AcrossWorld, acrossProviders } from './sets-across.ts';
import { otherSide, sideOf, survivesKills, writes } from './sets-kills.ts';
import { addressesOf, claimed, inLabel, pairsIn, pairsOf, reverseName, side, zones } from './sets-lab.ts';
import { type SetsScene, sceneIn } from './sets-scene.ts';

// Invariant 7 across providers: names on PowerDNS, PTRs on BIND, and what servers share on Route 53 are whole together.

describe('invariant 7 across PowerDNS, BIND and Route 53', () => {
  let world: AcrossWorld;
  let scene: SetsScene;
  beforeAll(async () => {
    world = await acrossProviders();
    scene = await sceneIn(world);
    await scene.watch();
  });
  afterAll(async () => {
    await scene?.stop();
  });

  it('an apply leads from side to side in order: PTRs, names, what is shared, names, PTRs', async () => {
    for (let i = 0; i < 2; i += 1) {
      const at = otherSide(await sideOf(scene));
      scene.inventory.set(side(at));
      scene.clear();
      expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
      const kinds = scene
        .writes()
        .map((zone) => (zone === zones.forward ? 'names' : zone === zones.shared ? 'shared' : 'PTR'));
      expect(kinds.filter((kind, n) => kind !== kinds[n - 1])).toEqual(['PTR', 'names', 'shared', 'names', 'PTR']);
      expect(kinds).toHaveLength(writes);
      await scene.expectSettled(at);
    }
  });

  it('BIND refuses a PTR: its server is as before at all three, the others go on', async () => {
    const at = otherSide(await sideOf(scene));
    scene.inventory.set(side(at));
    await world.denyAtBind(reverseName(addressesOf('web1', at)[0] ?? ''));
    const refused = await scene.run('apply', '--yes');
    expect(refused).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('all records of server web1 (lab) are written or none'),
    });
    await scene.expectWhole();
    const records = await scene.overDns();
    const { forward } = pairsIn(records);
    expect(pairsOf('web1', forward)).toEqual(
      addressesOf('web1', otherSide(at))
        .map((address) => `web1 ${address}`)
        .sort(),
    );
    expect(pairsOf('web2', forward)).toEqual(
      addressesOf('web2', at)
        .map((address) => `web2 ${address}`)
        .sort(),
    );
    expect(claimed(records)).toEqual(
      inLabel
        .filter((server) => addressesOf(server, at).length > 0)
        .flatMap((server) => addressesOf(server, server === 'web1' ? otherSide(at) : at))
        .sort(),
    );
    expect(await scene.journalled()).toEqual([]);
    await world.denyAtBind();
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
    await scene.expectSettled(at);
  });

  it('nobody reaches BIND: no server changes by half, and all is made good', async () => {
    const at = otherSide(await sideOf(scene));
    scene.inventory.set(side(at));
    world.hideBind(true);
    const waiting = await scene.run('apply', '--yes');
    expect(waiting).toMatchObject({ code: 1, stdout: expect.stringContaining('which could not be read at bind') });
    await scene.expectWhole();
    world.hideBind(false);
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
    await scene.expectSettled(at);
  });

  describe('kill -9', () => survivesKills(() => scene));
});
