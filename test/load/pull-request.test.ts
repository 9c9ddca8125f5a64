import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registry as providers } from '../../src/cli/registry.ts';
import { inventorySources } from '../../src/inventory/index.ts';
import { load } from '../../src/load/index.ts';
import { pullRequestEvent } from '../../src/load/pull-request/event.ts';
import { repository, shown } from './load-repository.ts';

const target = 'targets: {pdns: {provider: powerdns, url: "http://127.0.0.1:1", api_key: {env: KEY}}}\n';
const config = `${target}zones: {}\n`;

afterEach(() => vi.unstubAllEnvs());

const loaded = (path: string, targetsFrom?: string) =>
  load({
    config: path,
    providers,
    inventories: inventorySources,
    ...(targetsFrom === undefined ? {} : { targetsFrom }),
  });

describe('a run is for a pull request', () => {
  it.each([
    { GITHUB_EVENT_NAME: 'pull_request' },
    { GITHUB_EVENT_NAME: 'pull_request_target' },
    { GITHUB_EVENT_NAME: 'pull_request_review' },
    { GITHUB_EVENT_NAME: 'pull_request_review_comment' },
    { GITHUB_EVENT_NAME: 'issue_comment' },
    { GITHUB_EVENT_NAME: 'workflow_run' },
    { GITHUB_EVENT_NAME: 'merge_group' },
    { GITHUB_EVENT_NAME: ' Pull_Request ' },
    { CI_MERGE_REQUEST_IID: '7' },
    { CI_EXTERNAL_PULL_REQUEST_IID: '7' },
    { GITHUB_EVENT_NAME: '', CI_MERGE_REQUEST_IID: '7' },
  ])('where CI says so: %j', (environment) => {
    expect(pullRequestEvent(environment)).toMatch(/^\w+ is (set|\w+)$/);
  });

  it.each([
    {},
    { GITHUB_EVENT_NAME: '' },
    { GITHUB_EVENT_NAME: 'push' },
    { GITHUB_EVENT_NAME: 'schedule' },
    { GITHUB_EVENT_NAME: 'workflow_dispatch' },
    { CI_MERGE_REQUEST_IID: '' },
    { CI_MERGE_REQUEST_IID: ' ' },
  ])('and is not where it does not: %j', (environment) => {
    expect(pullRequestEvent(environment)).toBeNull();
  });
});

describe('in a run for a pull request', () => {
  beforeEach(() => vi.stubEnv('GITHUB_EVENT_NAME', 'pull_request'));

  it('everything that needs a network, a secret or code may not be used, and all else may', async () => {
    const folder = repository({
      'hostmaster.yaml': `targets:
  pdns: {provider: powerdns, url: "http://127.0.0.1:1", api_key: {env: KEY}}
  here: {provider: embedded}
  elsewhere: {provider: embedded, file: ../zones.sqlite}
  hidden: {provider: embedded, file: .git/zones.sqlite}
  file: {provider: ./own.js}
  package: {provider: some-package}
zones: {}
inventory:
  servers: {type: file, path: servers.yaml}
  lab: {type: http, url: "http://127.0.0.1:1", token: {env: TOKEN}}
  dc: {type: netbox, url: "http://127.0.0.1:1"}
`,
      'own.js': 'throw new Error("loaded")',
      'servers.yaml': 'servers: []',
    });
    const found = await loaded(join(folder, 'hostmaster.yaml'));
    expect(found.problems.map(shown)).toEqual([
      expect.stringContaining('warning provider-not-loaded: the provider ./own.js is not loaded'),
      expect.stringContaining('warning provider-not-loaded: the provider some-package is not loaded'),
    ]);
    expect(found.pullRequest?.event).toBe('GITHUB_EVENT_NAME is pull_request');
    expect(found.pullRequest?.refused.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'target pdns',
      'target elsewhere',
      'target hidden',
      'target file',
      'target package',
      'inventory lab',
      'inventory dc',
    ]);
  });

  it('a built-in provider that is misspelt is said as ever', async () => {
    const folder = repository({ 'hostmaster.yaml': 'targets: {pdns: {provider: powerdsn}}\nzones: {}\n' });
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const { problems } = await loaded(join(folder, 'hostmaster.yaml'));
    expect(problems.map(shown)).toEqual([expect.stringContaining('unknown provider "powerdsn" (did you mean')]);
    vi.restoreAllMocks();
  });

  it.each([
    ['in the folder above', '../state.sqlite'],
    ['in the folder of Git', '.git/state.sqlite'],
    ['by another spelling', 'zones/../.git/hooks/state.sqlite'],
    ['at another place of the machine', '/var/lib/hostmaster/state.sqlite'],
    ['behind a symlink', 'out/state.sqlite'],
    ['behind a symlink to nothing yet', '.hostmaster/new.sqlite'],
    ['with a journal behind a symlink', '.hostmaster/journalled.sqlite'],
  ])('the state may not be %s', async (_, state) => {
    const folder = repository({ 'hostmaster.yaml': `state: ${state}\ntargets: {}\nzones: {}\n` });
    const outside = repository({});
    mkdirSync(join(folder, '.hostmaster'));
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync(join(outside, 'new.sqlite'), join(folder, '.hostmaster/new.sqlite'));
    symlinkSync(join(outside, 'wal'), join(folder, '.hostmaster/journalled.sqlite-wal'));
    const { pullRequest } = await loaded(join(folder, 'hostmaster.yaml'));
    expect(pullRequest?.refused).toMatchObject([{ kind: 'state', why: expect.stringContaining('folder') }]);
  });

  it.each(['', 'state: .hostmaster/state.sqlite\n', 'state: state.sqlite\n', 'state: db/state.sqlite\n'])(
    'the state may be in the folder of hostmaster.yaml: %j',
    async (state) => {
      const folder = repository({ 'hostmaster.yaml': `${state}targets: {}\nzones: {}\n` });
      expect((await loaded(join(folder, 'hostmaster.yaml'))).pullRequest?.refused).toEqual([]);
    },
  );
});

describe('the file of --targets-from in a run for a pull request', () => {
  /** Two checkouts side by side: the pull request's, and one that it cannot write to. */
  const checkouts = () => {
    const files = { 'dns/hostmaster.yaml': config, 'ops/targets.yaml': target };
    const folder = repository({
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`pr/${path}`, text])),
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`base/${path}`, text])),
    });
    for (const name of ['pr', 'base']) git(join(folder, name), 'init', '-q');
    return { folder, at: (path: string) => join(folder, path) };
  };
  const git = (folder: string, ...args: readonly string[]) => {
    const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'protocol.file.allow=always'];
    execFileSync('git', ['-C', folder, ...who, ...args], { env: environment, stdio: 'pipe' });
  };
  beforeEach(() => vi.stubEnv('GITHUB_EVENT_NAME', 'pull_request'));

  const shares = async (configPath: string, targetsFrom: string): Promise<boolean> =>
    (await loaded(configPath, targetsFrom)).pullRequest !== null;

  it('counts where it is in another work tree', async () => {
    const { at } = checkouts();
    expect(await shares(at('pr/dns/hostmaster.yaml'), at('base/ops/targets.yaml'))).toBe(false);
    expect(await shares(at('pr/dns/hostmaster.yaml'), at('pr/../base/ops/targets.yaml'))).toBe(false);
  });

  it('does not count in the same work tree, however it is spelt', async () => {
    const { at } = checkouts();
    const own = at('pr/dns/hostmaster.yaml');
    expect(await shares(own, own)).toBe(true);
    expect(await shares(own, at('pr/ops/targets.yaml'))).toBe(true);
    expect(await shares(own, at('base/../pr/ops/targets.yaml'))).toBe(true);
    const { pullRequest } = await loaded(own, at('pr/ops/targets.yaml'));
    expect(pullRequest).toMatchObject({ sharedWorkTree: at('pr'), refused: [{ name: 'pdns' }] });
  });

  it('does not count by a symlink into or out of that work tree, or through it', async () => {
    const { at } = checkouts();
    symlinkSync(at('pr/ops'), at('base/into'));
    symlinkSync(at('base/ops'), at('pr/out'));
    symlinkSync(at('pr/out'), at('base/through'));
    for (const path of ['base/into/targets.yaml', 'pr/out/targets.yaml', 'base/through/targets.yaml']) {
      expect(await shares(at('pr/dns/hostmaster.yaml'), at(path)), path).toBe(true);
    }
  });

  it('does not count where the way to hostmaster.yaml leads out of that work tree by a symlink', async () => {
    const { at } = checkouts();
    symlinkSync(at('base/dns'), at('pr/moved'));
    expect(await shares(at('pr/moved/hostmaster.yaml'), at('pr/ops/targets.yaml'))).toBe(true);
    expect(await shares(at('pr/moved/hostmaster.yaml'), at('base/ops/targets.yaml'))).toBe(true);
  });

  it('does not count where hostmaster.yaml is in a submodule of it: the repository around it chooses that', async () => {
    const { at } = checkouts();
    git(at('base'), 'add', '-A');
    git(at('base'), 'commit', '-qm', 'one');
    git(at('pr'), 'submodule', 'add', '-q', at('base'), 'sub');
    expect(await shares(at('pr/sub/dns/hostmaster.yaml'), at('pr/ops/targets.yaml'))).toBe(true);
    expect(await shares(at('pr/sub/dns/hostmaster.yaml'), at('base/ops/targets.yaml'))).toBe(false);
  });

  it('counts beside a work tree that git worktree added, and in a checkout around that of the pull request', async () => {
    const { at } = checkouts();
    git(at('base'), 'add', '-A');
    git(at('base'), 'commit', '-qm', 'one');
    git(at('base'), 'worktree', 'add', '-q', at('base/proposed'));
    expect(await shares(at('base/proposed/dns/hostmaster.yaml'), at('base/ops/targets.yaml'))).toBe(false);
    expect(await shares(at('base/proposed/dns/hostmaster.yaml'), at('base/proposed/ops/targets.yaml'))).toBe(true);
  });

  it('does not count in the folder of hostmaster.yaml, or what CI checked out, where there is no Git', async () => {
    const folder = repository({
      'dns/hostmaster.yaml': config,
      'dns/targets.yaml': target,
      'ops/targets.yaml': target,
    });
    const own = join(folder, 'dns/hostmaster.yaml');
    expect(await shares(own, join(folder, 'dns/targets.yaml'))).toBe(true);
    expect(await shares(own, join(folder, 'ops/targets.yaml'))).toBe(false);
    vi.stubEnv('GITHUB_WORKSPACE', folder);
    expect(await shares(own, join(folder, 'ops/targets.yaml'))).toBe(true);
    vi.stubEnv('GITHUB_WORKSPACE', '');
    vi.stubEnv('CI_PROJECT_DIR', folder);
    expect(await shares(own, join(folder, 'ops/targets.yaml'))).toBe(true);
  });

  it('counts wherever it is in any other run', async () => {
    vi.stubEnv('GITHUB_EVENT_NAME', 'push');
    const { at } = checkouts();
    writeFileSync(at('pr/own.yaml'), target);
    expect(await shares(at('pr/dns/hostmaster.yaml'), at('pr/own.yaml'))).toBe(false);
  });
});
