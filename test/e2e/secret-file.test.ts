import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import { apexYaml, makeZone } from '../faults/zone.ts';
import {
  type Proxy as ApiProxy,
  type Bind,
  dig,
  type PowerDns,
  startBind,
  startPowerDns,
  startProxy,
  tempFolder,
} from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';

// Keys in files: an API's, a TSIG key, and an inventory's token, by the real command at real servers.

const zone = 'keys.test.';
const key = { name: 'k.test.', algorithm: 'hmac-sha256', secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' };
const token = 'token-of-the-tests';
const text = `$TTL 300\n@ SOA ns1.example.net. h 1 60 60 600 60\n@ NS ns1.example.net.\n@ NS ns2.example.net.\n`;
const refusal =
  'names a file, and a configuration named by --config may not read secret files; write {env: NAME}; or if you trust hostmaster.yaml, name it with --targets-from, or run hostmaster in its folder';

let pdns: PowerDns;
let proxy: ApiProxy;
let bind: Bind;
let inventory: InventoryServer;

beforeAll(async () => {
  const statements = `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; };`;
  [pdns, bind, inventory] = await Promise.all([
    startPowerDns({ backend: 'sqlite' }),
    startBind({ keys: [key], zones: [{ name: zone, text, statements }] }),
    startInventory([{ name: 'web1', ips: ['192.0.2.1'], labels: ['web'] }]),
  ]);
  inventory.protect(token);
  proxy = await startProxy(pdns.url);
  await makeZone(pdns, zone, []);
});
afterAll(async () => {
  await proxy?.stop();
  await Promise.all([pdns?.stop(), bind?.stop(), inventory?.stop()]);
});
beforeEach(() => {
  proxy.clear();
  inventory.clear();
});

const write = (folder: string, files: Readonly<Record<string, string>>): string => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o600 });
  }
  return folder;
};

/** What goes to the servers, its keys relative to the file that this is in. */
const access = () => `targets:
  pdns: { provider: powerdns, url: "${proxy.url}", api_key: { file: keys/api }, verify_at: ["${pdns.dns.address}:${pdns.dns.port}"] }
  bind:
    provider: rfc2136
    host: ${bind.dns.address}
    port: ${bind.dns.port}
    verify_at: ["${bind.dns.address}:${bind.dns.port}"]
    tsig: { name: ${key.name}, algorithm: ${key.algorithm}, secret: { file: keys/tsig } }
inventory: { lab: { type: http, url: "${inventory.url}", token: { file: keys/token } } }
`;
const keys = () => ({ 'keys/api': `${pdns.apiKey}\n`, 'keys/tsig': `${key.secret}\n`, 'keys/token': token });
const zones = `zones: { ${zone}: { targets: [pdns, bind] } }\ngrants: [{ inventory: lab, names: ["*.${zone}"] }]\n`;
const filesOf = (address: string) => ({
  'zones/keys.test.yaml': `${apexYaml}www: { type: A, ttl: 60, value: ${address} }\n`,
  'labels.yaml': `labels: { web: { dns: { claims: [{ name: all.${zone}, type: A }] } } }\n`,
});

const expectServed = async (ended: Ended, address: string): Promise<void> => {
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  for (const { dns } of [pdns, bind]) {
    for (const [name, value] of [
      ['www', address],
      ['all', '192.0.2.1'],
    ]) {
      expect((await dig(dns, `${name}.${zone}`, 'A')).answers.map(({ rdata }) => rdata)).toEqual([value]);
    }
  }
  expect(inventory.requests.map(({ status }) => status)).toEqual([200]);
};

describe('keys in files', () => {
  it('are sent to nobody for a configuration that --config names, each refused at its place', async () => {
    const folder = write(tempFolder('keys'), {
      'hostmaster.yaml': access() + zones,
      ...keys(),
      ...filesOf('192.0.2.9'),
    });
    for (const words of [['validate'], ['plan'], ['apply', '--yes'], ['verify']]) {
      const ended = await hostmaster([...words, '--config', join(folder, 'hostmaster.yaml')], { cwd: '/' });
      expect(ended.code).toBe(1);
      const said = `${ended.stdout}${ended.stderr}`.split('\n').filter((line) => line.includes('[secret-file]'));
      expect(said.map((line) => line.replace(/^(hostmaster.yaml:\d+):\d+:/, '$1:'))).toEqual([
        `hostmaster.yaml:2: error [secret-file] targets.pdns: "api_key" ${refusal}`,
        `hostmaster.yaml:8: error [secret-file] targets.bind.tsig: "secret" ${refusal}`,
        `hostmaster.yaml:9: error [secret-file] inventory.lab: "token" ${refusal}`,
      ]);
    }
    expect([proxy.requests, inventory.requests]).toEqual([[], []]);
  });

  it('are read where the command runs in its folder', async () => {
    const folder = write(tempFolder('keys'), {
      'hostmaster.yaml': access() + zones,
      ...keys(),
      ...filesOf('192.0.2.2'),
    });
    await expectServed(await hostmaster(['apply', '--yes'], { cwd: folder }), '192.0.2.2');
  });

  it('are read for the file of --targets-from, from its folder, whatever --config names', async () => {
    const evil =
      'targets: { pdns: { provider: powerdns, url: "http://127.0.0.1:1", api_key: { file: /etc/hostname } } }\n';
    const proposed = write(tempFolder('proposed'), { 'hostmaster.yaml': evil + zones, ...filesOf('192.0.2.3') });
    const trusted = write(tempFolder('trusted'), { 'ops/targets.yaml': access(), ...prefixed('ops/', keys()) });
    const words = ['--config', join(proposed, 'hostmaster.yaml'), '--targets-from', join('ops', 'targets.yaml')];
    await expectServed(await hostmaster(['apply', '--yes', ...words], { cwd: trusted }), '192.0.2.3');
  });
});

const prefixed = (prefix: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${prefix}${path}`, content]));
