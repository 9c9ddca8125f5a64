import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compose } from '../../src/compose/index.ts';
import { inventorySources } from '../../src/inventory/index.ts';
import { load } from '../../src/load/index.ts';
import { grants, groups, labels } from '../load/examples.ts';
import * as make from './compose-input.ts';

// The two examples of the documentation, as they stand, beside the grants that it shows.

const config = `
targets: { pdns: { provider: powerdns, url: "http://127.0.0.1:8081", api_key: { env: PDNS_API_KEY } } }
zones:
  example.com: { targets: [pdns], static: none }
  lab.internal: { targets: [pdns], static: none }
  2.0.192.in-addr.arpa: { targets: [pdns], static: none }
inventory:
  lab: { type: http, url: "http://127.0.0.1:9000/api/v1/servers", interval: 30s }
registration:
  zone: lab.internal
  ttl: 300
  reverse: true
${grants}`;

const { server, present } = make;

const composedFrom = async (servers: Parameters<typeof make.inputOf>[0]) => {
  const folder = mkdtempSync(join(tmpdir(), 'hostmaster-compose-'));
  try {
    writeFileSync(join(folder, 'hostmaster.yaml'), config);
    writeFileSync(join(folder, 'labels.yaml'), labels);
    writeFileSync(join(folder, 'groups.yaml'), groups);
    const { zones, zoneNames, roles } = await load({
      config: join(folder, 'hostmaster.yaml'),
      inventories: inventorySources,
    });
    return compose({ zones, zoneNames, roles, roster: { servers, inventories: {}, problems: [], now: make.now } });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

it('the label mailserver and the group production-web', async () => {
  const web = { labels: ['web-frontend'], attributes: { environment: 'prod' } };
  const composed = await composedFrom([
    present(server('mx1', ['192.0.2.25'], { labels: ['mailserver'], attributes: { rack: 'r4' } })),
    present(server('mx2', ['192.0.2.26', '2001:db8::26'], { labels: ['mailserver'], attributes: { rack: 5 } })),
    present(server('web1', ['192.0.2.11'], web)),
    present(server('web2', ['192.0.2.12'], { ...web, state: 'maintenance' })),
    present(server('web3', ['192.0.2.13'], { labels: ['web-frontend'], attributes: { environment: 'test' } })),
  ]);
  expect(make.linesOf(composed.zones).filter((line) => !line.includes('PTR'))).toEqual([
    'mail.example.com. 60 A 192.0.2.25',
    'mail.example.com. 60 A 192.0.2.26',
    'mx1.lab.internal. 300 A 192.0.2.25',
    'mx1.lab.internal. 300 TXT "rack r4"',
    'mx2.lab.internal. 300 A 192.0.2.26',
    'mx2.lab.internal. 300 AAAA 2001:db8::26',
    'mx2.lab.internal. 300 TXT "rack 5"',
    'web1.lab.internal. 300 A 192.0.2.11',
    'web2.lab.internal. 300 A 192.0.2.12',
    'web3.lab.internal. 300 A 192.0.2.13',
    'www.example.com. 60 A 192.0.2.11',
  ]);
  const rrsets = composed.zones.flatMap((zone) => zone.rrsets);
  const at = (name: string) => rrsets.find((rrset) => rrset.name === name);
  expect(at('mail.example.com.')?.healthCheck).toMatchObject({ port: 25, urls: null, when_all_down: 'open' });
  expect(at('www.example.com.')?.healthCheck?.urls).toEqual({ '192.0.2.11': 'https://192.0.2.11/healthz' });
  expect(at('www.example.com.')?.values[0]?.origins).toMatchObject([
    { kind: 'claim', group: 'production-web', inventory: 'lab', server: 'web1', file: 'groups.yaml', line: 6 },
  ]);
  expect(at('mx1.lab.internal.')?.values[0]?.origins.map(({ kind, line }) => [kind, line])).toEqual([
    ['registration', 9],
    ['record', 5],
  ]);
  expect(composed.problems.map(({ rule }) => rule)).toEqual(['no-reverse-zone']);
});

it('a server without the attribute is one error, which names it, the label and the line', async () => {
  const composed = await composedFrom([present(server('mx1', ['192.0.2.25'], { labels: ['mailserver'] }))]);
  expect(composed.problems.map(({ rule, message, file, line }) => [rule, message, file, line])).toContainEqual([
    'server-lacks',
    'label mailserver, server lab/mx1: it has no "rack"',
    'labels.yaml',
    6,
  ]);
  expect(make.linesOf(composed.zones)).toContain('mx1.lab.internal. 300 A 192.0.2.25');
});
