import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../faults/target-repository.ts';
import { makeZone, overwrite, rrset } from '../faults/zone.ts';
import { freePort, type PowerDns, startPowerDns, tempFolder } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { answerOf, expectApplied, type Lab, makeLab, reverseOf } from './inventory/lab.ts';

// Zones that others write too, and a name server that has no health checks.

const labels = `
labels:
  web:
    dns:
      claims:
        - { name: www.example.com, type: A }
        - { name: checked.example.com, type: A, health_check: { port: 9 } }
`;
const web = (name: string, host: number, more = {}) => ({
  name,
  ips: [`127.0.0.${host}`],
  labels: ['web'],
  ...more,
});
const config = (inventory: InventoryServer) => ({
  inventory: { lab: { type: 'http', url: inventory.url, interval: '1s' } },
  guards: { max_delete_percent: 100, max_replace_percent: 100 },
  registration: { zone: 'lab.internal', ttl: 300, reverse: true },
  grants: [{ label: 'web', names: ['*.example.com'], types: ['A'] }],
});

describe('owns: listed', () => {
  let pdns: PowerDns;
  let inventory: InventoryServer;
  let lab: Lab;
  const reverseZone = '0.0.127.in-addr.arpa';
  const ask = (name: string, type = 'A') => answerOf(pdns.dns, name, type);
  /** What others wrote is there, and nothing of it changed. */
  const expectOthers = async () => {
    expect(await ask('printer.lab.internal')).toBe('NOERROR 300 127.0.0.50');
    expect(await ask('manual.example.com')).toBe('NOERROR 300 127.0.0.51');
    expect(await ask('app.example.com')).toBe('NOERROR 300 203.0.113.1 300 203.0.113.2');
    expect(await ask(reverseOf('127.0.0.50'), 'PTR')).toBe('NOERROR 300 printer.lab.internal.');
  };

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite', settings: { 'enable-lua-records': 'yes' } });
    inventory = await startInventory([web('web1', 11), web('web2', 12)]);
    await makeZone(pdns, 'lab.internal.', [rrset('printer.lab.internal.', 'A', '127.0.0.50')]);
    await makeZone(pdns, 'example.com.', [rrset('manual.example.com.', 'A', '127.0.0.51')]);
    await makeZone(pdns, `${reverseZone}.`, [rrset(`${reverseOf('127.0.0.50')}.`, 'PTR', 'printer.lab.internal.')]);
    const listed = { owns: 'listed' };
    lab = makeLab({
      targets: { pdns: targetOf(pdns) },
      zones: { 'lab.internal': listed, 'example.com': listed, [reverseZone]: listed },
      config: config(inventory),
      files: { 'labels.yaml': labels },
    });
  });
  afterAll(async () => {
    await Promise.all([pdns?.stop(), inventory?.stop()]);
  });

  it('servers come beside what others wrote', async () => {
    expectApplied(await lab.apply());
    for (const name of ['www', 'checked']) {
      expect(await ask(`${name}.example.com`)).toBe('NOERROR 60 127.0.0.11 60 127.0.0.12');
    }
    expect(await ask('web1.lab.internal')).toBe('NOERROR 300 127.0.0.11');
    await expectOthers();
    await lab.settled();
  });

  it("an address changes, a server goes, and others' records stay", async () => {
    inventory.set([web('web1', 21), web('web2', 12, { state: 'decommissioned' })]);
    expectApplied(await lab.apply());
    for (const name of ['www', 'checked']) expect(await ask(`${name}.example.com`)).toBe('NOERROR 60 127.0.0.21');
    expect(await ask('web2.lab.internal')).toBe('NXDOMAIN');
    expect(await ask(reverseOf('127.0.0.12'), 'PTR')).toBe('NXDOMAIN');
    expect(await ask(reverseOf('127.0.0.11'), 'PTR')).toBe('NXDOMAIN');
    expect(await ask(reverseOf('127.0.0.21'), 'PTR')).toBe('NOERROR 300 web1.lab.internal.');
    await expectOthers();
    await lab.settled();
  });

  it('what another writer adds to a claim stays there, for want of proof', async () => {
    await overwrite(pdns, 'example.com.', { ...rrset('www.example.com.', 'A', '127.0.0.21', '127.0.0.60'), ttl: 60 });
    inventory.set([web('web1', 22)]);
    expectApplied(await lab.apply(), 0, ['www.example.com. A']);
    expect(await ask('checked.example.com')).toBe('NOERROR 60 127.0.0.22');
    expect(await ask('www.example.com')).toBe('NOERROR 60 127.0.0.22 60 127.0.0.60');
    await expectOthers();
  });

  it('a label that leaves Git takes with it what we wrote, and nothing else', async () => {
    lab.write('labels.yaml', 'labels: {}\n');
    await lab.apply();
    expect(await ask('checked.example.com')).toBe('NXDOMAIN');
    expect(await ask('www.example.com')).toBe('NOERROR 60 127.0.0.60');
    expect(await ask('web1.lab.internal')).toBe('NOERROR 300 127.0.0.22');
    await expectOthers();
  });
});

describe('a target without health checks', () => {
  let inventory: InventoryServer;
  let lab: Lab;
  let port: number;
  beforeAll(async () => {
    inventory = await startInventory([web('web1', 11), web('web2', 12)]);
    port = await freePort();
    lab = makeLab({
      targets: {
        own: {
          provider: 'embedded',
          listen: `127.0.0.1:${port}`,
          file: join(tempFolder('embedded'), 'zones.sqlite'),
          verify_wait: '1s',
        },
      },
      zones: { 'lab.internal': {}, 'example.com': {}, '0.0.127.in-addr.arpa': {} },
      config: config(inventory),
      files: {
        'labels.yaml': `${labels}        - { name: other.example.com, type: A, health_check: { port: 10 } }\n`,
      },
    });
  });
  afterAll(() => inventory?.stop());

  it('has the plain addresses, and one warning for the zone', async () => {
    for (const applied of [await lab.apply(), await lab.settled()]) {
      expect(applied.code).toBe(0);
      const said = applied.problems.filter(({ rule }) => rule.startsWith('health-check'));
      expect(said).toMatchObject([
        { rule: 'health-check-unsupported', severity: 'warning', zone: 'example.com.', target: 'own' },
      ]);
      expect(said[0]?.message).toContain('checked.example.com., other.example.com.: the provider of own has no health');
    }
    const { stdout } = await lab.run('explain', 'checked.example.com', 'A');
    expect(stdout).toContain('existing at own\n  A 60 127.0.0.11\n  A 60 127.0.0.12\n');
  });

  it('an address changes there too', async () => {
    inventory.set([web('web1', 21), web('web2', 12)]);
    expectApplied(await lab.apply());
    const { stdout } = await lab.run('explain', 'checked.example.com', 'A');
    expect(stdout).toContain('existing at own\n  A 60 127.0.0.12\n  A 60 127.0.0.21\n');
    await lab.settled();
  });
});
