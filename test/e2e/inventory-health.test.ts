import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../faults/target-repository.ts';
import { freePort, type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { answerOf, expectApplied, type Lab, makeLab } from './inventory/lab.ts';
import { type Listeners, openListeners } from './inventory/listeners.ts';
import { alwaysOneOf, startWatch } from './inventory/watch.ts';

// Claims answer with the servers that are up: PowerDNS looks at real listeners on loopback addresses.

const labelsOf = (port: number): string => `
labels:
  pool:
    dns:
      claims:
        - { name: open.example.com, type: A, health_check: { port: ${port} } }
        - { name: closed.example.com, type: A, allow_empty: true, health_check: { port: ${port}, when_all_down: closed } }
        - { name: backup.example.com, type: A, health_check: { port: ${port}, when_all_down: { backup: [127.0.0.99] } } }
        - name: url-open.example.com
          type: A
          health_check: { url: "http://{{server.name}}.lab.internal:${port}/healthz", string_match: fine }
        - name: url-closed.example.com
          type: A
          allow_empty: true
          health_check: { url: "http://{{server.ip}}:${port}/healthz", when_all_down: closed }
        - name: url-backup.example.com
          type: A
          health_check: { url: "http://{{server.ip}}:${port}/", timeout: 1s, when_all_down: { backup: [127.0.0.99] } }
  dual:
    dns:
      claims:
        - { name: dual.example.com, type: A, health_check: { port: ${port} } }
        - { name: dual.example.com, type: AAAA, health_check: { port: ${port} } }
        - { name: site.example.com, type: A, ttl: 30, health_check: { url: "http://{{server.ip}}:${port}/" } }
        - { name: site.example.com, type: AAAA, ttl: 30, health_check: { url: "http://{{server.ip}}:${port}/" } }
`;

/** A name whose A and AAAA are checked differently. */
const mixedOf = (port: number): string => `
        - { name: mixed.example.com, type: A, health_check: { port: ${port}, when_all_down: { backup: [127.0.0.98] } } }
        - name: mixed.example.com
          type: AAAA
          health_check: { url: "http://{{server.ip}}:${port}/", when_all_down: { backup: ["::98"] } }
`;

const [first, second, both] = ['NOERROR 127.0.0.2', 'NOERROR 127.0.0.3', 'NOERROR 127.0.0.2 127.0.0.3'];
const backup = 'NOERROR 127.0.0.99';
const whileDown = {
  'open.example.com': both,
  'closed.example.com': 'NOERROR',
  'backup.example.com': backup,
  'url-open.example.com': both,
  'url-closed.example.com': 'NOERROR',
  'url-backup.example.com': backup,
};
const names = Object.keys(whileDown);

describe.each(['sqlite', 'pgsql'] as const)('on PowerDNS with %s', (backend) => {
  let pdns: PowerDns;
  let inventory: InventoryServer;
  let listeners: Listeners;
  let lab: Lab;
  const ask = async (name: string, type = 'A') => (await answerOf(pdns.dns, name, type)).replaceAll(/ [36]0 /g, ' ');
  const becomes = (name: string, wanted: string, type = 'A') => expect.poll(() => ask(name, type)).toBe(wanted);
  const allBecome = (wanted: (name: string) => string) => Promise.all(names.map((name) => becomes(name, wanted(name))));
  const stateOf = (name: string): string => whileDown[name as keyof typeof whileDown];

  beforeAll(async () => {
    pdns = await startPowerDns({
      backend,
      settings: { 'enable-lua-records': 'yes', 'lua-health-checks-interval': '1', ...uncached },
    });
    listeners = openListeners(await freePort());
    inventory = await startInventory([
      { name: 'a', ips: ['127.0.0.2'], labels: ['pool'] },
      { name: 'b', ips: ['127.0.0.3'], labels: ['pool'] },
      { name: 'c', ips: ['127.0.0.4', '::1'], labels: ['dual'] },
    ]);
    lab = makeLab({
      targets: { pdns: targetOf(pdns) },
      zones: { 'lab.internal': {}, 'example.com': {}, '0.0.127.in-addr.arpa': {}, '0.0.0.0.0.0.0.0.ip6.arpa': {} },
      config: {
        inventory: { lab: { type: 'http', url: inventory.url, interval: '1s' } },
        registration: { zone: 'lab.internal', ttl: 300, reverse: true },
        grants: [
          { label: 'pool', names: ['*.example.com'], types: ['A'], cidrs: ['127.0.0.0/8'], max_values: 4 },
          { label: 'dual', names: ['*.example.com'], types: ['A', 'AAAA'], cidrs: ['127.0.0.0/8', '::/120'] },
        ],
      },
      files: { 'labels.yaml': labelsOf(listeners.port) },
    });
    await listeners.up('127.0.0.2', '127.0.0.3', '127.0.0.4', '::1');
    expectApplied(await lab.apply());
  });
  afterAll(async () => {
    await Promise.all([pdns?.stop(), inventory?.stop(), listeners?.stop()]);
  });

  it('all that are up are answered, and each server is asked its own URL with its own Host', async () => {
    await allBecome(() => both);
    await becomes('dual.example.com', 'NOERROR 127.0.0.4');
    await becomes('dual.example.com', 'NOERROR ::1', 'AAAA');
    await becomes('site.example.com', 'NOERROR ::1', 'AAAA');
    const { port } = listeners;
    const urlsAt = (name: string, ip: string) => [
      `${ip}:${port} /`,
      `${ip}:${port} /healthz`,
      `${name}.lab.internal:${port} /healthz`,
    ];
    await expect.poll(() => listeners.asked('127.0.0.2')).toEqual(urlsAt('a', '127.0.0.2'));
    await expect.poll(() => listeners.asked('127.0.0.3')).toEqual(urlsAt('b', '127.0.0.3'));
    await expect.poll(() => listeners.asked('::1')).toEqual([`[::1]:${port} /`]);
    await lab.settled();
  });

  it('a port that closes leaves every answer, and comes back with it', async () => {
    const watch = startWatch(
      pdns.dns,
      names.map((name) => alwaysOneOf(name, 'A', both, first)),
    );
    await listeners.down('127.0.0.3');
    await allBecome(() => first);
    await lab.settled();
    await listeners.up('127.0.0.3');
    await allBecome(() => both);
    expect((await watch.stop()).wrong).toEqual([]);
  });

  it('IPv4 and IPv6 of one claim are up or down each for itself', async () => {
    await listeners.down('::1');
    // Open: the only address of its family stays.
    await becomes('dual.example.com', 'NOERROR ::1', 'AAAA');
    inventory.set([
      { name: 'a', ips: ['127.0.0.2'], labels: ['pool', 'dual'] },
      { name: 'b', ips: ['127.0.0.3'], labels: ['pool'] },
      { name: 'c', ips: ['127.0.0.4', '::1'], labels: ['dual'] },
    ]);
    expectApplied(await lab.apply());
    await becomes('dual.example.com', 'NOERROR 127.0.0.2 127.0.0.4');
    await listeners.down('127.0.0.4');
    await becomes('dual.example.com', first);
    await becomes('site.example.com', first);
    await listeners.up('::1', '127.0.0.4');
    await becomes('dual.example.com', 'NOERROR 127.0.0.2 127.0.0.4');
    expect(await ask('dual.example.com', 'AAAA')).toBe('NOERROR ::1');
    await lab.settled();
  });

  it('while none is up, each claim says what when_all_down says, also when PowerDNS has just started', async () => {
    const watch = startWatch(
      pdns.dns,
      names.map((name) => alwaysOneOf(name, 'A', both, first, second, stateOf(name))),
    );
    await listeners.down('127.0.0.2', '127.0.0.3');
    await allBecome(stateOf);
    expect((await watch.stop()).wrong).toEqual([]);
    await lab.settled();
    await pdns.restart();
    const afterStart = startWatch(
      pdns.dns,
      names.map((name) => alwaysOneOf(name, 'A', both, stateOf(name))),
    );
    await allBecome(stateOf);
    expect((await afterStart.stop()).wrong).toEqual([]);
    await lab.settled();
  });

  it('once they are up again they are answered, and never anything else after a start of PowerDNS', async () => {
    await listeners.up('127.0.0.2', '127.0.0.3');
    await allBecome(() => both);
    await pdns.restart();
    const watch = startWatch(
      pdns.dns,
      names.map((name) => alwaysOneOf(name, 'A', both, first, second)),
    );
    await lab.settled();
    for (const _ of names) await watch.round();
    expect((await watch.stop()).wrong).toEqual([]);
    await allBecome(() => both);
  });

  it('an address changes in all of them, and is checked at once', async () => {
    await listeners.up('127.0.0.5');
    inventory.set([
      { name: 'a', ips: ['127.0.0.2'], labels: ['pool', 'dual'] },
      { name: 'b', ips: ['127.0.0.5'], labels: ['pool'] },
      { name: 'c', ips: ['127.0.0.4', '::1'], labels: ['dual'] },
    ]);
    const now = 'NOERROR 127.0.0.2 127.0.0.5';
    const watch = startWatch(
      pdns.dns,
      names.map((name) => alwaysOneOf(name, 'A', both, first, second, now, 'NOERROR 127.0.0.5')),
    );
    expectApplied(await lab.apply());
    await allBecome(() => now);
    expect((await watch.stop()).wrong).toEqual([]);
    await listeners.down('127.0.0.5');
    await allBecome(() => first);
    await lab.settled();
  });

  it('A and AAAA of a name, checked differently, are in one plan file with both checks, and are answered by them', async () => {
    lab.write('labels.yaml', labelsOf(listeners.port).trimEnd() + mixedOf(listeners.port));
    const file = join(lab.folder, 'change.json');
    const { changesets, digest } = await lab.plan('--out', file);
    expect(changesets.flatMap(({ changes }) => changes)).toMatchObject([
      {
        action: 'create',
        type: 'LUA',
        after: {
          health_check: {
            ...{ port: listeners.port, urls: null, when_all_down: { backup: ['127.0.0.98'] } },
            aaaa: { port: null, urls: { '::1': expect.any(String) }, when_all_down: { backup: ['::98'] } },
          },
        },
      },
    ]);
    const applied = await lab.apply('--plan', file);
    expectApplied(applied);
    expect(applied.digest).toBe(digest);
    await becomes('mixed.example.com', 'NOERROR 127.0.0.2 127.0.0.4');
    await becomes('mixed.example.com', 'NOERROR ::1', 'AAAA');
    await listeners.down('::1');
    await becomes('mixed.example.com', 'NOERROR ::98', 'AAAA');
    await listeners.down('127.0.0.2', '127.0.0.4');
    await becomes('mixed.example.com', 'NOERROR 127.0.0.98');
    await lab.settled();
  });
});
