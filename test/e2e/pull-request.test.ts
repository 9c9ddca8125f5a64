import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import { tempFolder } from '../servers/index.ts';
import { type Listening, listen } from '../servers/listen.ts';

// A pull request whose hostmaster.yaml wants the secrets of the CI that it is run in, by the real command.

const secret = 'the-key-of-ci';
const requests: string[] = [];
let stranger: Listening;

beforeAll(async () => {
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${JSON.stringify(request.headers)}`);
    response.end('{}');
  });
  stranger = await listen(server);
});
afterAll(() => stranger?.close());
beforeEach(() => {
  requests.length = 0;
});

const written = (files: Readonly<Record<string, string>>): string => {
  const folder = tempFolder('pull-request');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o600 });
  }
  return folder;
};

const event = { GITHUB_EVENT_NAME: 'pull_request' };
const run = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = event): Promise<Ended> =>
  hostmaster(args, { cwd, env: { ...env, PDNS_API_KEY: secret } });

const zone = 'zones: { example.com: { targets: [try], create: { ns: [ns1.example.com.] } } }\n';
const zoneFile = "'': { type: NS, values: [ns1.example.com.] }\nns1: { type: A, value: 192.0.2.1 }\n";
const files = { 'zones/example.com.yaml': zoneFile, key: `${secret}\n` };
const targetsOf = (more: string): string => `targets:
  try: { provider: embedded, listen: "127.0.0.1:0" }
  ${more}
`;
const powerdnsOf = (key: string): string =>
  `pdns: { provider: powerdns, url: "http://127.0.0.1:${stranger.port}", api_key: { ${key} } }`;

const commands: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '--full', '--format', 'json'],
  ['apply', '--yes'],
  ['verify'],
  ['explain', 'www.example.com'],
];

const expectRefused = ({ code, stdout, stderr }: Ended, ...what: readonly string[]): void => {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^hostmaster: this run is for a pull request \(.*\n$/);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  for (const each of [...what, '--targets-from FILE']) expect(stderr).toContain(each);
  expect(stderr).not.toContain(secret);
  expect(requests).toEqual([]);
};

describe('a pull request that names a target, a secret or code of its own', () => {
  it('gets one line that says what to do, and nothing else', async () => {
    const folder = written({ ...files, 'hostmaster.yaml': targetsOf(powerdnsOf('env: PDNS_API_KEY')) + zone });
    for (const args of commands) {
      expectRefused(await run(folder, args), 'GITHUB_EVENT_NAME is pull_request', 'target pdns');
    }
    expect(existsSync(join(folder, '.hostmaster'))).toBe(false);
  });

  it('gets no dump of a target, and cannot have a zone of it deleted', async () => {
    const folder = written({ ...files, 'hostmaster.yaml': targetsOf(powerdnsOf('file: key')) + zone });
    expectRefused(await run(folder, ['dump', '--target', 'pdns']), 'target pdns');
    const deleting = ['zone', 'delete', 'example.com', '--target', 'pdns', '--confirm', 'example.com'];
    expectRefused(await run(folder, deleting), 'target pdns');
  });

  it('in a merge request of GitLab too', async () => {
    const folder = written({ ...files, 'hostmaster.yaml': targetsOf(powerdnsOf('env: PDNS_API_KEY')) + zone });
    expectRefused(await run(folder, ['plan'], { CI_MERGE_REQUEST_IID: '7' }), 'CI_MERGE_REQUEST_IID is set');
  });

  it('by an inventory', async () => {
    const inventory = `inventory: { lab: { type: http, url: "http://127.0.0.1:${stranger.port}", token: { env: PDNS_API_KEY } } }\n`;
    const roles = 'grants: [{ inventory: lab, names: ["*.example.com"] }]\n';
    const folder = written({ ...files, 'hostmaster.yaml': targetsOf('') + zone + inventory + roles });
    for (const args of commands) expectRefused(await run(folder, args), 'inventory lab');
  });

  it.each(['./own.js', 'own-package'])('by code: %s', async (provider) => {
    const code = "import { writeFileSync } from 'node:fs';\nwriteFileSync('ran', '');\n";
    const folder = written({
      ...files,
      'hostmaster.yaml': targetsOf(`mine: { provider: ${provider} }`) + zone,
      'own.js': code,
      'node_modules/own-package/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/own-package/index.js': code,
    });
    for (const args of [...commands, ['plan', '--target', 'mine']]) {
      expectRefused(await run(folder, args), 'target mine (its provider is code)');
    }
    expect(await run(folder, ['validate'])).toMatchObject({ code: 0, stdout: expect.stringContaining('not loaded') });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    expect(await run(folder, ['validate'], {})).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, 'ran'))).toBe(true);
  });

  it('by a file of --targets-from that is its own', async () => {
    const own = targetsOf(powerdnsOf('env: PDNS_API_KEY'));
    const folder = written({ ...files, 'hostmaster.yaml': own + zone, 'ops/targets.yaml': own });
    const args = ['plan', '--targets-from', 'ops/targets.yaml'];
    expectRefused(await run(folder, args), 'does not count', 'target pdns');
  });
});

describe('in a run for a pull request', () => {
  it('targets are those of a file that it cannot change', async () => {
    const trusted = written({ 'targets.yaml': targetsOf(powerdnsOf('file: key')), key: secret });
    const folder = written({ ...files, 'hostmaster.yaml': `targets: {}\n${zone}` });
    const { code, stdout, stderr } = await run(folder, ['plan', '--targets-from', join(trusted, 'targets.yaml')]);
    expect({ code, stdout, stderr }).toMatchObject({ code: 1, stdout: expect.stringContaining('pdns'), stderr: '' });
    expect(requests[0]).toContain(secret);
  });

  it('what needs neither a network, a secret nor code works as ever', async () => {
    const server = 'registration: { zone: example.com }\ninventory: { lab: { type: file, path: servers.yaml } }\n';
    const folder = written({
      ...files,
      'hostmaster.yaml': targetsOf('') + zone + server,
      'servers.yaml': 'servers: [{ name: web1, ips: [192.0.2.7] }]\n',
    });
    expect(await run(folder, ['validate'])).toMatchObject({ code: 0 });
    expect(await run(folder, ['apply', '--yes'])).toMatchObject({ code: 0, stderr: '' });
    expect(await run(folder, ['plan', '--exit-code'])).toMatchObject({ code: 0 });
    expect(await run(folder, ['explain', 'web1.example.com'])).toMatchObject({ code: 0 });
  });

  it('validate looks at everything, and resolves no secret', async () => {
    const folder = written({ ...files, 'hostmaster.yaml': targetsOf(powerdnsOf('env: NOT_SET')) + zone });
    expect(await run(folder, ['validate'])).toMatchObject({ code: 0, stderr: '' });
    const wrong = written({ ...files, 'hostmaster.yaml': targetsOf('pdns: { provider: powerdns, ulr: x }') + zone });
    expect(await run(wrong, ['validate'])).toMatchObject({ code: 1, stdout: expect.stringContaining('"ulr"') });
  });

  it('init and the demo work', async () => {
    const folder = tempFolder('init');
    expect(await run(folder, ['init', 'dns'])).toMatchObject({ code: 0 });
    expect(await run(folder, ['demo', '--exit'])).toMatchObject({ code: 0 });
  });
});
