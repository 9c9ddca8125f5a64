import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { appliedScene, configure, minute, nothing, type Scene, three, withheldIn } from './inventory-scene.ts';

// Invariant 1, where a person says that a server is gone: it goes as a whole, and for good.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

const rest = ['web1', 'web3'];
const absent = 'absent:lab/web2';

let scene: Scene;
afterEach(() => scene?.stop());
/** A scene where web2 has been missing for one apply. */
const withoutOne = async (servers: readonly string[] = three): Promise<void> => {
  scene = await appliedScene(pdns, { servers });
  scene.has(...servers.filter((name) => name !== 'web2'));
  scene.pass(minute);
  expect(await scene.apply()).toMatchObject({ code: 0 });
  await scene.expectAll(servers);
  await scene.watch(rest);
};
/** Half a minute later, an hour later, and straight after it, nothing comes back. */
const expectGone = async (): Promise<void> => {
  await scene.expectAll(rest);
  for (const wait of [0, minute / 2, 60 * minute]) {
    scene.pass(wait);
    expect(await scene.run('plan')).toMatchObject(nothing);
    expect(await scene.apply()).toMatchObject(nothing);
  }
  await scene.expectAll(rest);
};
const allowsIn = ({ changesets }: Awaited<ReturnType<Scene['plan']>>['plan']): readonly (string | null)[] => [
  ...new Set(changesets.flatMap(({ withheld }) => withheld.map(({ allow }) => allow))),
];

describe('invariant 1: --allow absent:INVENTORY/SERVER', () => {
  it('is what each withheld change of a server prints; it takes all of them, and is remembered until the server is back', async () => {
    await withoutOne();
    const { plan } = await scene.plan();
    expect(withheldIn(plan)).toHaveLength(3);
    expect(allowsIn(plan)).toEqual([absent]);
    expect((await scene.run('plan', '--allow', absent)).stdout).toContain('Plan: 1 replace and 2 deletes.');
    expect((await scene.run('plan')).stdout, 'a plan remembers nothing').toContain('3 withheld');
    const { code, stdout } = await scene.apply('--allow', absent);
    expect(stdout).toContain('Plan: 1 replace and 2 deletes.');
    expect(code).toBe(0);
    await expectGone();
    scene.has(...three);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three);
    scene.has(...rest);
    scene.pass(minute);
    expect((await scene.apply()).stdout, 'and forgotten then').toContain('Plan: no changes; 3 withheld.');
    await scene.expectAll(three);
  });

  it('of a server that its inventory has is refused, and nothing is written', async () => {
    await withoutOne();
    for (const args of [['plan'], ['apply', '--yes']]) {
      const { code, stderr, stdout } = await scene.run(...args, '--allow', 'absent:lab/web1', absent);
      expect(stderr).toContain('--allow absent:lab/web1: the answer of inventory lab has that server');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
    await scene.expectAll(three);
  });

  it.each([
    ['absent:dc/web2', 1, '--allow absent:dc/web2: not configured in hostmaster.yaml (inventories: lab)'],
    ['absent:lab/web9', 0, 'let nothing through: nothing is known of that server'],
    ['absent:lab/db*', 0, 'let nothing through: no server of lab that matches is missing'],
    ['absent:lab', 1, 'it takes GUARD:ZONE'],
  ])('%s says what is wrong with it', async (allow, wanted, words) => {
    await withoutOne();
    const { code, stderr, stdout } = await scene.run('plan', '--allow', allow);
    expect(`${stdout}${stderr}`).toContain(words);
    expect(code).toBe(wanted);
  });

  it('a glob takes those that complete answers lack, and only a name takes one while the inventory is silent', async () => {
    await withoutOne();
    scene.inventory.bend(bends.status(500));
    scene.pass(minute);
    expect(await scene.apply('--allow', 'absent:lab/web*')).toMatchObject({ code: 1 });
    await scene.expectAll(rest);
    await scene.watch(['web3'], ['web3']);
    expect(await scene.apply('--allow', 'absent:lab/web1')).toMatchObject({ code: 1 });
    await scene.expectAll(['web3']);
    scene.inventory.bend(null);
    scene.pass(minute);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(rest);
  });

  it('is remembered where the set could not be written: the next apply does it', async () => {
    await withoutOne();
    const filtered = await scene.apply('--zone', scene.reverse, '--allow', absent);
    expect(filtered.stdout).toContain('withheld by filter');
    expect(filtered.code).toBe(3);
    await scene.expectAll(three);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await expectGone();
  });

  it('leaves the last answer of a claim to never_empty, and the server stays gone', async () => {
    scene = await appliedScene(pdns, { servers: ['web1', 'web2'] });
    scene.has(scene.server('web1', { labels: [] }), 'web2');
    await scene.watch(['web1'], ['web2']);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    scene.has(scene.server('web1', { labels: [] }));
    scene.pass(minute);
    for (const more of [['--allow', absent], []]) {
      const { code, stdout } = await scene.apply(...more);
      expect(stdout).toContain('withheld by never_empty');
      expect(code).toBe(3);
      await scene.expectAll(['web1'], ['web2']);
      scene.pass(minute);
    }
    await scene.watch(['web1'], []);
    expect(await scene.apply('--allow', `never_empty:${scene.shared}/pdns:www.${scene.shared}`)).toMatchObject({
      code: 0,
    });
    await scene.expectAll(['web1'], []);
    expect((await scene.apply()).stdout).toContain('Plan: no changes; 1 warning.');
  });

  it('stands while the entry of the server cannot be used, and ends with one that can', async () => {
    await withoutOne();
    expect(await scene.apply('--allow', absent)).toMatchObject({ code: 0 });
    scene.has(...rest, scene.server('web2', { ips: ['none'] }));
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('inventory-entry');
    expect(stdout).toContain('Plan: no changes');
    expect(code).toBe(1);
    await scene.expectAll(rest);
    scene.has(...three);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three);
  });

  it('in a reviewed plan it is remembered as well: the records do not come back', async () => {
    await withoutOne();
    const file = join(scene.repository.folder, 'plan.json');
    expect(await scene.run('plan', '--allow', absent, '--out', file)).toMatchObject({ code: 0 });
    const refused = await scene.run('apply', '--yes', '--plan', file);
    expect(refused.stderr).toContain(`it takes servers as gone, which needs --allow ${absent}`);
    expect(refused.code).toBe(3);
    expect(await scene.run('apply', '--yes', '--plan', file, '--allow', absent)).toMatchObject({ code: 0 });
    await expectGone();
  });
});

describe('invariant 1: --allow absence:ZONE/TARGET:NAME', () => {
  it.each([
    ['an A', () => `absence:${scene.forward}/pdns:web2.${scene.forward}`],
    ['a PTR', () => `absence:${scene.reverse}/pdns:2.${scene.reverse}`],
    ['a claim', () => `absence:${scene.shared}:www.${scene.shared}`],
    ['a zone', () => `absence:${scene.reverse}`],
  ])('of %s of an absent server takes the server, and says so', async (_what, allow) => {
    await withoutOne();
    const { code, stdout } = await scene.apply('--allow', allow());
    expect(stdout).toContain('takes lab/web2 as gone, with all records and claims');
    expect(stdout).toContain(`--allow ${absent}`);
    expect(stdout).toContain('Plan: 1 replace and 2 deletes;');
    expect(code).toBe(0);
    await expectGone();
  });
});

describe('invariant 1: a server that only its values tell of', () => {
  const forgetServers = (): void => {
    const database = new DatabaseSync(scene.state);
    database.exec('DELETE FROM inventories; DELETE FROM inventory_servers');
    database.close();
  };

  it.each([['absent:lab/web2'], ['absent:lab/*'], ['absence']])('is taken whole by %s', async (given) => {
    await withoutOne();
    forgetServers();
    const { plan } = await scene.plan();
    expect(allowsIn(plan)).toEqual([absent]);
    expect(plan.changesets[0]?.withheld[0]?.reason).toContain(
      "written for lab/web2, and that server's fate is unknown",
    );
    const allow = given === 'absence' ? `absence:${scene.reverse}/pdns:2.${scene.reverse}` : given;
    expect(await scene.apply('--allow', allow)).toMatchObject({ code: 0 });
    await expectGone();
    scene.has(...three);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(three);
  });

  it('is taken by no glob while its inventory gives no answer', async () => {
    await withoutOne();
    forgetServers();
    scene.inventory.bend(bends.status(500));
    const { stdout } = await scene.apply('--allow', 'absent:lab/*');
    expect(stdout).toContain('Plan: no changes; 7 withheld');
    await scene.expectAll(three);
    scene.inventory.bend(null);
  });

  it.each([['absent:lab/web2'], ['absent:lab/**']])(
    'is taken by %s where its inventory has another name now, and that is remembered',
    async (allow) => {
      await withoutOne();
      configure(scene, ({ inventory, ...others }) => {
        const { lab } = inventory as Readonly<Record<string, unknown>>;
        return { ...others, inventory: { barn: lab } };
      });
      const { plan } = await scene.plan();
      expect(allowsIn(plan)).toEqual([absent]);
      const filtered = await scene.apply('--zone', scene.forward, '--allow', allow);
      expect(filtered.stdout).toContain('withheld by filter');
      await scene.expectAll(three);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      await expectGone();
    },
  );
});

describe('invariant 1: a value that nobody accounts for', () => {
  const stray = () => ({ name: `stray.${scene.shared}`, line: 'stray A 300 10.9.9.9' });
  const addByHand = async (): Promise<void> => {
    const { name } = stray();
    const rrset = { name, type: 'A', ttl: 300, changetype: 'REPLACE', records: [{ content: '10.9.9.9' }] };
    expect(await pdns.api('PATCH', `/zones/${scene.shared}`, { rrsets: [rrset] })).toMatchObject({ status: 204 });
  };
  const has = async (): Promise<boolean> => (await scene.content()).includes(stray().line);

  it('needs as many complete answers as a server does, and the plan straight after an apply is empty', async () => {
    scene = await appliedScene(pdns);
    await addByHand();
    scene.has(...rest);
    await scene.watch(rest);
    for (const wait of [1, 6, 6]) {
      expect(await has()).toBe(true);
      scene.pass(wait * minute);
      expect(await scene.apply()).toMatchObject({ code: 0 });
      const { stdout } = await scene.run('plan');
      expect(stdout).toMatch(/^Plan: no changes\.$|^Plan: no changes; 4 withheld\.$/m);
    }
    expect(await has()).toBe(false);
    await scene.expectAll(rest);
  });

  it.each([['apply'], ['apply --plan'], ['--allow absence']])(
    'that went by %s and is added by hand again needs a proof of its own',
    async (how) => {
      scene = await appliedScene(pdns);
      await addByHand();
      scene.pass(minute);
      for (let i = 0; i < 2; i += 1) {
        expect(await scene.apply()).toMatchObject({ code: 0 });
        scene.pass(6 * minute);
      }
      const file = join(scene.repository.folder, 'plan.json');
      if (how === 'apply') expect(await scene.apply()).toMatchObject({ code: 0 });
      if (how === '--allow absence') {
        const allow = `absence:${scene.shared}/pdns:${stray().name}`;
        expect(await scene.apply('--allow', allow)).toMatchObject({ code: 0 });
      }
      if (how === 'apply --plan') {
        expect(await scene.run('plan', '--out', file)).toMatchObject({ code: 0 });
        expect(await scene.run('apply', '--yes', '--plan', file)).toMatchObject({ code: 0 });
      }
      expect(await has()).toBe(false);
      await addByHand();
      scene.pass(minute);
      expect((await scene.apply()).stdout).toContain('unaccounted for in 1 of 3 complete snapshots');
      scene.pass(20 * minute);
      expect((await scene.apply()).stdout).toContain('unaccounted for in 2 of 3 complete snapshots');
      expect(await has()).toBe(true);
    },
  );
});
