import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { load, resolveSecrets } from '../../src/load/index.ts';
import { problemsOf, repository } from './load-repository.ts';

// A secret in a file: only a configuration that is trusted may name one.

const providers = {
  signed: { schema: { type: 'object', properties: { tsig: { type: 'object' } } }, secrets: ['api_key', 'tsig.secret'] },
};
const configOf = (secret: string): string => `targets:
  api: { provider: signed, api_key: ${secret} }
  ns: { provider: signed, tsig: { secret: ${secret} } }
  misspelt: { provider: singed, a: { b: ${secret} } }
zones: {}
inventory:
  lab: { type: http, url: "http://h/", token: ${secret} }
  dc: { type: netbox, url: "http://h/", token: ${secret} }
`;
const files = { key: 's3cr3t\n', 'hostmaster.yaml': configOf('{file: key}') };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) process.chdir(folder);
  vi.unstubAllEnvs();
});

/** Until the test ends. */
const goTo = (folder: string): void => {
  folders.push(process.cwd());
  process.chdir(folder);
};

const rulesOf = (problems: readonly string[]): readonly string[] =>
  problems.map((line) => line.replace(/^(\S+) error (\S+): .*$/, '$1 $2'));

/** The secrets of all targets and inventories, by the name of each. */
const secretsOf = async ({ roles, targets, targetsFolder }: Awaited<ReturnType<typeof load>>) => {
  const all = [...targets, ...roles.inventories].map(async (each) => {
    const { secrets } = await resolveSecrets(each, targetsFolder);
    return [each.name, Object.entries(secrets).join()] as const;
  });
  return Object.fromEntries(await Promise.all(all));
};

const resolved = { api: 'api_key,s3cr3t', ns: 'tsig.secret,s3cr3t', lab: 'token,s3cr3t', dc: 'token,s3cr3t' };
const misspelt = 'hostmaster.yaml:4:25 unknown-provider';

describe('a secret in a file', () => {
  it('is refused in what --config names, every one at its place', async () => {
    const found = await load({
      config: join(repository(files), 'hostmaster.yaml'),
      providers,
      inventories: inventorySources,
    });
    const problems = problemsOf(found);
    expect(rulesOf(problems)).toEqual([
      'hostmaster.yaml:2:37 secret-file',
      'hostmaster.yaml:3:43 secret-file',
      misspelt,
      'hostmaster.yaml:4:41 secret-file',
      'hostmaster.yaml:7:47 secret-file',
      'hostmaster.yaml:8:48 secret-file',
    ]);
    const says =
      '"secret" names a file, and a configuration named by --config may not read secret files; write {env: NAME}; or if you trust hostmaster.yaml, name it with --targets-from, or run hostmaster in its folder';
    expect(problems[1]).toBe(`hostmaster.yaml:3:43 error secret-file: targets.ns.tsig: ${says}`);
    expect([found.targets, found.roles.inventories]).toEqual([[], []]);
    expect(found.roles.unusable.map(({ reason }) => reason)).toEqual([
      'inventory "lab" cannot be used',
      'inventory "dc" cannot be used',
    ]);
  });

  it('is refused where the providers are not known', async () => {
    const found = await load({ config: join(repository(files), 'hostmaster.yaml'), inventories: inventorySources });
    expect(found.problems.map(({ rule }) => rule)).toEqual(new Array(5).fill('secret-file'));
  });

  it('is refused in a hostmaster.yaml elsewhere than where the command runs', async () => {
    goTo(repository({ ...files, 'below/hostmaster.yaml': files['hostmaster.yaml'] }));
    const { problems } = await load({ config: 'below/hostmaster.yaml', providers, inventories: inventorySources });
    expect(problems.map(({ rule }) => rule)).toContain('secret-file');
  });

  it.each(['hostmaster.yaml', './zones/../hostmaster.yaml'])(
    'is read for the default where the command runs: %s',
    async (config) => {
      goTo(repository(files));
      const found = await load({ config, providers, inventories: inventorySources });
      expect(rulesOf(problemsOf(found))).toEqual([misspelt]);
      expect(await secretsOf(found)).toEqual(resolved);
    },
  );

  it('is read for the file of --targets-from, from its folder, and not for what --config names', async () => {
    const own = repository({ key: 'of the repository\n', 'hostmaster.yaml': configOf('{file: /etc/hostname}') });
    const targetsFrom = join(
      repository({ 'ops/key': 's3cr3t\n', 'ops/ops.yaml': files['hostmaster.yaml'] }),
      'ops/ops.yaml',
    );
    const found = await load({
      config: join(own, 'hostmaster.yaml'),
      targetsFrom,
      providers,
      inventories: inventorySources,
    });
    expect(rulesOf(problemsOf(found))).toEqual([misspelt.replace('hostmaster.yaml', targetsFrom)]);
    expect(await secretsOf(found)).toEqual(resolved);
  });
});

it('a secret in the environment may be named anywhere', async () => {
  vi.stubEnv('HOSTMASTER_TEST_SECRET', 's3cr3t');
  const config = configOf('{env: HOSTMASTER_TEST_SECRET}');
  const found = await load({
    config: join(repository({ 'hostmaster.yaml': config }), 'hostmaster.yaml'),
    providers,
    inventories: inventorySources,
  });
  expect(rulesOf(problemsOf(found))).toEqual([misspelt]);
  expect(await secretsOf(found)).toEqual(resolved);
});
