import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addressesOf,
  claimed,
  inLabel,
  pairsIn,
  pairsOf,
  type Records,
  reverseName,
  type Side,
  servers,
  side,
} from './sets-lab.ts';
import { makeSetsScene, type PowerDnsScene, refusing } from './sets-scene.ts';

// Invariant 7: where a part of a server is refused, all of it is as before, what others want goes on, and shared names
// have what is true of each.

let scene: PowerDnsScene;
beforeAll(async () => {
  scene = await makeSetsScene();
});
afterAll(() => scene?.stop());

/** All of a side, but for servers that are as they were. */
const expectAllBut = async (...held: readonly string[]): Promise<void> => {
  const sideOf = (server: string): Side => (held.includes(server) ? 'before' : 'after');
  const wanted = servers.flatMap((server) => addressesOf(server, sideOf(server)).map((each) => `${server} ${each}`));
  for (const records of [await scene.overApi(), await scene.overDns()]) {
    expect(pairsIn(records)).toEqual({ forward: wanted.toSorted(), reverse: wanted.toSorted() });
    // Who leaves is in no claim any more, whatever becomes of its records.
    const inClaim = inLabel.filter((server) => server !== 'web3');
    expect(claimed(records)).toEqual(inClaim.flatMap((server) => addressesOf(server, sideOf(server))).sort());
  }
};

describe('invariant 7: the reverse zone refuses', () => {
  beforeEach(async () => {
    scene.handle(null);
    scene.inventory.set(side('before'));
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
    await scene.expectSettled('before');
    scene.inventory.set(side('after'));
  });

  const cases = [
    { what: 'a PTR that comes', names: [reverseName('10.0.2.1')], held: ['web1'] },
    { what: 'a PTR that goes, after all else was written', names: [reverseName('10.0.1.2')], held: ['web2'] },
    { what: 'a PTR of IPv6', names: [reverseName('fd00:1::11')], held: ['web1'] },
    { what: 'the PTR of a server that comes', names: [reverseName('10.0.2.4')], held: ['web4'] },
    { what: 'the PTR of a server that goes', names: [reverseName('fd00:1::3')], held: ['web3'] },
    { what: 'one of two addresses that are exchanged', names: [reverseName('10.0.1.6')], held: ['web5', 'web6'] },
    {
      what: 'PTRs of two servers, at both ends of the pass',
      names: [reverseName('10.0.2.1'), reverseName('10.0.1.2')],
      held: ['web1', 'web2'],
    },
  ] as const;
  for (const { what, names, held } of cases) {
    it(`${what}: ${held.join(' and ')} as before, the others as they should be, however often`, async () => {
      scene.handle(refusing(names));
      for (let i = 0; i < 2; i += 1) {
        const { code, stdout } = await scene.run('apply', '--yes');
        expect(code).toBe(1);
        expect(stdout).toContain('not today');
        await expectAllBut(...held);
        expect(await scene.journalled()).toEqual([]);
      }
      scene.handle(null);
      expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
      await scene.expectSettled('after');
    });
  }
});

describe('invariant 7: every answer is right in between', () => {
  /** What is answered before each write of an apply that leads to a side, and after the last. */
  const watched = async (which: Side): Promise<readonly Records[]> => {
    scene.inventory.set(side(which));
    const seen: Records[] = [];
    scene.handle(async ({ method }) => {
      if (method === 'PATCH') seen.push(await scene.overDns());
      return undefined;
    });
    expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
    scene.handle(null);
    return [...seen, await scene.overDns()];
  };

  /** From which of them on something is no longer what it was at first. */
  const firstMove = (all: readonly (readonly string[])[]): number =>
    all.findIndex((each) => each.join() !== all[0]?.join());

  // Of an address that is exchanged, the PTR has the new server before that one has the address.
  const notExchanged = (pair: string): boolean => !/web[56]/.test(pair);

  const isIn = (pairs: readonly string[], address: string): boolean =>
    pairs.some((pair) => pair.endsWith(` ${address}`));

  for (const which of ['after', 'before'] as const) {
    it(`on the way to ${which}: PTRs come before addresses, claims follow these, what goes leaves claims first and its PTR last`, async () => {
      scene.inventory.set(side(which === 'after' ? 'before' : 'after'));
      expect(await scene.run('apply', '--yes')).toMatchObject({ code: 0 });
      const seen = await watched(which);
      expect(seen).toHaveLength(9);
      const inClaim = seen.map(claimed);
      const pairs = seen.map(pairsIn);
      const [goes, last] = which === 'after' ? ['web3', 'before' as const] : ['web4', 'after' as const];
      for (const [i, { forward, reverse }] of pairs.entries()) {
        expect(reverse).toEqual(expect.arrayContaining(forward.filter(notExchanged)));
        const come = inClaim[i]?.filter((address) => inClaim[0]?.includes(address) === false) ?? [];
        expect(come.filter((address) => !isIn(forward, address))).toEqual([]);
        const leaving = addressesOf(goes, last).filter((address) => inClaim[i]?.includes(address));
        expect(leaving.filter((address) => !isIn(forward, address))).toEqual([]);
      }
      // The claim is the next write after the addresses.
      const moved = firstMove(pairs.map(({ forward }) => pairsOf('web1', forward)));
      expect(firstMove(inClaim)).toBe(moved + 1);
      await scene.expectSettled(which);
    });
  }
});
