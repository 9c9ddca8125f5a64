import { createHmac } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Started, start } from '../command.ts';
import { type Conformity, conformityOf } from '../daemon/http/conformity.ts';
import { bearer, exchange, type Sent } from '../daemon/http/interface.ts';
import { freePort, type PowerDns, startPowerDns, tempFolder } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';

// All that the real daemon says and keeps, searched for every secret that it has or was sent, by value; and each answer is as
// its OpenAPI document says.

const secrets = {
  OPS_TOKEN: 'ops-token-3f9a1c7be2',
  GRAFANA_TOKEN: 'grafana-token-b81d22',
  LAB_HOOK: 'lab-hook-secret-0d5e77',
  LAB_TOKEN: 'lab-inventory-token-91ac',
  WRONG_KEY: 'an-api-key-that-is-wrong-4410',
  TSIG_SECRET: Buffer.from('a TSIG secret of the tests').toString('base64'),
  PDNS_API_KEY: '',
};
/** What somebody sends in the hope that it is right. */
const guessed = 'a-token-that-was-guessed-5519';

const folder = tempFolder('daemon-secrets');
const said: string[] = [];
let server: PowerDns;
let inventory: InventoryServer;
let daemon: Started;
let log = '';
let port = 0;

let conforms: Conformity;

/** Every answer is searched later, and is what the document says that the daemon itself serves. */
const ask = async (path: string, sent: Sent = {}): Promise<number> => {
  const received = await exchange(port, path, sent);
  said.push(JSON.stringify(received.headers), received.text);
  conforms(sent.method ?? 'GET', path, received);
  return received.status;
};

const get = (path: string, token: string = secrets.GRAFANA_TOKEN): Promise<number> =>
  ask(path, { headers: bearer(token) });

const post = (path: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  ask(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

beforeAll(async () => {
  server = await startPowerDns({ backend: 'sqlite' });
  secrets.PDNS_API_KEY = server.apiKey;
  inventory = await startInventory([{ name: 'web1', ips: ['192.0.2.11'] }]);
  inventory.protect(secrets.LAB_TOKEN);
  mkdirSync(join(folder, 'zones'));
  writeFileSync(
    join(folder, 'zones/example.com.yaml'),
    "'': {type: NS, values: [ns1.example.net., ns2.example.net.]}\n",
  );
  writeFileSync(join(folder, 'hostmaster.yaml'), JSON.stringify(await configuration()));
  daemon = start(['daemon', '--log-level', 'debug'], {
    ...{ cwd: folder, env: secrets },
    onError: (text) => {
      log += text;
    },
  });
});

afterAll(async () => {
  await daemon?.end('SIGKILL');
  await inventory?.stop();
  await server?.stop();
});

const configuration = async () => {
  const powerdns = { provider: 'powerdns', url: server.url, verify_at: [`127.0.0.1:${server.dns.port}`] };
  return {
    targets: {
      pdns: { ...powerdns, api_key: { env: 'PDNS_API_KEY' } },
      wrong: { ...powerdns, api_key: { env: 'WRONG_KEY' } },
      bind: {
        ...{ provider: 'rfc2136', host: '127.0.0.1', port: await freePort() },
        tsig: { name: 'hostmaster.', algorithm: 'hmac-sha256', secret: { env: 'TSIG_SECRET' } },
      },
    },
    zones: {
      'example.com': { targets: ['pdns', 'wrong', 'bind'], create: { ns: ['ns1.example.net.'] } },
      'lab.internal': { targets: ['pdns'], static: 'none', create: { ns: ['ns1.example.net.'] } },
    },
    inventory: { lab: { type: 'http', url: inventory.url, token: { env: 'LAB_TOKEN' }, interval: '1s' } },
    registration: { zone: 'lab.internal', ttl: 60 },
    daemon: {
      listen: '127.0.0.1:0',
      tokens: [
        { name: 'ops', token: { env: 'OPS_TOKEN' }, scope: 'write' },
        { name: 'grafana', token: { env: 'GRAFANA_TOKEN' }, scope: 'read' },
      ],
      hooks: { inventory: { lab: { secret: { env: 'LAB_HOOK' } } } },
    },
  };
};

const looks = ['status', 'zones', 'zones/example.com', 'passes', 'servers', 'audit', 'openapi.json', 'nothing'];

it('no secret is in a log, an error, a metric, the audit, the state or an answer', { timeout: 240_000 }, async () => {
  await expect.poll(() => log, { timeout: 120_000 }).toMatch(/it listens at http:/);
  port = Number(/it listens at http:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1]);
  conforms = conformityOf((await exchange(port, '/api/v1/openapi.json', { headers: bearer(secrets.OPS_TOKEN) })).json);
  await expect.poll(() => get('/readyz'), { timeout: 120_000 }).toBe(200);
  for (const path of looks) {
    for (const token of [secrets.GRAFANA_TOKEN, secrets.OPS_TOKEN, guessed]) await get(`/api/v1/${path}`, token);
  }
  await get('/api/v1/explain?name=www.example.com');
  const { items } = Object((await exchange(port, '/api/v1/passes', { headers: bearer(secrets.OPS_TOKEN) })).json);
  expect(await get(`/api/v1/passes/${items[0].id}`)).toBe(200);
  await get(`/api/v1/status?token=${secrets.OPS_TOKEN}`);
  await get(`/${secrets.OPS_TOKEN}`, guessed);
  await ask('/api/v1/status', { headers: { cookie: `token=${secrets.OPS_TOKEN}` } });
  const ops = bearer(secrets.OPS_TOKEN);
  expect(await post('/api/v1/sync', '{"full":true}', ops)).toBe(202);
  expect(await post('/api/v1/sync', `{"${secrets.OPS_TOKEN}":1}`, ops)).toBe(400);
  expect(await post('/api/v1/sync', `{"accept":"${secrets.OPS_TOKEN}"}`, ops)).toBe(400);
  expect(await post('/api/v1/sync', '{}', bearer(secrets.GRAFANA_TOKEN))).toBe(403);
  const servers = [{ name: 'web1', ips: ['192.0.2.12'] }];
  const body = JSON.stringify({ at: new Date().toISOString(), servers });
  const signed = (secret: string) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  });
  await post('/hooks/inventory', body, signed(secrets.LAB_HOOK));
  expect(await post('/hooks/inventory', body, signed(secrets.OPS_TOKEN))).toBe(401);
  expect(await post('/hooks/inventory', body, { 'x-gitlab-token': secrets.LAB_HOOK })).toBe(401);
  // An inventory that sends back what it was sent.
  inventory.bend(() => ({
    kind: 'raw',
    status: 500,
    body: JSON.stringify({ error: `bad token ${secrets.LAB_TOKEN}` }),
  }));
  const { length: asked } = inventory.requests;
  await expect.poll(() => inventory.requests.length, { timeout: 60_000 }).toBeGreaterThan(asked + 1);
  for (const path of [...looks.map((each) => `/api/v1/${each}`), '/metrics']) await get(path);
  const { stdout, stderr } = await daemon.end('SIGTERM');
  const kept = filesIn(folder);
  expect(kept.map(({ path }) => path)).toContain('.hostmaster/state.sqlite');
  const everything = [...said, stdout, stderr, ...kept.map(({ text }) => text)].join('\n');
  expect(everything).toContain('example.com.');
  const found = [...Object.entries(secrets), ['guessed', guessed] as const].flatMap(([name, secret]) =>
    spellings(secret).some((text) => everything.includes(text)) ? [name] : [],
  );
  expect(found).toEqual([]);
});

const spellings = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ];
};

const filesIn = (top: string): readonly { readonly path: string; readonly text: string }[] =>
  readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(top, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(top, path), 'latin1') }));
