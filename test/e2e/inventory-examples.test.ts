import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { targetOf } from '../faults/target-repository.ts';
import { grants, groups, labels } from '../load/examples.ts';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { answerOf, expectApplied, type Lab, makeLab } from './inventory/lab.ts';

// The two examples of the documentation as they stand, beside the grants that it shows; and what each command says of where
// a value comes from.

/** As the documentation shows an inventory's answer, and two mail servers. */
const servers = [
  { name: 'web1', ips: ['192.0.2.11', '2001:db8::11'], labels: ['web-frontend'], environment: 'prod', state: 'active' },
  { name: 'web2', ip: '192.0.2.12', labels: ['web-frontend'], environment: 'test' },
  { name: 'mx1', ips: ['192.0.2.25'], labels: ['mailserver'], rack: 'r4' },
  { name: 'mx2', ips: ['192.0.2.26'], labels: ['mailserver', 'web-frontend'], environment: 'prod', rack: 7 },
  { name: 'mx3', ips: ['198.51.100.27'], labels: ['mailserver'], rack: 8 },
];

let pdns: PowerDns;
let inventory: InventoryServer;
let lab: Lab;
const ask = (name: string, type = 'A') => answerOf(pdns.dns, name, type);

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: { 'enable-lua-records': 'yes' } });
  inventory = await startInventory(servers.slice(0, 4));
  lab = makeLab({
    targets: { pdns: targetOf(pdns) },
    zones: { 'example.com': {}, 'lab.internal': {}, '2.0.192.in-addr.arpa': {} },
    config: {
      inventory: { lab: { type: 'http', url: inventory.url, interval: '30s' } },
      registration: { zone: 'lab.internal', ttl: 300, reverse: true },
      ...parse(grants),
    },
    files: { 'labels.yaml': labels, 'groups.yaml': groups },
  });
});
afterAll(async () => {
  await Promise.all([pdns?.stop(), inventory?.stop()]);
});

const web1 = { kind: 'claim', group: 'production-web', inventory: 'lab', server: 'web1', file: 'groups.yaml', line: 6 };
const mx = (server: string) => ({
  kind: 'claim',
  label: 'mailserver',
  inventory: 'lab',
  server,
  file: 'labels.yaml',
  line: 8,
});

describe('the examples of the documentation', () => {
  it('a plan says of each value whose it is, in text, markdown and JSON', async () => {
    const { stdout: text } = await lab.run('plan');
    expect(text).toMatch(/\+ web1 +AAAA +300 +2001:db8::11 +web1 \(lab\), registration, hostmaster\.yaml:\d+/);
    expect(text).toContain('mx1 (lab), label mailserver, labels.yaml:8; mx2 (lab), label mailserver, labels.yaml:8');
    expect(text).toContain('mx2 (lab), group production-web, groups.yaml:6');
    const { stdout: markdown } = await lab.run('plan', '--format', 'markdown');
    expect(markdown).toContain(
      '`mx1 (lab), label mailserver, labels.yaml:8`<br>`mx2 (lab), label mailserver, labels.yaml:8`',
    );
    expect(markdown).toContain('`web1 (lab), group production-web, groups.yaml:6`');
    const plan = await lab.plan();
    const changes = plan.changesets.flatMap((each) => each.changes);
    const mail = changes.find(({ name }) => name === 'mail.example.com.');
    expect(mail).toMatchObject({ action: 'create', type: 'LUA', after: { ttl: 60, health_check: { port: 25 } } });
    expect(mail?.after?.values[0]?.origins).toMatchObject([mx('mx1'), mx('mx2')]);
    const www = changes.find(({ name }) => name === 'www.example.com.');
    expect(www?.after?.health_check?.urls).toMatchObject({ '192.0.2.11': 'https://192.0.2.11/healthz' });
    expect(www?.after?.values[0]?.origins).toContainEqual(expect.objectContaining(web1));
    expect(plan.inventory).toMatchObject({ lab: { servers: 4, complete: true } });
    expect(plan.problems.map(({ rule, severity }) => [rule, severity])).toEqual([['no-reverse-zone', 'warning']]);
  });

  it('they are written and answered as they stand', async () => {
    expectApplied(await lab.apply());
    expect(await ask('mail.example.com')).toBe('NOERROR 60 192.0.2.25 60 192.0.2.26');
    expect(await ask('www.example.com')).toBe('NOERROR 60 192.0.2.11 60 192.0.2.26');
    expect(await ask('mx1.lab.internal', 'TXT')).toBe('NOERROR 300 "rack r4"');
    expect(await ask('mx2.lab.internal', 'TXT')).toBe('NOERROR 300 "rack 7"');
    expect(await ask('web1.lab.internal', 'AAAA')).toBe('NOERROR 300 2001:db8::11');
    expect(await ask('26.2.0.192.in-addr.arpa', 'PTR')).toBe('NOERROR 300 mx2.lab.internal.');
    await lab.settled();
  });

  it('a server outside of "cidrs" joins no claim, and the error names it and the line', async () => {
    inventory.set(servers);
    const applied = await lab.apply();
    expectApplied(applied, 1);
    const denied = applied.problems.filter(({ rule }) => rule === 'grant-denied');
    expect(denied).toMatchObject([{ severity: 'error', file: 'labels.yaml', line: 8 }]);
    expect(denied[0]?.message).toMatch(/label mailserver, server lab\/mx3: .*198\.51\.100\.27/);
    expect(await ask('mail.example.com')).toBe('NOERROR 60 192.0.2.25 60 192.0.2.26');
    expect(await ask('mx3.lab.internal')).toBe('NOERROR 300 198.51.100.27');
    await lab.settled();
  });
});

describe('explain mail.example.com A', () => {
  it('names the server, the label and the line of each value: text and markdown', async () => {
    const { code, stdout } = await lab.run('explain', 'mail.example.com', 'A');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'mail.example.com. A in zone example.com.',
      'desired',
      '  A 60 checked tcp/25: 192.0.2.25   mx1 (lab), label mailserver, labels.yaml:8',
      '  A 60 checked tcp/25: 192.0.2.26   mx2 (lab), label mailserver, labels.yaml:8',
    ]);
    expect(lines).toContain('  mail.example.com. A 60 192.0.2.26');
    const { stdout: markdown } = await lab.run('explain', 'mail.example.com', 'A', '--format', 'markdown');
    expect(markdown).toMatch(/^```\n/);
    expect(markdown).toContain('\n  A 60 checked tcp/25: 192.0.2.25   mx1 (lab), label mailserver, labels.yaml:8\n');
  });

  it('explain says the same in JSON', async () => {
    const { stdout } = await lab.run('explain', 'mail.example.com', 'A', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'mail.example.com.',
      type: 'A',
      desired: [
        {
          type: 'A',
          ttl: 60,
          values: [
            { rdata: '192.0.2.25', origins: [mx('mx1')] },
            { rdata: '192.0.2.26', origins: [mx('mx2')] },
          ],
        },
      ],
      existing: [{ target: 'pdns', planned: [] }],
      answered: [{ target: 'pdns', type: 'A', rcode: 'NOERROR' }],
    });
  });

  it('says of a registered name where each of its types comes from', async () => {
    const { stdout } = await lab.run('explain', 'mx2.lab.internal');
    expect(stdout).toContain('  A 300 192.0.2.26   mx2 (lab), registration, hostmaster.yaml:');
    expect(stdout).toContain('mx2 (lab), label mailserver, labels.yaml:5');
    expect(stdout).toContain('  TXT 300 "rack 7"   mx2 (lab), label mailserver, labels.yaml:6');
    const { stdout: reverse } = await lab.run('explain', '26.2.0.192.in-addr.arpa', 'PTR');
    expect(reverse).toContain('  PTR 300 mx2.lab.internal.   mx2 (lab), registration, hostmaster.yaml:');
  });
});
