import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Netbox, type NetboxOptions, type NetboxVersion, startNetbox } from '../../servers/inventory-netbox.ts';
import { context, defined, messagesOf, minute, type Passes, passes, rulesOf, standings } from '../take.ts';

const v1 = '0123456789abcdef0123456789abcdef01234567';
const v2 = 'nbt_Ab3dEf6hIj9k.0123456789abcdefghijklmnopqrstuvwxyzABCD';

let netbox: Netbox;

const restart = async (options: NetboxOptions): Promise<void> => {
  await netbox.stop();
  netbox = await startNetbox(options);
};

const using = (config: Readonly<Record<string, unknown>> = {}, token = v2): Passes =>
  passes(defined('netbox', { url: netbox.url, ...config }), { secretsOf: async () => ({ token }) });

const take = (config: Readonly<Record<string, unknown>> = {}, token = v2) => using(config, token).after(0);

/** So many devices, each with one address. */
const fill = (devices: number): void => {
  for (let id = 1; id <= devices; id += 1) {
    netbox.devices.push({ id, name: `web${id}` });
    netbox.addresses.push({ id, address: `192.0.2.${id}/24`, device: id });
  }
};

beforeEach(async () => {
  netbox = await startNetbox();
});

afterEach(async () => {
  await netbox.stop();
});

describe('a NetBox', () => {
  it.each<NetboxVersion>(['4.5', '4.6', '4.7'])('%s: its devices and machines are servers', async (version) => {
    await restart({ version });
    netbox.devices.push({
      id: 17,
      name: 'Web1',
      rack: 'r7',
      tags: ['web-frontend', 'dns'],
      fields: { environment: 'select:prod', cores: 8, contract: null, list: ['a'], owner: { id: 1, name: 'x' } },
      primary4: { id: 3, address: '192.0.2.13/24' },
      outOfBand: { id: 4, address: '198.51.100.4/24' },
    });
    netbox.machines.push({ id: 17, name: 'vm1', status: 'staged', primary6: { id: 9, address: '2001:db8::9/64' } });
    netbox.addresses.push(
      { id: 1, address: '192.0.2.11/24', device: 17 },
      { id: 2, address: '192.0.2.12/24', device: 17, status: 'deprecated' },
      { id: 3, address: '192.0.2.13/24', device: 17 },
      { id: 4, address: '198.51.100.4/24', device: 17 },
      { id: 5, address: '192.0.2.15/24', device: 17, role: 'vrrp' },
      { id: 6, address: '2001:db8::11/64', device: 17, status: 'slaac', role: 'secondary' },
      { id: 7, address: '192.0.2.77/24' },
      { id: 9, address: '2001:db8::9/64', machine: 17 },
    );
    const { roster } = await take();
    expect(roster.problems).toEqual([]);
    expect(roster.servers.map(({ server }) => server)).toEqual([
      {
        name: 'vm1',
        inventory: 'lab',
        ips: ['2001:db8::9'],
        labels: [],
        state: 'maintenance',
        attributes: expect.objectContaining({ kind: 'virtual_machine', cluster: 'kvm1', netbox_status: 'staged' }),
      },
      {
        name: 'web1',
        inventory: 'lab',
        ips: ['192.0.2.13', '192.0.2.11', '2001:db8::11'],
        labels: ['dns', 'web-frontend'],
        state: 'active',
        attributes: {
          kind: 'device',
          netbox_id: 17,
          netbox_status: 'active',
          serial: 'SN17',
          description: '',
          site: 'hq',
          rack: 'r7',
          role: 'server',
          platform: 'debian-13',
          device_type: 'dl380',
          environment: 'prod',
          cores: 8,
        },
      },
    ]);
    expect(roster.inventories.lab).toEqual({ servers: 2, complete: true, message: null, allow: null });
  });

  it.each([
    ['active', 'active'],
    ['decommissioning', 'decommissioned'],
    ['planned', 'maintenance'],
    ['failed', 'maintenance'],
    ['offline', 'maintenance'],
    ['constructor', 'maintenance'],
  ])('takes the status %s for %s', async (status, state) => {
    netbox.devices.push({ id: 1, name: 'web1', status });
    expect((await take()).roster.servers[0]?.server.state).toBe(state);
  });

  it('may have a custom field called ip, which is no address of the server', async () => {
    netbox.devices.push({ id: 1, name: 'web1', fields: { ip: '198.51.100.9', ips: 'x', labels: 'x' } });
    const taken = await take();
    expect(taken.roster.problems).toEqual([]);
    expect(taken.roster.servers[0]?.server).toMatchObject({ ips: [], labels: [] });
  });

  it('has devices without a name, which are no servers', async () => {
    netbox.devices.push({ id: 1, name: null }, { id: 2, name: 'web2' });
    const taken = await take();
    expect(standings(taken)).toEqual({ web2: 'present' });
    expect(taken.roster.problems).toEqual([]);
  });

  it('may name two devices alike: neither is believed, and the problem says which', async () => {
    const lab = using();
    fill(2);
    await lab.after(0);
    netbox.devices.push({ id: 30, name: 'WEB2', site: 'branch' });
    const taken = await lab.after(minute);
    expect(standings(taken)).toEqual({ web1: 'present in part', web2: 'remembered' });
    expect(messagesOf(taken)).toContain('server "web2" is in it twice (device 2; device 30)');
  });
});

describe('pages', () => {
  it('are read by cursor from 4.6 on, and counted at the end', async () => {
    fill(7);
    expect(Object.keys(standings(await take({ page_size: 3 })))).toHaveLength(7);
    const asked = netbox.requests
      .filter(({ path }) => path.includes('/devices/'))
      .map(({ path }) => path.split('?')[1]);
    expect(asked).toEqual([
      'exclude=config_context&limit=3&start=0',
      'exclude=config_context&limit=3&start=4',
      'exclude=config_context&limit=3&start=7',
      'exclude=config_context&limit=1&ordering=id',
    ]);
  });

  it('are read in the order of ids before that', async () => {
    await restart({ version: '4.5' });
    fill(7);
    const taken = await take({ page_size: 3 });
    expect(Object.keys(standings(taken))).toHaveLength(7);
    expect(taken.roster.inventories.lab?.complete).toBe(true);
    expect(
      netbox.requests.filter(({ path }) => /offset=/.test(path)).every(({ path }) => /ordering=id/.test(path)),
    ).toBe(true);
  });

  it('with one object twice and another left out are noticed, though the count is right', async () => {
    await restart({ version: '4.5', pagingFault: 'always' });
    fill(3);
    const lab = using({ page_size: 10 });
    await lab.after(0);
    fill(0);
    for (let id = 4; id <= 12; id += 1) netbox.devices.push({ id, name: `web${id}` });
    const taken = await lab.after(minute);
    expect(standings(taken)).toMatchObject({ web1: 'present in part', web12: 'present in part' });
    expect(standings(taken)).not.toHaveProperty('web11');
    expect(rulesOf(taken)).toEqual(['inventory-incomplete']);
    expect(messagesOf(taken)).toContain('the object with the id 10 came twice, so that another one was left out');
  });

  it('with the same fault are whole by cursor', async () => {
    await restart({ pagingFault: 'always' });
    fill(12);
    const taken = await take({ page_size: 5 });
    expect(Object.values(standings(taken))).toEqual(Array(12).fill('present'));
  });

  it.each<NetboxVersion>(['4.5', '4.7'])(
    '%s: addresses left out keep the answer from being complete',
    async (version) => {
      await restart({ version });
      fill(5);
      netbox.bend((url, page) =>
        url.pathname.includes('ip-addresses') && !url.searchParams.has('ordering') === (version === '4.7')
          ? { ...page, results: page.results.filter(({ id }) => id !== 2) }
          : undefined,
      );
      const taken = await take();
      expect(taken.roster.inventories.lab?.complete).toBe(false);
      expect(messagesOf(taken)).toMatch(/ip-addresses\/ has 4 objects, but says that there are 5/);
    },
  );

  it('whose count moves, or that fail in between, or lead elsewhere, prove nothing', async () => {
    await restart({ version: '4.5' });
    fill(7);
    const second = (url: URL): boolean => url.searchParams.has('offset') && url.pathname.includes('devices');
    netbox.bend((url, page) => (second(url) ? { ...page, count: 8 } : undefined));
    expect(messagesOf(await take({ page_size: 3 }))).toContain('its count moved between pages, from 7 to 8');
    netbox.bend((url) => (second(url) ? { status: 500, body: '' } : undefined));
    expect(messagesOf(await take({ page_size: 3 }))).toContain('answered 500');
    netbox.bend((_url, page) => ({ ...page, next: 'http://127.0.0.1:1/api/dcim/devices/?offset=3' }));
    expect(messagesOf(await take({ page_size: 3 }))).toContain(
      'its next leads to another origin, "http://127.0.0.1:1"',
    );
    netbox.bend((url, page) => (page.next === null ? undefined : { ...page, next: url.href }));
    expect(messagesOf(await take({ page_size: 3 }))).toContain('leads back to a page');
  });

  it('of something else than NetBox are refused', async () => {
    netbox.bend(() => ({ status: 200, body: '{"servers": []}' }));
    expect(messagesOf(await take())).toContain("no list of results, as NetBox's have; check its url");
    netbox.bend(() => ({ status: 200, body: '{"count": 1, "next": null, "results": [7]}' }));
    expect(messagesOf(await take())).toContain('a result is not an object with an id');
  });
});

describe('tokens', () => {
  it.each([
    ['1', v1, v1],
    ['2', v2, v2],
    ['2, pasted with its keyword', v2, `Bearer ${v2}`],
    ['1, pasted with its keyword', v1, `Token ${v1}\n`],
  ])('of version %s are sent as NetBox wants them', async (_name, token, given) => {
    await restart({ version: '4.5', token });
    fill(1);
    expect(messagesOf(await take({}, given))).toBe('');
  });

  it('that are refused are in no message', async () => {
    const taken = await take({}, 'nbt_wrongwrong.verysecretindeed');
    expect(messagesOf(taken)).toContain('answered 403 ("Invalid v2 token"); check its token');
    expect(JSON.stringify(taken)).not.toMatch(/verysecret|wrongwrong/);
  });
});

describe('a filter', () => {
  it('is sent, and what comes back is what it asks for', async () => {
    netbox.devices.push(
      { id: 1, name: 'web1', tags: ['dns', 'b'], fields: { tier: 'select:gold' } },
      { id: 2, name: 'web2', tags: ['dns'], role: 'switch', fields: { tier: 'select:gold' } },
      { id: 3, name: 'web3', tags: ['b'], fields: { tier: 'select:gold' } },
      { id: 4, name: 'web4', tags: ['dns', 'b'], fields: { tier: 'select:iron' } },
    );
    const filter = { tag: ['dns', 'b'], role: ['server', 'storage'], status: 'active' };
    const taken = await take({ filter });
    expect(standings(taken)).toEqual({ web1: 'present', web4: 'present' });
    expect(taken.roster.problems).toEqual([]);
  });

  it('that NetBox leaves out of account is noticed', async () => {
    netbox.devices.push({ id: 1, name: 'web1' }, { id: 2, name: 'web2', fields: { tier: 'gold' } });
    const taken = await take({ filter: { tenant: 'acme' } });
    expect(standings(taken)).toEqual({});
    expect(messagesOf(taken)).toContain('/api/dcim/devices/ sent 2 objects that the filter leaves out');
    expect(taken.roster.inventories.lab?.complete).toBe(false);
  });

  it('by something that only devices have asks for no machines', async () => {
    netbox.devices.push({ id: 1, name: 'web1', rack: 'r7' }, { id: 2, name: 'web2' });
    netbox.machines.push({ id: 3, name: 'vm3' });
    expect(standings(await take({ filter: { rack_id: 5 } }))).toEqual({ web1: 'present' });
  });

  it('may be by custom field, in the shapes of all versions', async () => {
    for (const version of ['4.5', '4.7'] as const) {
      await restart({ version });
      netbox.devices.push({ id: 1, name: 'web1', fields: { tier: 'gold' } });
      expect(standings(await take({ filter: { cf_tier: 'gold' } }))).toEqual({ web1: 'present' });
    }
  });

  it.each([
    [{ tga: 'dns' }, 'its filter has "tga", which cannot be checked'],
    [{ name__ic: 'web' }, 'its filter has "name__ic"'],
    [{ cf_tier__n: 'x' }, 'its filter has "cf_tier__n"'],
    [{ tag: '' }, 'its filter "tag" is empty; give it a value'],
    [{ tag: [] }, 'give it a value'],
  ])('%j is refused', async (filter, message) => {
    const taken = await take({ filter });
    expect(messagesOf(taken)).toContain(message);
    expect(netbox.requests).toEqual([]);
  });

  it('finds what is below a role too, as NetBox does', async () => {
    netbox.devices.push({ id: 1, name: 'web1', role: 'web' }, { id: 2, name: 'web2', role: 'server' });
    netbox.bend((url, page) =>
      url.pathname.includes('devices')
        ? {
            ...page,
            count: page.count === null ? null : 2,
            results: [1, 2].map((id) => ({
              id,
              name: `web${id}`,
              status: { value: 'active' },
              role: id === 1 ? { slug: 'web', _depth: 1 } : { slug: 'server', _depth: 0 },
            })),
          }
        : undefined,
    );
    expect(standings(await take({ filter: { role: 'server' } }))).toEqual({ web1: 'present', web2: 'present' });
  });
});

describe('its URL', () => {
  it.each(['', '/', '/api', '/api/'])('may end in %j', async (end) => {
    fill(1);
    const taken = await passes(defined('netbox', { url: `${netbox.url}${end}` }), {
      secretsOf: async () => ({ token: v2 }),
    }).after(0);
    expect(standings(taken)).toEqual({ web1: 'present' });
  });

  it('may be that of nothing', async () => {
    const taken = await passes(defined('netbox', { url: 'ftp://example.com' }), context()).after(0);
    expect(messagesOf(taken)).toContain('"url" must be an address');
  });
});
