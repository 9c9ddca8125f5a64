import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type PowerDns, startBind, startKnot, startPowerDns, tempFolder } from '../servers/index.ts';
import { root } from './documents.ts';
import type { Setting } from './shell.ts';

/** The servers that a document takes for granted, as long as `use` runs. */
export type Stage = (use: (setting: Setting) => Promise<void>) => Promise<void>;

/** As docs/*.md write the ports of PowerDNS and of the daemon. */
const shownPorts = { api: '8081', dns: '5300', daemon: '8053' };

const tutorial: Stage = async (use) => {
  const instead = {
    [shownPorts.api]: String(await freePort()),
    [shownPorts.dns]: String(await freePort()),
    '/usr/sbin/pdns_server': 'pdns_server',
  };
  await use({ folder: root, env: { HOME: tempFolder('tutorial') }, instead });
};

/** No server at all. */
const alone: Stage = (use) => use({ folder: tempFolder('stage'), env: {}, instead: {} });

/** Git as nobody has set it up, with a name for commits. */
const withGit: Stage = async (use) => {
  const dns = await freePort();
  const person = { NAME: 'Op', EMAIL: 'op@example.net' };
  const identity = Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  await use({
    folder: tempFolder('daemon'),
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...Object.fromEntries(identity) },
    instead: {
      '127.0.0.1:5353': `127.0.0.1:${dns}`,
      '-p 5353': `-p ${dns}`,
      '127.0.0.1:8053': `127.0.0.1:${await freePort()}`,
    },
  });
};

type Records = readonly (readonly [name: string, ttl: number, type: string, ...content: string[]])[];

const makeZone = async (server: PowerDns, name: string, records: Records): Promise<void> => {
  const rrsets = records.map(([owner, ttl, type, ...content]) => ({
    name: owner,
    ttl,
    type,
    records: content.map((each) => ({ content: each })),
  }));
  const { status } = await server.api('POST', '/zones', { name, kind: 'Native', rrsets });
  if (status !== 201) throw new Error(`PowerDNS answered ${status} to the new zone ${name}`);
};

/** A PowerDNS that has these zones; it answers at two addresses, as if it were two. */
const withZones =
  (zones: Readonly<Record<string, Records>>): Stage =>
  async (use) => {
    const server = await startPowerDns({ backend: 'sqlite', settings: { 'local-address': '127.0.0.1,127.0.0.2' } });
    try {
      for (const [name, records] of Object.entries(zones)) await makeZone(server, name, records);
      const instead = { [shownPorts.api]: new URL(server.url).port, [shownPorts.dns]: String(server.dns.port) };
      await use({ folder: tempFolder('stage'), env: { PDNS_API_KEY: server.apiKey }, instead });
    } finally {
      await server.stop();
    }
  };

/** A BIND and a Knot that know one key, and may be given zones while they run; the reader is in BIND's folder. */
const bindAndKnot: Stage = async (use) => {
  const key = { name: 'hostmaster', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 7).toString('base64') };
  const control = await freePort();
  const controls = `controls { inet 127.0.0.1 port ${control} allow { 127.0.0.1; } keys { "hostmaster"; }; };`;
  const bind = await startBind({ keys: [key], options: 'allow-new-zones yes;', statements: controls });
  const acl = 'acl:\n  - id: hostmaster\n    key: hostmaster\n    action: [ update, transfer ]\n';
  const knot = await startKnot({ keys: [key], sections: acl });
  const keyFile = join(bind.folder, 'rndc.key');
  writeFileSync(keyFile, `key "hostmaster" { algorithm ${key.algorithm}; secret "${key.secret}"; };\n`);
  try {
    await use({
      folder: bind.folder,
      env: { TSIG_SECRET: key.secret },
      instead: {
        'host: 192.0.2.1\n    port: 53': `host: 127.0.0.1\n    port: ${bind.dns.port}`,
        '192.0.2.1:53': `127.0.0.1:${bind.dns.port}`,
      },
      programs: {
        rndc: `/usr/sbin/rndc -s 127.0.0.1 -p ${control} -k ${keyFile}`,
        knotc: `/usr/sbin/knotc -s ${knot.folder}/run/knot.sock`,
      },
    });
  } finally {
    await Promise.all([bind.stop(), knot.stop()]);
  }
};

const apexNs = (zone: string): Records => [[zone, 3600, 'NS', 'ns1.example.net.', 'ns2.example.net.']];

const small: Records = [
  ...apexNs('example.com.'),
  ['www.example.com.', 300, 'A', '192.0.2.10'],
  ['old.example.com.', 3600, 'CNAME', 'www.example.com.'],
  ['_acme-challenge.www.example.com.', 60, 'TXT', '"a-token"'],
];

/** The same, where a daemon finds its port free. */
const withDaemonPort =
  (zones: Readonly<Record<string, Records>>): Stage =>
  (use) =>
    withZones(zones)(async ({ instead, ...setting }) =>
      use({ ...setting, instead: { ...instead, [shownPorts.daemon]: String(await freePort()) } }),
    );

const large: Records = [
  ...apexNs('example.com.'),
  ...Array.from({ length: 10 }, (_, i) => [`www${i}.example.com.`, 300, 'A', `192.0.2.${i}`] as const),
];

/** Every document that has commands, by what it takes for granted. */
export const stages: Readonly<Record<string, Stage>> = {
  'docs/tutorial.md': tutorial,
  'docs/commands.md': alone,
  'docs/daemon.md': withGit,
  'docs/configuration.md': withZones({ 'example.com.': small }),
  'docs/existing-zones.md': withZones({
    'example.com.': small,
    'example.net.': [
      ...apexNs('example.net.'),
      ['ns1.example.net.', 3600, 'A', '192.0.2.53'],
      ['ns2.example.net.', 3600, 'A', '192.0.2.54'],
    ],
  }),
  'docs/rfc2136.md': bindAndKnot,
  'docs/http.md': withDaemonPort({ 'example.com.': small }),
  'docs/deleting-zones.md': withZones({ 'example.com.': large }),
};
