import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import { type Fault, type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, expectPlain, makeZone, rrset } from './zone.ts';

describe('invariant 12: secrets never appear in a plan, a log, an error, or the state', () => {
  const zone = 'secret.test.';
  const env = () => ({ PDNS_API_KEY: pdns.apiKey });
  let pdns: PowerDns;
  let proxy: FaultyProxy;
  let repository: Repository;
  let version = 1;

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    proxy = await startProxy(pdns.url);
    await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
    repository = makeRepository({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { api_key: { env: 'PDNS_API_KEY' }, timeout: '2s' }) },
      zones: { [zone]: {} },
    });
  });
  beforeEach(() => {
    proxy.handle(null);
    version += 1;
    repository.write('zones/secret.test.yaml', `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.${version}}\n`);
  });
  afterAll(async () => {
    await proxy.stop();
    await pdns.stop();
  });

  /** Runs it in the repository, as loud as it gets, and looks at all that it said and left behind. */
  const run = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await hostmaster([...args, '--config', repository.config, '--log-level', 'debug'], { env: env() });
    expectPlain(pdns, ended);
    expectNoSecret();
    return ended;
  };
  const expectNoSecret = (): void => {
    const files = readdirSync(repository.folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((each) => each.isFile())) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      expect(bytes.includes(pdns.apiKey), `${file.name} has the key`).toBe(false);
    }
  };

  it('nor in what each command prints and writes when all goes well, in each format', async () => {
    const out = join(repository.folder, 'plan.json');
    expect(await run('validate')).toMatchObject({ code: 0 });
    expect(await run('plan', '--out', out)).toMatchObject({ code: 0 });
    expect(await run('plan', '--format', 'markdown')).toMatchObject({ code: 0 });
    expect(await run('apply', '--yes', '--plan', out)).toMatchObject({ code: 0 });
    expect(await run('apply', '--yes', '--format', 'json')).toMatchObject({ code: 0 });
    expect(await run('verify')).toMatchObject({ code: 0 });
    expect(await run('explain', `www.${zone}`, '--format', 'json')).toMatchObject({ code: 0 });
    expect(await run('dump', '--target', 'pdns', '--out', join(repository.folder, 'dumped'))).toMatchObject({
      code: 0,
    });
  });

  const echo = (status: number): Fault => ({
    kind: 'answer',
    status,
    body: JSON.stringify({ error: `bad X-API-Key: ${pdns.apiKey}` }),
  });
  it.each([
    ['GET', [200, 403, 500], 1],
    ['PATCH', [200, 400, 422, 500], 1],
    ['PUT', [422, 500], 0],
  ] as const)('nor where whatever answers a %s repeats it', async (method, statuses, exit) => {
    for (const status of statuses) {
      proxy.clear();
      proxy.handle((request) => (request.method === method ? echo(status) : undefined));
      const { code, stderr, stdout } = await run('apply', '--yes');
      expect(code, `${status} ${stdout} ${stderr}`).toBe(exit);
      expect(proxy.count(method)).toBeGreaterThan(0);
      version += 1;
      repository.write('zones/secret.test.yaml', `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.${version}}\n`);
    }
  });

  it('nor where its variable or file is missing: then the name is said', async () => {
    const { code, stdout, stderr } = await hostmaster(['plan', '--config', repository.config]);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain('PDNS_API_KEY');
  });

  const literals: Readonly<Record<string, (key: string) => Readonly<Record<string, unknown>>>> = {
    'as api_key itself': (key) => ({ api_key: key }),
    'in the url': (key) => ({ url: `http://user:${key}@127.0.0.1:1`, api_key: { env: 'PDNS_API_KEY' } }),
    'where a variable is named': (key) => ({ api_key: { env: key } }),
    'where a file is named': (key) => ({ api_key: { file: key } }),
  };
  it.each(Object.entries(literals))('nor where somebody wrote it %s', async (where, bad) => {
    const wrong = makeRepository({
      targets: { pdns: { ...targetOf(pdns), ...bad(pdns.apiKey) } },
      zones: { [zone]: {} },
      files: { 'secret.test': apexYaml },
    });
    const trusting = ['--config', wrong.config, '--targets-from', wrong.config];
    for (const command of ['validate', 'plan']) {
      const { code, stdout, stderr } = await hostmaster([command, ...trusting], { env: env() });
      expect(code).toBe(command === 'plan' || where === 'as api_key itself' ? 1 : 0);
      expect(`${stdout}${stderr}`).not.toContain(pdns.apiKey);
    }
  });
});
