import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../faults/target-repository.ts';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { type Netbox, startNetbox } from '../servers/inventory-netbox.ts';
import { secretOf } from '../servers/secret.ts';
import { answerOf, expectApplied, type Lab, makeLab, reverseOf } from './inventory/lab.ts';
import { alwaysOneOf, startWatch } from './inventory/watch.ts';

// NetBox's paging fault (one object twice, another not at all, the count right) through the whole command.

const token = 'nbt_Ab3dEf6hIj9k.0123456789abcdefghijklmnopqrstuvwxyzABCD';
const labels = `
labels:
  web:
    dns:
      claims:
        - { name: www.example.com, type: A }
`;
const hosts = Array.from({ length: 12 }, (_, i) => i + 1);
const nameOf = (host: number): string => `web${String(host).padStart(2, '0')}`;

/** Twelve devices with the label web, each with one address, the last with two. */
const fill = (netbox: Netbox): void => {
  netbox.addresses.push({ id: 1, address: '192.0.2.112/24', device: 12 });
  for (const host of hosts) {
    netbox.devices.push({ id: host, name: nameOf(host), tags: ['web'] });
    netbox.addresses.push({ id: 10 + host, address: `192.0.2.${host}/24`, device: host });
  }
};

let pdns: PowerDns;
let netbox: Netbox;
let lab: Lab;
const answers = (some: readonly number[], more: readonly number[] = []): string =>
  ['NOERROR', ...[...some, ...more].map((host) => `192.0.2.${host}`).sort()].join(' ');
const ask = (name: string, type = 'A') => answerOf(pdns.dns, name, type);

beforeAll(async () => {
  [pdns, netbox] = await Promise.all([
    startPowerDns({ backend: 'sqlite' }),
    startNetbox({ version: '4.7', token, pagingFault: 'always' }),
  ]);
  fill(netbox);
  lab = makeLab({
    targets: { pdns: targetOf(pdns) },
    zones: { 'lab.internal': {}, 'example.com': {}, '2.0.192.in-addr.arpa': {} },
    config: {
      inventory: { dc: { type: 'netbox', url: netbox.url, token: secretOf(token), page_size: 4 } },
      guards: { max_delete_percent: 100, max_replace_percent: 100 },
      registration: { zone: 'lab.internal', ttl: 300, reverse: true },
      grants: [{ label: 'web', names: ['www.example.com'], types: ['A'] }],
    },
    files: { 'labels.yaml': labels },
  });
});
afterAll(async () => {
  await Promise.all([pdns?.stop(), netbox?.stop()]);
});

const watchAll = (...more: readonly number[]) =>
  startWatch(pdns.dns, [
    alwaysOneOf('www.example.com', 'A', answers(hosts, [112, ...more])),
    ...hosts.map((host) => alwaysOneOf(`${nameOf(host)}.lab.internal`, 'A', answers([host], host === 12 ? [112] : []))),
    ...[...hosts, 112].map((host) =>
      alwaysOneOf(reverseOf(`192.0.2.${host}`), 'PTR', `NOERROR ${nameOf(host === 112 ? 12 : host)}.lab.internal.`),
    ),
  ]);

describe('NetBox', () => {
  it('is read by cursor where it has one, which its paging fault does not reach', async () => {
    expectApplied(await lab.apply());
    expect(netbox.requests.some(({ path }) => path.includes('start='))).toBe(true);
    const watch = watchAll();
    await watch.round();
    expect((await watch.stop()).wrong).toEqual([]);
    const { inventory } = await lab.settled();
    expect(inventory).toMatchObject({ dc: { servers: 12, complete: true, message: null } });
  });

  it('that shows one object twice and another not at all is not believed: nothing goes, and the plan says why', async () => {
    netbox.become({ version: '4.5' });
    const watch = watchAll();
    for (const _ of [1, 2, 3]) {
      const applied = await lab.apply();
      expect(applied.inventory.dc).toMatchObject({ complete: false, message: expect.stringMatching(/came twice/) });
      expect(applied.results).toEqual([]);
      expect(applied.summary).toMatchObject({ create: 0, replace: 0, delete: 0 });
    }
    await watch.round();
    expect((await watch.stop()).wrong).toEqual([]);
    const { stdout } = await lab.run('plan');
    expect(stdout).toMatch(/inventory dc: .*came twice, so that another one was left out/);
  });

  it('in such an answer additions and changes go on', async () => {
    // Of fourteen the thirteenth is left out, and of fifteen addresses too.
    netbox.devices.push({ id: 98, name: 'web98', tags: ['web'] }, { id: 99, name: 'web99', tags: ['web'] });
    netbox.addresses.push(
      { id: 298, address: '192.0.2.98/24', device: 98 },
      { id: 299, address: '192.0.2.99/24', device: 99 },
    );
    expect(await lab.apply()).toMatchObject({ summary: { delete: 0 }, inventory: { dc: { complete: false } } });
    expect(await ask('web99.lab.internal')).toBe('NOERROR 300 192.0.2.99');
    expect(await ask(reverseOf('192.0.2.99'), 'PTR')).toBe('NOERROR 300 web99.lab.internal.');
    expect(await ask('web98.lab.internal')).toBe('NXDOMAIN');
    expect((await ask('www.example.com')).replaceAll(' 60 ', ' ')).toBe(answers(hosts, [99, 112]));
  });

  it('once it is whole again, what it left out comes, and what is really gone goes', async () => {
    netbox.become({ version: '4.7' });
    netbox.devices.pop();
    netbox.devices.push({ id: 99, name: 'web99', tags: ['web'], status: 'decommissioning' });
    expectApplied(await lab.apply());
    expect(await ask('web98.lab.internal')).toBe('NOERROR 300 192.0.2.98');
    expect(await ask('web99.lab.internal')).toBe('NXDOMAIN');
    expect(await ask(reverseOf('192.0.2.99'), 'PTR')).toBe('NXDOMAIN');
    const watch = watchAll(98);
    await watch.round();
    expect((await watch.stop()).wrong).toEqual([]);
    await lab.settled();
  });
});
