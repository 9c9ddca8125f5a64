import { describe, expect, it } from 'vitest';
import { parseInventoryHook } from '../../../src/daemon/hooks/inventory.ts';
import { parseNetboxHook } from '../../../src/daemon/hooks/netbox.ts';
import { parseTime } from '../../../src/daemon/time.ts';

const now = Date.parse('2026-11-30T08:20:00Z');
const parse = (body: unknown) => parseInventoryHook('lab', Buffer.from(JSON.stringify(body)), now);
const parsedServers = (servers: readonly unknown[]) => parse({ at: '2026-11-30T08:20:00Z', servers });
const web1 = { name: 'WEB1', ip: '192.0.2.11', rack: 'r7' };
const checkedWeb1 = {
  ...{ name: 'web1', inventory: 'lab', ips: ['192.0.2.11'], labels: [], state: 'active' },
  attributes: { rack: 'r7' },
};

describe('hooks of an inventory', () => {
  it('what is wrong with one server keeps none of the others', () => {
    const { hook } = Object(parsedServers([web1, { name: 'web2', ips: ['x'] }, { name: 'a..b' }, 7]));
    expect(hook.servers).toEqual([checkedWeb1]);
    expect(hook.invalid).toEqual([
      { name: 'web2', reason: '"x" is not an IPv4 or IPv6 address' },
      { name: null, reason: expect.stringContaining('is not a host name') },
      { name: null, reason: 'it is 7, not a mapping' },
    ]);
  });

  it('a server that it has twice is not believed', () => {
    const { hook } = Object(parsedServers([web1, { ...web1, ip: '192.0.2.12' }, { name: 'web2' }]));
    expect(hook.servers.map(({ name }: { readonly name: string }) => name)).toEqual(['web2']);
    expect(hook.invalid).toEqual([{ name: 'web1', reason: 'the hook has two entries for it' }]);
  });

  it('neither is one that is wrong once and right once', () => {
    const { hook } = Object(parsedServers([web1, { name: 'web1', ips: 'x' }]));
    expect([hook.servers, hook.invalid.length]).toEqual([[], 1]);
  });

  it('that a server is decommissioned is asked for, not believed', () => {
    const { hook } = Object(parsedServers([web1, { name: 'web2', state: 'decommissioned' }]));
    expect([hook.servers, hook.distrusted]).toEqual([[checkedWeb1], ['web2']]);
  });

  it.each([
    ['2026-11-30T08:15:00Z', 'hook'],
    ['2026-11-30T09:25:00+01:00', 'hook'],
    ['2026-11-30T08:14:59.999Z', 'refused'],
    ['2026-11-30T08:25:00.001Z', 'refused'],
  ])('at %s: %s', (at, kind) => {
    expect(parse({ at, servers: [] }).kind).toBe(kind);
  });

  it('1,000 servers are taken', () => {
    const servers = Array.from({ length: 1000 }, (_, i) => ({ name: `w${i}` }));
    expect(Object(parsedServers(servers)).hook.servers).toHaveLength(1000);
  });
});

describe('hooks of NetBox', () => {
  const hookOf = (body: unknown) => Object(parseNetboxHook(Buffer.from(JSON.stringify(body)))).hook;
  const data = { id: 17, name: 'web1' };

  it.each([
    ['device', data, { model: 'device', id: 17, name: 'web1' }],
    ['virtualmachine', data, { model: 'virtual_machine', id: 17, name: 'web1' }],
    ['ipaddress', { id: 5, address: '192.0.2.11/24' }, { model: 'ip_address', id: 5, name: null }],
    ['interface', { id: 3, device: data }, { model: 'device', id: 17, name: 'web1' }],
    ['vminterface', { id: 3, virtual_machine: data }, { model: 'virtual_machine', id: 17, name: 'web1' }],
  ])('a %s that was updated is to be read', (model, of, object) => {
    expect(hookOf({ event: 'updated', model, data: of, snapshots: null })).toEqual({ kind: 'object', object });
    expect(hookOf({ event: 'created', model, data: of })).toEqual({ kind: 'object', object });
    expect(hookOf({ event: 'deleted', model, data: of }).kind).toBe('ask');
  });

  it('an address that was moved asks for all: whoever had it is to be read too', () => {
    const at = (assigned_object_id: number | null) => ({ assigned_object_type: 'dcim.interface', assigned_object_id });
    const moved = { prechange: at(1), postchange: at(2) };
    const kept = { prechange: at(1), postchange: at(1) };
    const hook = (snapshots: unknown) =>
      hookOf({ event: 'updated', model: 'ipaddress', data: { id: 5 }, snapshots }).kind;
    expect([hook(moved), hook(kept), hook({ prechange: at(1), postchange: at(null) })]).toEqual([
      'ask',
      'object',
      'ask',
    ]);
  });

  it.each([
    { event: 'updated', model: 'site', data },
    { event: 'updated', model: 'device', data: { id: '17' } },
    { event: 'updated', model: 'device', data: { id: -1 } },
    { event: 'updated', model: 'device' },
    { event: 'updated' },
    {},
  ])('%j asks for all', (body) => {
    expect(hookOf(body).kind).toBe('ask');
  });

  it.each(['', '[]', '{'])('%s is no hook', (body) => {
    expect(parseNetboxHook(Buffer.from(body)).kind).toBe('refused');
  });
});

describe('times', () => {
  it.each([
    ['2026-11-30T08:20:00Z', '2026-11-30T08:20:00.000Z'],
    ['2026-11-30t08:20:00.25z', '2026-11-30T08:20:00.250Z'],
    ['2026-11-30T08:20:00-05:30', '2026-11-30T13:50:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, written) => {
    expect(new Date(parseTime(text) ?? 0).toISOString()).toBe(written);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-11-31T00:00:00Z',
    '2026-11-30',
    '2026-11-30T08:20:00',
    '2026-11-30T24:00:00Z',
    '0',
  ])('%s is none', (text) => expect(parseTime(text)).toBeNull());
});
