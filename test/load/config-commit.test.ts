import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configCommit } from '../../src/load/config-commit.ts';
import { repository } from './load-repository.ts';

const gitIn =
  (folder: string) =>
  (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    }).trim();

/** A repository of which all is committed, with its files' paths. */
const committed = () => {
  const folder = repository({ 'dns/hostmaster.yaml': 'zones: {}', 'dns/zones/a.yaml': '{}', 'README.md': '' });
  const git = gitIn(folder);
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  const dns = join(folder, 'dns');
  return {
    folder,
    dns,
    git,
    head: git('rev-parse', 'HEAD'),
    files: ['hostmaster.yaml', 'zones/a.yaml'].map((file) => join(dns, file)),
  };
};

describe('the commit of a repository', () => {
  it('is that of HEAD, also in a folder of it; before the first there is none', async () => {
    const folder = repository({ 'dns/hostmaster.yaml': '' });
    const git = gitIn(folder);
    git('init', '-q');
    expect(await configCommit(folder, [])).toEqual({ commit: null, dirty: false, unknown: null });
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    const clean = { commit: git('rev-parse', 'HEAD'), dirty: false, unknown: null };
    expect(await configCommit(folder, [join(folder, 'dns/hostmaster.yaml')])).toEqual(clean);
    expect(await configCommit(join(folder, 'dns'), [join(folder, 'dns/hostmaster.yaml')])).toEqual(clean);
  });

  it('is not asked of what a checkout has in it and looks like a repository: Git would run programs that it names', async () => {
    const folder = repository({ 'run.sh': '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n' });
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
    chmodSync(join(folder, 'run.sh'), 0o755);
    git('init', '-q');
    git('init', '-q', '--bare', 'dns');
    const dns = join(folder, 'dns');
    const settings = [
      ['core.bare', 'false'],
      ['core.worktree', dns],
      ['core.fsmonitor', join(folder, 'run.sh')],
    ];
    for (const [name = '', value = ''] of settings) execFileSync('git', ['-C', dns, 'config', name, value]);
    writeFileSync(join(dns, 'hostmaster.yaml'), '');
    expect(await configCommit(dns, [])).toMatchObject({ commit: null });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    execFileSync('git', ['-C', dns, 'status'], { env: environment });
    expect(existsSync(join(folder, 'ran'))).toBe(true);
  });

  it('is null outside of Git, and where there is nothing', async () => {
    const nothing = { commit: null, dirty: false, unknown: null };
    expect(await configCommit(repository({}), [])).toEqual(nothing);
    expect(await configCommit('/does/not/exist', [])).toEqual(nothing);
  });
});

describe('a repository is dirty', () => {
  it.each<[string, (scene: ReturnType<typeof committed>) => void]>([
    ['a file is changed', ({ files: [, zone = ''] }) => writeFileSync(zone, 'a: {}')],
    [
      'a change is staged',
      ({ git, files: [, zone = ''] }) => {
        writeFileSync(zone, 'a: {}');
        git('add', '.');
      },
    ],
    ['a file is gone', ({ git }) => git('rm', '-q', 'dns/zones/a.yaml')],
  ])('where %s', async (_what, change) => {
    const scene = committed();
    change(scene);
    expect(await configCommit(scene.dns, scene.files)).toEqual({ commit: scene.head, dirty: true, unknown: null });
  });

  it('where a file was read that Git does not know, ignored or not', async () => {
    const { dns, files, head } = committed();
    writeFileSync(join(dns, 'zones/b c.yaml'), '{}');
    writeFileSync(join(dns, '.gitignore'), 'zones/b*');
    const read = [...files, join(dns, 'zones/b c.yaml')];
    expect(await configCommit(dns, read)).toEqual({ commit: head, dirty: true, unknown: null });
  });

  it('not where something lies beside it: a plan, the state, a change above the folder', async () => {
    const { dns, files, folder, head } = committed();
    for (const path of ['dns/plan.json', 'dns/state.sqlite', 'README.md']) writeFileSync(join(folder, path), 'x');
    expect(await configCommit(dns, files)).toEqual({ commit: head, dirty: false, unknown: null });
  });
});

/** Only root can give a folder away; for others a `git` says what Git says then. */
const giveAway = (folder: string): void => {
  if (process.getuid?.() === 0) {
    execFileSync('chown', ['-R', '12345', folder]);
    return;
  }
  const said = `fatal: detected dubious ownership in repository at '${folder}'`;
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "${said}" >&2\nexit 128\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
};

describe('a repository of another user', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('has no commit that is known, and why is said with what to do', async () => {
    const { dns, files, folder } = committed();
    // Without what this machine's own configuration trusts.
    vi.stubEnv('HOME', folder);
    giveAway(folder);
    const found = await configCommit(dns, files);
    expect(found).toMatchObject({ commit: null, dirty: false });
    expect(found.unknown).toContain('belongs to another user');
    expect(found.unknown).toContain(`git config --global --add safe.directory ${folder}`);
    expect(found.unknown).not.toContain('\n');
  });
});
