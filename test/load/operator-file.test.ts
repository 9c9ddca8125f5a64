import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { type DaemonDefinitions, load, loadDaemon, resolveDaemonSecrets } from '../../src/load/index.ts';
import { problemsOf, providers, repository, shown, targets } from './load-repository.ts';

// `git:` and `daemon:`, in the operator's own file.

const top = `${targets}zones: {}\ninventory: { lab: { type: http, url: "http://h/" } }\n`;

/** The operator's own file with these lines after its targets. */
const daemonOf = async (
  lines: string,
  files: Readonly<Record<string, string>> = {},
): Promise<DaemonDefinitions & { readonly said: readonly string[] }> => {
  const folder = repository({ 'ops.yaml': `${top}${lines}\n`, ...files });
  const found = await loadDaemon({ config: 'hostmaster.yaml', targetsFrom: join(folder, 'ops.yaml') });
  return { ...found, said: found.problems.map((problem) => shown(problem).replaceAll(`${folder}/`, '')) };
};

const unstub = (): void => {
  vi.unstubAllEnvs();
};

const goTo = (folder: string): void => {
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
};

describe('the operator’s own file', () => {
  it('without daemon: has the defaults, and the audit file is beside the state', async () => {
    const found = await daemonOf('state: data/state.sqlite');
    expect(found.said).toEqual([]);
    expect(found.git).toBeNull();
    expect(found.settings).toEqual({
      listen: { address: '127.0.0.1', port: 8053 },
      url: null,
      tokens: [],
      hooks: { git: null, inventory: {} },
      interval: 300_000,
      start: 'running',
      metrics: 'token',
      audit: join(found.folder, 'data/audit.jsonl'),
    });
    expect(found.state).toBe(join(found.folder, 'data/state.sqlite'));
  });

  it('says all that the contract shows', async () => {
    const found = await daemonOf(`git:
  url: https://git.example.net/dns.git
  ref: refs/tags/production
  path: ./dns//zones/
  token: { env: GIT_TOKEN }
  interval: 5m
  timeout: 30s
  signed_by: keys/allowed_signers
  folder: /var/lib/hostmaster/git
daemon:
  listen: 0.0.0.0:8053
  url: https://dns.example.net
  tokens: [{ name: ops, token: { env: OPS_TOKEN }, scope: write }, { name: grafana, token: { file: t }, scope: read }]
  hooks: { git: { secret: { env: GIT_HOOK } }, inventory: { lab: { secret: { env: LAB_HOOK } } } }
  interval: 15m
  start: suspended
  metrics: open
  audit: log/audit.jsonl`);
    expect(found.said).toEqual([]);
    expect(found.git).toEqual({
      url: 'https://git.example.net/dns.git',
      ref: 'refs/tags/production',
      path: 'dns/zones',
      credentials: { kind: 'token', token: { env: 'GIT_TOKEN' } },
      interval: 300_000,
      timeout: 30_000,
      signedBy: join(found.folder, 'keys/allowed_signers'),
      folder: '/var/lib/hostmaster/git',
      at: { file: join(found.folder, 'ops.yaml'), line: 4, column: 1 },
    });
    expect(found.settings).toEqual({
      listen: { address: '0.0.0.0', port: 8053 },
      url: 'https://dns.example.net/',
      tokens: [
        { name: 'ops', token: { env: 'OPS_TOKEN' }, scope: 'write' },
        { name: 'grafana', token: { file: 't' }, scope: 'read' },
      ],
      hooks: { git: { env: 'GIT_HOOK' }, inventory: { lab: { env: 'LAB_HOOK' } } },
      interval: 900_000,
      start: 'suspended',
      metrics: 'open',
      audit: join(found.folder, '.hostmaster/log/audit.jsonl'),
    });
    expect([found.config, found.targetsFrom?.path]).toEqual([null, join(found.folder, 'ops.yaml')]);
  });

  it('takes the contract’s notify:, and says that nothing comes of it yet', async () => {
    const found = await daemonOf(`daemon:
  notify:
    - { type: slack, url: { env: SLACK_URL }, on: [refused, failed, drift, recovered] }
    - { type: webhook, url: { env: URL }, secret: { env: SECRET }, values: true }
    - { type: mail, smtp: "smtps://mail.example.net", from: dns@example.net, to: [ops@example.net], password: { env: SMTP } }`);
    expect(found.said).toEqual([
      expect.stringMatching(/^ops.yaml:5:3 warning not-yet: daemon: "notify" is not used yet/),
    ]);
  });

  it.each([
    ['https://h/a.git', 'https://h/a.git'],
    ['file:///srv/dns.git', 'file:///srv/dns.git'],
    ['/srv/my dns.git', '/srv/my dns.git'],
    ['dns.git', 'FOLDER/dns.git'],
    ['./a:b.git', 'FOLDER/a:b.git'],
  ])('takes the repository %s', async (url, wanted) => {
    const found = await daemonOf(`git: { url: "${url}" }`);
    expect(found.said).toEqual([]);
    expect(found.git?.url).toBe(wanted.replace('FOLDER', found.folder));
    expect(found.git).toMatchObject({ ref: 'refs/heads/main', path: '.', interval: 60_000, timeout: 60_000 });
    expect(found.git?.folder).toBe(join(found.folder, '.hostmaster/git'));
  });

  it('takes ssh:// with a key and the server’s own', async () => {
    const found = await daemonOf(
      'git: { url: "ssh://git@h:2222/a.git", ssh_key: { file: id }, known_hosts: { file: /etc/known } }',
    );
    expect(found.said).toEqual([]);
    expect(found.git?.credentials).toEqual({ kind: 'ssh', key: join(found.folder, 'id'), knownHosts: '/etc/known' });
  });
});

describe('is refused in the operator’s own file', () => {
  const git = (keys: string): string => `git: { url: "https://h/a.git", ${keys} }`;
  it.each([
    ['git: { url: "https://u:hunter2@h/a.git" }', 'secret-literal: git: "url" has a password in it; take it out'],
    ['git: { url: "https://hunter2@h/a.git" }', 'secret-literal: git: "url" has a name in it'],
    ['git: { url: "https://h/a.git?t=hunter2" }', 'secret-literal: git: "url" has a "?" or a "#" in it'],
    ['git: { url: "ssh://u:hunter2@h/a.git" }', 'secret-literal: git: "url" has a password in it'],
    [
      'git: { url: "git@h:hunter2/a.git" }',
      'git: "url" has the form user@server:path; write it as ssh://user@server/path',
    ],
    ['git: { url: "h:hunter2.git" }', 'git: "url" has the form user@server:path'],
    [
      'git: { url: "http://h/hunter2" }',
      'git: "url" begins with a scheme that is not used here; it is https://, ssh://',
    ],
    ['git: { url: "git://h/a" }', 'git: "url" begins with a scheme'],
    ['git: { url: "ext::sh -c hunter2" }', 'git: "url" names a helper of Git, which is code'],
    ['git: { url: "ssh://-oProxyCommand=hunter2/a" }', 'git: "url" '],
    [
      'git: { url: "ssh://-oProxyCommand=x@h/a", ssh_key: {file: a}, known_hosts: {file: b} }',
      'git: "url" names no server',
    ],
    ['git: { url: "file:///srv/100%/a" }', 'git: "url" has a "%" in it that stands for no letter; write %25'],
    ['git: { url: "ssh://hunter%zz@h/a", ssh_key: {file: a}, known_hosts: {file: b} }', 'git: "url" has a "%" in it'],
    ['git: { url: "file://server/a" }', 'git: "url" names another machine; write file:///path'],
    ['git: { ref: refs/heads/main }', 'git: "url" is missing; add it'],
    ['git: https://h/a', 'git: it must be a mapping'],
    [git('token: hunter2'), 'secret-literal: git: "token" is a secret; write {env: NAME} or {file: PATH}'],
    [git('token: { env: A }, ssh_key: { file: b }'), '"token" is for https:// and "ssh_key" for ssh://'],
    [git('ssh_key: { file: b }, known_hosts: { file: c }'), '"ssh_key" and "known_hosts" go with ssh:// alone'],
    [git('ssh_key: "-----BEGIN hunter2"'), 'git: "ssh_key" must be a mapping'],
    [git('ssh_key: { env: KEY }'), 'git: "env" is not a key here; the only key is file'],
    ['git: { url: "ssh://h/a" }', 'ssh:// needs ssh_key and known_hosts, both {file: PATH}; add "ssh_key"'],
    ['git: { url: "ssh://h/a", ssh_key: { file: b } }', 'add "known_hosts"'],
    ['git: { url: "ssh://h/a", token: { env: A } }', '"token" goes with https:// alone'],
    ['git: { url: /a, token: { env: A } }', '"token" goes with https:// alone'],
    [git('ref: main'), 'git: "ref" must be a branch or a tag in full, like refs/heads/main'],
    [git('ref: refs/pull/1/head'), 'git: "ref" must be'],
    [git('ref: refs/heads/a..b'), 'git: "ref" must be'],
    [git('ref: "refs/heads/a b"'), 'git: "ref" must be'],
    [git('ref: "refs/heads/+a:refs/heads/b"'), 'git: "ref" must be'],
    [git('ref: refs/heads/.a'), 'git: "ref" must be'],
    [git('ref: refs/heads/a.lock'), 'git: "ref" must be'],
    [git('path: ../dns'), 'git: "path" must be a folder inside the repository'],
    [git('path: dns/../../x'), 'git: "path" must be'],
    [git('path: /etc'), 'git: "path" must be'],
    [git('path: a/.git/b'), 'git: "path" must be'],
    [git('interval: 500ms'), 'git: "interval" must be from 1s to 24h'],
    [git('interval: 25h'), 'git: "interval" must be from 1s to 24h'],
    [git('timeout: 2h'), 'git: "timeout" must be from 1s to 1h'],
    [git('interval: 60'), 'git: "interval" must be a time with a unit, like 10s'],
    [git('branch: main'), 'git: "branch" is not a key here; the keys are url, ref'],
    [
      'daemon: { listen: "0.0.0.0:8053" }',
      'daemon: "listen" is not on loopback, so that others reach it, and there is no token',
    ],
    ['daemon: { listen: "[::]:8053" }', 'daemon: "listen" is not on loopback'],
    ['daemon: { listen: "192.0.2.1:80", tokens: [] }', 'daemon: "listen" is not on loopback'],
    ['daemon: { listen: "8053" }', 'daemon: "listen" must be an address and a port'],
    ['daemon: { listen: "dns.example.net:8053" }', 'daemon: "listen" must be an address and a port'],
    ['daemon: { listen: "127.0.0.1:65536" }', 'daemon: "listen" must be an address and a port'],
    ['daemon: { url: "https://u:hunter2@h/" }', 'secret-literal: daemon: "url" has a name or a password in it'],
    ['daemon: { url: h }', 'daemon: "url" must be an address like https://dns.example.net/'],
    ['daemon: { url: "https://h/?a=hunter2" }', 'daemon: "url" must be an address'],
    [
      'daemon: { tokens: [{ name: a, token: hunter2, scope: read }] }',
      'secret-literal: daemon.tokens.0: "token" is a secret; write {env: NAME}',
    ],
    ['daemon: { tokens: [{ name: a, token: { env: A }, scope: hunter2 }] }', 'daemon: "scope" must be read or write'],
    ['daemon: { tokens: [{ name: a, scope: read }] }', '"token" is missing under "tokens.0"; add it'],
    ['daemon: { tokens: { ops: hunter2 } }', 'daemon: "tokens" must be a list'],
    [
      'daemon: { tokens: [{ name: a, token: {env: A}, scope: read }, { name: a, token: {env: B}, scope: read }] }',
      'daemon.tokens.1: another token has this name; the audit file could not tell them apart',
    ],
    [
      'daemon: { tokens: [{ name: "a b", token: {env: A}, scope: read }] }',
      'daemon.tokens.0: "name" must be 1 to 64 letters',
    ],
    ['daemon: { hooks: { git: { secret: hunter2 } } }', 'secret-literal: daemon.hooks.git: "secret" is a secret'],
    [
      'daemon: { hooks: { inventory: { lab: { secret: hunter2 } } } }',
      'daemon.hooks.inventory.lab: "secret" is a secret',
    ],
    [
      'daemon: { hooks: { inventory: { lap: { secret: {env: A} } } } }',
      'there is no inventory "lap" (did you mean "lab"?)',
    ],
    ['daemon: { interval: 0s }', 'daemon: "interval" must be from 1s to 24h'],
    ['daemon: { start: paused }', 'daemon: "start" must be running or suspended'],
    ['daemon: { metrics: true }', 'daemon: "metrics" must be token or open'],
    ['daemon: { notify: [{ type: slack }] }', 'daemon.notify.0: slack needs url; add it'],
    ['daemon: { notify: [{ type: slack, url: hunter2 }] }', 'secret-literal: daemon.notify.0: "url" is a secret'],
    [
      'daemon: { notify: [{ type: slack, url: {env: A}, to: [a] }] }',
      '"to" is no key of slack; its keys are type, on, values and url',
    ],
    [
      'daemon: { notify: [{ type: mail, smtp: "smtp://u:hunter2@h", from: a, to: [b] }] }',
      '"smtp" has a password in it',
    ],
    ['deamon: {}', '"deamon" is not a key here (did you mean "daemon"?)'],
  ])('%s', async (lines, message) => {
    const { git: settings, problems, said } = await daemonOf(lines);
    expect(said.join('\n')).toContain(message);
    expect(said.join('\n')).toMatch(/^ops\.yaml:4:\d+ error /m);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    if (lines.startsWith('git')) expect(settings).toBeNull();
  });

  it('also where only the repository is checked', async () => {
    const folder = repository({
      'hostmaster.yaml': `${targets}zones: {}\n`,
      'ops.yaml': `${top}git: { url: "h:a" }\n`,
    });
    const found = await load({
      config: join(folder, 'hostmaster.yaml'),
      targetsFrom: join(folder, 'ops.yaml'),
      providers,
      inventories: inventorySources,
    });
    expect(problemsOf(found)).toEqual([
      expect.stringContaining('ops.yaml:4:13 error config-syntax: git: "url" has the form'),
    ]);
  });
});

describe('who may say it', () => {
  const loadBeside = async (config: string) => {
    const folder = repository({ 'hostmaster.yaml': config, 'ops.yaml': top });
    const targetsFrom = join(folder, 'ops.yaml');
    const found = await load({
      config: join(folder, 'hostmaster.yaml'),
      targetsFrom,
      providers,
      inventories: inventorySources,
    });
    return problemsOf(found).map((line) => line.replaceAll(`${folder}/`, ''));
  };

  it('not a hostmaster.yaml that is read beside the operator’s own file', async () => {
    expect(await loadBeside('zones: {}\ndaemon: { listen: "0.0.0.0:1" }\ngit: { url: "https://h/" }\n')).toEqual([
      `hostmaster.yaml:2:1 error operator-only: "daemon" says who may speak to the daemon, which is not the repository's to say: it counts in ops.yaml (--targets-from) alone; move it there, or take it out`,
      `hostmaster.yaml:3:1 error operator-only: "git" says where the repository comes from and with which key, which is not the repository's to say: it counts in ops.yaml (--targets-from) alone; move it there, or take it out`,
    ]);
  });

  it('not even with an empty key', async () => {
    expect(await loadBeside('zones: {}\ndaemon:\n')).toEqual([
      expect.stringContaining('hostmaster.yaml:2:1 error operator-only'),
    ]);
  });

  it('one file that is both may have both', async () => {
    const file = join(
      repository({ 'hostmaster.yaml': `${top}git: { url: "https://h/" }\ndaemon: { interval: 1m }\n` }),
      'hostmaster.yaml',
    );
    const found = await load({ config: file, targetsFrom: file, providers, inventories: inventorySources });
    expect(problemsOf(found)).toEqual([]);
  });

  it('./hostmaster.yaml may have daemon:, and secrets in files', async () => {
    const folder = repository({
      'hostmaster.yaml': `${top}daemon: { tokens: [{ name: a, token: {file: t}, scope: read }] }\n`,
    });
    goTo(folder);
    const found = await loadDaemon({ config: 'hostmaster.yaml' });
    expect(found.problems).toEqual([]);
    expect(found.settings.tokens).toEqual([{ name: 'a', token: { file: 't' }, scope: 'read' }]);
    expect([found.config, found.targetsFrom]).toEqual([join(process.cwd(), 'hostmaster.yaml'), null]);
  });

  it('./hostmaster.yaml may not have git:, and is told where it belongs', async () => {
    goTo(repository({ 'hostmaster.yaml': `${top}git: { url: "https://h/" }\n` }));
    const found = await loadDaemon({ config: 'hostmaster.yaml' });
    expect(found.problems.map(shown)).toEqual([
      `hostmaster.yaml:4:1 error operator-only: "git" says where the repository comes from, and counts in the operator's own file alone: put it into a file outside of the repository, and name that with --targets-from`,
    ]);
    expect(found.git).toBeNull();
    const loaded = await load({ config: 'hostmaster.yaml', providers, inventories: inventorySources });
    expect(problemsOf(loaded)).toEqual(found.problems.map(shown));
  });

  it('a file of --config may be checked with it, and starts no daemon', async () => {
    const config = join(repository({ 'hostmaster.yaml': `${top}daemon: { interval: 1m }\n` }), 'hostmaster.yaml');
    expect(problemsOf(await load({ config, providers, inventories: inventorySources }))).toEqual([]);
    const found = await loadDaemon({ config });
    expect(found.problems.map(shown)).toEqual([
      expect.stringMatching(
        /^\S+hostmaster.yaml:4:1 error operator-only: "daemon" .* which a file named by --config may not; if you trust/,
      ),
    ]);
  });

  it('no line of a file with a secret of the daemon is shown', async () => {
    const folder = repository({
      'hostmaster.yaml': `${targets}zones: { example.com: { targets: [pdns], static: keys/ops } }\ndaemon: { tokens: [{ name: a, token: {file: keys/ops}, scope: read }] }\n`,
      'keys/ops': 'hunter2 IN hunter2\n',
    });
    goTo(folder);
    const found = await load({ config: 'hostmaster.yaml', providers, inventories: inventorySources });
    expect(problemsOf(found).join('\n')).toContain('names it as the file of a secret');
    expect(problemsOf(found).join('\n')).not.toContain('hunter2');
  });
});

describe('the secrets of the daemon', () => {
  const lines = `daemon:
  tokens: [{ name: ops, token: { env: OPS_TOKEN }, scope: write }, { name: grafana, token: { file: keys/t }, scope: read }]
  hooks: { git: { secret: { env: GIT_HOOK } }, inventory: { lab: { secret: { file: keys/h } } } }`;
  const files = { 'keys/t': 'hunter2\n', 'keys/h': 'h00k\n' };

  it('are read where they are', async () => {
    vi.stubEnv('OPS_TOKEN', 't0ken');
    vi.stubEnv('GIT_HOOK', 'g1t');
    onTestFinished(unstub);
    const secrets = await resolveDaemonSecrets(await daemonOf(lines, files));
    expect(secrets).toEqual({
      tokens: [
        { name: 'ops', value: 't0ken', scope: 'write' },
        { name: 'grafana', value: 'hunter2', scope: 'read' },
      ],
      gitHook: 'g1t',
      inventoryHooks: new Map([['lab', 'h00k']]),
    });
  });

  it.each([
    [undefined, /ops\.yaml: daemon: token ops: the environment variable OPS_TOKEN is not set; set it$/],
    ['', /token ops: the environment variable OPS_TOKEN is empty/],
    ['hunter2', /ops\.yaml: daemon: the tokens ops and grafana are the same secret; give each one of its own$/],
  ])('are refused where OPS_TOKEN is %j', async (value, message) => {
    vi.stubEnv('OPS_TOKEN', value);
    onTestFinished(unstub);
    await expect(resolveDaemonSecrets(await daemonOf(lines, files))).rejects.toThrow(message);
  });
});
