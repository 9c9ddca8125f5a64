import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../faults/target-repository.ts';
import { type Bind, type PowerDns, startBind, startPowerDns, uncached } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { type Applied, answerOf, expectApplied, type Lab, makeLab } from './inventory/lab.ts';
import { alwaysOneOf, startWatch } from './inventory/watch.ts';

// Where not every name server can answer LUA, checked claims are plain addresses, and no name is ever emptied for a check.

const labels = `
labels:
  pool:
    dns:
      claims:
        - { name: www.example.com, type: A, health_check: { port: 9 } }
        - { name: www.example.com, type: AAAA, health_check: { port: 9 } }
        - { name: closed.example.com, type: A, allow_empty: true, health_check: { port: 9, when_all_down: closed } }
`;
const servers = [
  { name: 'a', ips: ['127.0.0.2', '::1'], labels: ['pool'] },
  { name: 'b', ips: ['127.0.0.3'], labels: ['pool'] },
];
const both = 'NOERROR 60 127.0.0.2 60 127.0.0.3';
const plain = [
  ['www.example.com', 'A', both],
  ['www.example.com', 'AAAA', 'NOERROR 60 ::1'],
  ['closed.example.com', 'A', both],
] as const;

interface Scene {
  readonly pdns: PowerDns;
  readonly inventory: InventoryServer;
  readonly lab: Lab;
}

const open = async (lua: 'yes' | 'no'): Promise<Scene> => {
  const settings = { 'enable-lua-records': lua, 'lua-health-checks-interval': '1', ...uncached };
  const pdns = await startPowerDns({ backend: 'sqlite', settings });
  const inventory = await startInventory(servers);
  const lab = makeLab({
    // The others have no other name server than PowerDNS.
    targets: { pdns: targetOf(pdns), own: targetOf(pdns) },
    zones: {
      'example.com': { targets: ['pdns'] },
      'lab.internal': { targets: ['own'] },
      '0.0.127.in-addr.arpa': { targets: ['own'] },
      '0.0.0.0.0.0.0.0.ip6.arpa': { targets: ['own'] },
    },
    config: {
      inventory: { lab: { type: 'http', url: inventory.url, interval: '1s' } },
      registration: { zone: 'lab.internal', ttl: 300, reverse: true },
      grants: [{ label: 'pool', names: ['*.example.com'], types: ['A', 'AAAA'] }],
    },
    files: { 'labels.yaml': labels },
  });
  return { pdns, inventory, lab };
};

const close = async (scene: Scene | undefined): Promise<void> => {
  await Promise.all([scene?.pdns.stop(), scene?.inventory.stop()]);
};

const unavailable = ({ problems }: Pick<Applied, 'problems'>) =>
  problems.filter(({ rule }) => rule === 'health-check-unavailable');

const luaIn = async ({ pdns }: Scene): Promise<readonly string[]> => {
  const { body } = await pdns.api('GET', '/zones/example.com.');
  const { rrsets } = body as { readonly rrsets: readonly { readonly type: string; readonly name: string }[] };
  return rrsets
    .filter(({ type }) => type === 'LUA')
    .map(({ name }) => name)
    .sort();
};
const allLua = ['closed.example.com.', 'www.example.com.'];

/** Plain addresses at all of these name servers, an error that says why, and nothing left to do. */
const expectPlain = async (scene: Scene, applied: Applied, why: RegExp, at: readonly Pick<PowerDns, 'dns'>[]) => {
  expectApplied(applied, 1);
  const said = unavailable(applied);
  expect(said).toMatchObject([{ severity: 'error', zone: 'example.com.', target: 'pdns', file: 'labels.yaml' }]);
  expect(said[0]?.message).toContain('www.example.com., closed.example.com.: ');
  expect(said[0]?.message).toMatch(why);
  expect(await luaIn(scene)).toEqual([]);
  for (const { dns } of at) {
    for (const [name, type, wanted] of plain) expect(await answerOf(dns, name, type)).toBe(wanted);
  }
  const again = await scene.lab.settled();
  expect(unavailable(again)).toEqual(said);
};

const watchAll = (scene: Scene) =>
  startWatch(
    scene.pdns.dns,
    plain.map(([name, type, wanted]) => alwaysOneOf(name, type, wanted.replaceAll(' 60 ', ' '))),
  );

describe('lua records that are off', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await open('no');
  });
  afterAll(() => close(scene));
  const turn = async (lua: 'yes' | 'no') => {
    const { configFile } = scene.pdns;
    const text = readFileSync(configFile, 'utf8');
    writeFileSync(configFile, text.replace(/^enable-lua-records=.*$/m, `enable-lua-records=${lua}`));
    await scene.pdns.restart();
  };
  const off = /enable-lua-records is off, so that the name would not exist; set enable-lua-records=yes/;

  it('claims are plain, and the problem says what to set', async () => {
    await expectPlain(scene, await scene.lab.apply(), off, [scene.pdns]);
  });

  it('once they are on, the plain addresses are swapped for checked ones, and no answer is empty meanwhile', async () => {
    await turn('yes');
    const watch = watchAll(scene);
    await watch.round();
    expectApplied(await scene.lab.apply());
    await watch.round();
    expect((await watch.stop()).wrong.filter((each) => !/closed\S* A: NOERROR$/.test(each))).toEqual([]);
    expect(await luaIn(scene)).toEqual(allLua);
    await scene.lab.settled();
  });

  it('once they are off again, one apply makes the names answer again', async () => {
    await turn('no');
    expect(await answerOf(scene.pdns.dns, 'www.example.com')).toBe('NXDOMAIN');
    await expectPlain(scene, await scene.lab.apply(), off, [scene.pdns]);
  });
});

describe('a secondary that is BIND', () => {
  let scene: Scene;
  let bind: Bind | undefined;
  beforeAll(async () => {
    scene = await open('yes');
    expectApplied(await scene.lab.apply());
    expect(await luaIn(scene)).toEqual(allLua);
    bind = await startBind({
      secondaries: [{ name: 'example.com', primary: scene.pdns.dns }],
      options: 'max-refresh-time 1; max-retry-time 1;',
    });
  });
  afterAll(async () => {
    await Promise.all([close(scene), bind?.stop()]);
  });

  it('that is asked by verify: what was checked is plain in one step, and no answer is empty meanwhile', async () => {
    if (bind === undefined) throw new Error('no BIND');
    const at = [scene.pdns, bind].map(({ dns }) => `${dns.address}:${dns.port}`);
    // Without others, BIND answers NODATA for LUA.
    await expect.poll(() => answerOf(bind?.dns ?? scene.pdns.dns, 'www.example.com')).toBe('NOERROR');
    const withBind = targetOf(scene.pdns, { verify_at: at, verify_wait: '20s' });
    scene.lab.configure({ targets: { pdns: withBind, own: targetOf(scene.pdns) } });
    const watch = watchAll(scene);
    await watch.round();
    const applied = await scene.lab.apply();
    await watch.round();
    expect((await watch.stop()).wrong.filter((each) => !/closed\S* A: NOERROR$/.test(each))).toEqual([]);
    const why = new RegExp(`the name server ${at[1]} does not say that it is PowerDNS`);
    await expectPlain(scene, applied, why, [scene.pdns, bind]);
  });

  it('explain says what stands there, and plans nothing', async () => {
    const { stdout } = await scene.lab.run('explain', 'www.example.com', 'A');
    expect(stdout).not.toMatch(/planned|withheld|LUA/);
    expect(stdout).toContain('existing at pdns\n  A 60 127.0.0.2\n  A 60 127.0.0.3\n');
    expect(stdout).toContain('a (lab), label pool, labels.yaml:6');
  });

  it('an address that changes is plain too', async () => {
    scene.inventory.set([{ ...servers[0], ips: ['127.0.0.4', '::1'] }, servers[1] ?? {}]);
    expectApplied(await scene.lab.apply('--allow', 'max_replace_percent:example.com'), 1);
    for (const at of [scene.pdns, bind]) {
      expect(await answerOf(at?.dns ?? scene.pdns.dns, 'www.example.com')).toBe('NOERROR 60 127.0.0.3 60 127.0.0.4');
    }
    await scene.lab.settled();
  });
});
