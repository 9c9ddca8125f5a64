import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { bends } from '../servers/inventory.ts';
import { type Netbox, startNetbox } from '../servers/inventory-netbox.ts';
import { secretOf } from '../servers/secret.ts';
import {
  appliedScene,
  configure,
  makeScene,
  minute,
  nothing,
  type Scene,
  three,
  twelve,
  waitForInventory,
  withheldIn,
} from './inventory-scene.ts';
import { type ApiRRset, serialOf } from './zone.ts';

// Outages that began with a source of names that was not what it seemed, each replayed with servers of an inventory.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

describe('GitHub Pages, April 2026: a scheduled run deleted one live record that its source had left out once', () => {
  it('one of twelve is under every percentage, and stays; the run after that has nothing to do', async () => {
    const scene = await appliedScene(pdns, { servers: twelve });
    scene.inventory.bend(bends.without('web7'));
    scene.pass(minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('server lab/web7 is missing from 1 of 3 complete snapshots');
    expect(stdout).not.toContain('max_delete_percent');
    expect(code).toBe(0);
    await scene.expectAll(twelve);
    scene.inventory.bend(null);
    scene.pass(minute);
    expect(await scene.apply()).toMatchObject(nothing);
    await scene.stop();
  });
});

describe('NetBox paging: one object comes twice, another is left out, and the count stays right', () => {
  let scene: Scene;
  let netbox: Netbox;

  beforeAll(async () => {
    scene = await makeScene(pdns, { servers: twelve });
    netbox = await startNetbox({ version: '4.5' });
    for (const [i, name] of twelve.entries()) {
      netbox.devices.push({ id: i + 1, name, tags: ['web'] });
      netbox.addresses.push({ id: i + 1, address: `${scene.address(i + 1)}/24`, device: i + 1 });
    }
    const lab = {
      type: 'netbox',
      url: netbox.url,
      token: secretOf('nbt_Ab3dEf6hIj9k.0123456789abcdefghijklmnopqrstuvwxyzABCD'),
      page_size: 5,
    };
    configure(scene, (settings) => ({ ...settings, inventory: { lab } }));
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.expectAll(twelve);
    await scene.watch(twelve);
  });
  afterAll(async () => {
    await netbox?.stop();
    await scene?.stop();
  });

  it('is noticed, and the ones left out stay, run after run: exit 1', async () => {
    netbox.become({ pagingFault: 'always' });
    for (let i = 0; i < 4; i += 1) {
      scene.pass(5 * minute);
      const { code, stdout } = await scene.apply();
      expect(stdout).toContain('came twice, so that another one was left out');
      expect(stdout).toContain('Plan: no changes; 1 error.');
      expect(code).toBe(1);
    }
    await scene.expectAll(twelve);
  });

  it('is none by cursor', async () => {
    netbox.become({ version: '4.7' });
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe('AWS DynamoDB, October 2025: a delayed enactor wrote an older plan over a newer one', () => {
  let scene: Scene;
  let older: string;
  beforeAll(async () => {
    scene = await makeScene(pdns);
    older = join(scene.repository.folder, 'older.json');
    expect(await scene.apply()).toMatchObject({ code: 0 });
    await scene.watch(['web1'], ['web1', 'web2'], [`web2.${scene.forward}`, `web3.${scene.forward}`]);
    scene.has(
      'web1',
      scene.server('web2', { ips: [scene.address(22)] }),
      scene.server('web3', { state: 'decommissioned' }),
    );
    expect(await scene.run('plan', '--out', older)).toMatchObject({ code: 0 });
    scene.has('web1', scene.server('web2', { ips: [scene.address(23)] }), 'web3');
    expect(await scene.apply()).toMatchObject({ code: 0 });
  });
  afterAll(() => scene?.stop());

  const newer = (): readonly string[] => {
    const claim = [1, 23, 3].map(scene.address).join(' ');
    const moved = [`web2 A 300 ${scene.address(23)}`, `23 PTR 300 web2.${scene.forward}`, `www A 60 ${claim}`];
    return [...scene.lines(['web1', 'web3'], []), ...moved].sort();
  };

  it('the older plan is refused whole, exit 3: neither its addresses nor its clean-up are written anywhere', async () => {
    const serials = () => Promise.all([scene.forward, scene.reverse, scene.shared].map((zone) => serialOf(pdns, zone)));
    const before = await serials();
    const { code, stderr } = await scene.apply('--plan', older);
    expect(stderr).toContain('the plan is stale, and nothing was written: these RRsets have changed since the plan:');
    expect(stderr).toContain(`web2.${scene.forward} A`);
    expect(code).toBe(3);
    expect(await scene.content()).toEqual(newer());
    expect(await serials()).toEqual(before);
  });

  it('records that somebody deleted by hand are there again after the next run', async () => {
    await scene.unwatch();
    for (const zone of [scene.forward, scene.reverse, scene.shared]) {
      const { body } = await pdns.api('GET', `/zones/${zone}`);
      const { rrsets } = body as { readonly rrsets: readonly ApiRRset[] };
      const own = rrsets.filter(({ name, type }) => ['A', 'PTR'].includes(type) && /^(web\d|\d+|www)\./.test(name));
      const deletes = own.map(({ name, type }) => ({ name, type, changetype: 'DELETE' }));
      expect(await pdns.api('PATCH', `/zones/${zone}`, { rrsets: deletes })).toMatchObject({ status: 204 });
    }
    expect(await scene.content()).toEqual([]);
    expect(await scene.apply()).toMatchObject({ code: 0 });
    expect(await scene.content()).toEqual(newer());
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe('ExternalDNS #2858 and #414: an API that timed out gave an empty list, and all records went', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await appliedScene(pdns);
  });
  afterAll(() => scene?.stop());

  it('no answer is no list: every name stays, however long it lasts, exit 1', async () => {
    scene.inventory.bend(bends.silent);
    waitForInventory(scene, '1s');
    for (let i = 0; i < 4; i += 1) {
      scene.pass(60 * minute);
      expect((await scene.apply()).code).toBe(1);
    }
    waitForInventory(scene);
    await scene.expectAll(three);
  });

  it('an empty list is none that is believed: every name stays, and after the limits a person is asked, exit 3', async () => {
    scene.inventory.bend(bends.noServers);
    const codes: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      scene.pass(10 * minute);
      codes.push((await scene.apply()).code);
      await scene.expectAll(three);
    }
    expect(codes).toEqual([0, 0, 3, 3, 3, 3]);
  });

  it('an empty list that follows a lost state is not believed either', async () => {
    scene.forget();
    scene.pass(10 * minute);
    const { code, stdout } = await scene.apply();
    expect(stdout).toContain('Plan: no changes; 7 withheld');
    expect(code).toBe(0);
    for (let i = 0; i < 4; i += 1) {
      scene.pass(10 * minute);
      const again = await scene.apply();
      expect(again.stdout).toContain('unaccounted for in 0 of 3 complete snapshots');
      expect(again.code).toBe(0);
    }
    await scene.expectAll(three);
    scene.inventory.bend(null);
    expect(await scene.apply()).toMatchObject(nothing);
  });
});

describe('HCB, August 2026: an indentation slip changed names that nobody meant to touch', () => {
  let scene: Scene;
  const text = (shared: string) => `labels:
  web:
    dns:
      claims:
        - { name: www.${shared}, type: A }
  mail:
    dns:
      claims:
        - { name: mail.${shared}, type: A }
`;
  beforeAll(async () => {
    scene = await makeScene(pdns, {
      settings: ({ shared }) => ({
        grants: ['web', 'mail'].map((label) => ({ label, names: [`*.${shared}`], types: ['A'] })),
      }),
    });
    scene.repository.write('labels.yaml', text(scene.shared));
    scene.has(...three.map((name) => scene.server(name, { labels: ['web', 'mail'] })));
    expect(await scene.apply()).toMatchObject({ code: 0, stderr: '' });
    await scene.watch(three, three, [`mail.${scene.shared}`]);
  });
  afterAll(() => scene?.stop());

  const slips: Readonly<Record<string, (good: string) => string>> = {
    'claims beside dns instead of below it': (good) => good.replace('      claims:', '    claims:'),
    'a label below the one before it': (good) => good.replace('  mail:', '    mail:'),
    'a list that is none': (good) => good.replace('        - { name: mail', '          { name: mail'),
    'a file that ends early': (good) => good.slice(0, good.indexOf('    dns:')),
    'an empty file': () => '',
  };
  for (const [what, slip] of Object.entries(slips)) {
    it(`${what}: said with its line, and no live name is emptied`, async () => {
      const whole = await scene.content();
      scene.repository.write('labels.yaml', slip(text(scene.shared)));
      const { code, stdout } = await scene.apply();
      expect(stdout).toMatch(/labels\.yaml:\d+:\d+: error|withheld by never_empty/);
      expect(stdout).toContain('Plan: no changes');
      expect(code).toBe(what === 'an empty file' ? 3 : 1);
      expect(await scene.content()).toEqual(whole);
      scene.repository.write('labels.yaml', text(scene.shared));
      expect(await scene.apply()).toMatchObject(nothing);
    });
  }

  it('each change names its server, its label and its line, in the plan and by explain', async () => {
    scene.has(...[...three, 'web4'].map((name) => scene.server(name, { labels: ['web', 'mail'] })));
    const { plan } = await scene.plan();
    const origins = plan.changesets.flatMap(({ changes }) =>
      changes.flatMap(({ name, type, after }) =>
        (after?.values ?? [])
          .filter(({ rdata }) => [scene.address(4), `web4.${scene.forward}`].includes(rdata))
          .map(({ origins: [origin] }) => [`${name} ${type}`, origin]),
      ),
    );
    expect(Object.fromEntries(origins)).toMatchObject({
      [`web4.${scene.forward} A`]: { kind: 'registration', server: 'web4', inventory: 'lab', file: 'hostmaster.yaml' },
      [`4.${scene.reverse} PTR`]: { kind: 'registration', server: 'web4', inventory: 'lab' },
      [`www.${scene.shared} A`]: { kind: 'claim', label: 'web', server: 'web4', file: 'labels.yaml', line: 5 },
      [`mail.${scene.shared} A`]: { kind: 'claim', label: 'mail', server: 'web4', file: 'labels.yaml', line: 9 },
    });
    expect(withheldIn(plan)).toEqual([]);
    const { stdout } = await scene.run('explain', `mail.${scene.shared}`, 'A');
    expect(stdout).toMatch(/web4.*mail.*labels\.yaml:9/);
  });
});
