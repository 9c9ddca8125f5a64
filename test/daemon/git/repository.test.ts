import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tempFolder } from '../../servers/child.ts';
import { openDaemonRepository as opened } from './open.ts';
import { gitAt, gitSettings, makeUpstream } from './upstream.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what the ref leads to', () => {
  it('an ordinary push after a shallow clone descends from it, and so does a merge of an older branch', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'zones: {}\n' });
    upstream.git('branch', 'older');
    const first = upstream.push({ 'hostmaster.yaml': 'zones: {} # 1\n' });
    const settings = gitSettings(`file://${upstream.bare}`);
    const { repository } = await opened(settings);
    expect(await repository.seen()).toBeNull();
    expect(await repository.fetch({ shallow: true })).toEqual({ commit: first, tag: null });
    expect(existsSync(join(settings.folder, 'repository.git/shallow'))).toBe(true);
    const second = upstream.push({ 'hostmaster.yaml': 'zones: {} # 2\n' });
    expect(await repository.fetch({ shallow: true })).toEqual({ commit: second, tag: null });
    expect(await repository.descends(first, second)).toBe(true);
    expect(await repository.descends(second, first)).toBe(false);
    upstream.git('checkout', '-q', 'older');
    upstream.push({ 'zones/a.yaml': '{}\n' }, { branch: 'older' });
    upstream.git('checkout', '-q', 'main');
    upstream.git('merge', '-q', '--no-edit', 'older');
    const merge = upstream.push({});
    expect(await repository.fetch({ shallow: true })).toEqual({ commit: merge, tag: null });
    expect(await repository.seen()).toEqual({ commit: merge, tag: null });
    expect(await repository.descends(second, merge)).toBe(true);
    expect(readdirSync(await repository.filesOf(merge)).sort()).toEqual(['hostmaster.yaml', 'zones']);
  });

  it('a commit that was taken back at the server stays here as long as it is needed, and is no ancestor', async () => {
    const upstream = makeUpstream();
    const first = upstream.push({ 'hostmaster.yaml': 'a' });
    const second = upstream.push({ 'hostmaster.yaml': 'b' });
    const settings = gitSettings(`file://${upstream.bare}`);
    const { repository } = await opened(settings);
    await repository.fetch({ shallow: true });
    await repository.retain([second]);
    upstream.git('reset', '-q', '--hard', first);
    const third = upstream.push({ 'hostmaster.yaml': 'c' }, { force: true });
    expect(await repository.fetch({ shallow: true })).toEqual({ commit: third, tag: null });
    gitAt(join(settings.folder, 'repository.git'), ['gc', '-q', '--prune=now']);
    expect(await repository.has(second)).toBe(true);
    expect(await repository.descends(second, third)).toBe(false);
    await repository.retain([third]);
    gitAt(join(settings.folder, 'repository.git'), ['gc', '-q', '--prune=now']);
    expect(await repository.has(second)).toBe(false);
    expect(await repository.descends(second, third)).toBe(false);
  });

  it('an annotated tag is told from the commit that it is of; a lightweight one is not', async () => {
    const upstream = makeUpstream();
    const commit = upstream.push({ 'hostmaster.yaml': '' });
    upstream.git('tag', '-a', '-m', 'live', 'live');
    upstream.git('tag', 'light');
    upstream.git('push', '-q', 'origin', 'live', 'light');
    const live = await opened(gitSettings(upstream.bare, { ref: 'refs/tags/live' }));
    const tag = upstream.git('rev-parse', 'live');
    expect(await live.repository.fetch({ shallow: true })).toEqual({ commit, tag });
    const light = await opened(gitSettings(upstream.bare, { ref: 'refs/tags/light' }));
    expect(await light.repository.fetch({ shallow: true })).toEqual({ commit, tag: null });
    const next = upstream.push({ 'hostmaster.yaml': 'moved' });
    upstream.git('tag', '-f', '-a', '-m', 'live', 'live');
    upstream.git('push', '-q', '--force', 'origin', 'live');
    expect(await live.repository.fetch({ shallow: true })).toMatchObject({ commit: next });
  });

  it('a ref named like an option is a ref, and a missing one is for a person', async () => {
    const upstream = makeUpstream();
    const folder = tempFolder('git-option');
    const ref = `refs/heads/--output=${folder}/x`;
    upstream.push({ 'hostmaster.yaml': '' });
    upstream.git('update-ref', ref, 'HEAD');
    upstream.git('push', '-q', 'origin', ref);
    const { repository } = await opened(gitSettings(upstream.bare, { ref }));
    expect(await repository.fetch({ shallow: true })).toMatchObject({ tag: null });
    expect(readdirSync(folder)).toEqual([]);
    const missing = await opened(gitSettings(upstream.bare, { ref: 'refs/heads/none' }));
    // `ls-remote` matches the end of a name.
    upstream.git('push', '-q', 'origin', 'HEAD:refs/heads/refs/heads/none');
    await expect(missing.repository.fetch({ shallow: true })).rejects.toMatchObject({
      code: 'GIT_REFUSED',
      message: `${upstream.bare} has no refs/heads/none; make it, or correct "ref:" of git`,
    });
  });

  it('a repository in a folder of any name is fetched from', async () => {
    const upstream = makeUpstream();
    const commit = upstream.push({ 'hostmaster.yaml': '' });
    const url = join(tempFolder('git-name'), 'Zoë\'s "DNS" \\ 100 %');
    renameSync(upstream.bare, url);
    const { repository } = await opened(gitSettings(url));
    expect(await repository.fetch({ shallow: true })).toEqual({ commit, tag: null });
  });

  it('a repository with SHA-256 names is one like any other', async () => {
    const upstream = makeUpstream(['--object-format=sha256']);
    const first = upstream.push({ 'hostmaster.yaml': 'a' });
    const settings = gitSettings(`file://${upstream.bare}`);
    const { repository } = await opened(settings);
    expect(await repository.fetch({ shallow: true })).toEqual({ commit: first, tag: null });
    const second = upstream.push({ 'hostmaster.yaml': 'b' });
    const again = await opened(settings);
    expect(await again.repository.fetch({ shallow: true })).toEqual({ commit: second, tag: null });
    expect(await again.repository.descends(first, second)).toBe(true);
    expect(readdirSync(await again.repository.filesOf(second))).toEqual(['hostmaster.yaml']);
  });

  it.runIf(process.getuid?.() === 0)(
    'a repository of another user of this machine is fetched from (as root)',
    async () => {
      const upstream = makeUpstream();
      const commit = upstream.push({ 'hostmaster.yaml': '' });
      for (const path of [upstream.bare, ...readdirSync(upstream.bare).map((name) => join(upstream.bare, name))]) {
        chownSync(path, 65_534, 65_534);
      }
      for (const url of [upstream.bare, `file://${upstream.bare}`]) {
        const { repository } = await opened(gitSettings(url));
        expect(await repository.fetch({ shallow: true })).toEqual({ commit, tag: null });
      }
    },
  );
});

describe('who may look', () => {
  it('the folder is private, also one that was there', async () => {
    const upstream = makeUpstream();
    const settings = gitSettings(upstream.bare);
    mkdirSync(settings.folder, { recursive: true, mode: 0o755 });
    await opened(settings);
    expect(statSync(settings.folder).mode & 0o777).toBe(0o700);
  });

  it('what the environment and the user say of Git changes nothing, and runs nothing', async () => {
    const upstream = makeUpstream();
    const commit = upstream.push({ 'hostmaster.yaml': 'a', '.gitattributes': '* filter=evil\n' });
    const home = tempFolder('git-home');
    const ran = join(home, 'ran');
    const evil = join(home, 'evil');
    writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> ${ran}\ncat\n`, { mode: 0o755 });
    const config = [
      ...['[core]', `fsmonitor = ${evil}`, `hooksPath = ${home}`, `sshCommand = ${evil}`, `askPass = ${evil}`],
      ...['[filter "evil"]', `smudge = ${evil}`, 'required = true'],
      ...[`[url "file:///nowhere/"]`, 'insteadOf = /'],
      ...['[url "file:///nowhere"]', 'insteadOf = file://'],
    ].join('\n');
    writeFileSync(join(home, '.gitconfig'), config);
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
      writeFileSync(join(home, hook), `#!/bin/sh\necho ${hook} >> ${ran}\n`, { mode: 0o755 });
    }
    const hostile = {
      ...{ HOME: home, XDG_CONFIG_HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig') },
      ...{
        GIT_DIR: '/nowhere',
        GIT_WORK_TREE: '/nowhere',
        GIT_INDEX_FILE: '/nowhere/index',
        GIT_OBJECT_DIRECTORY: '/nowhere',
      },
      ...{ GIT_SSH_COMMAND: evil, GIT_ASKPASS: evil, GIT_EXEC_PATH: home, GIT_TRACE: ran, GIT_EXTERNAL_DIFF: evil },
      ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: evil },
      ...{
        GIT_ALTERNATE_OBJECT_DIRECTORIES: home,
        GIT_NAMESPACE: 'x',
        GIT_ALLOW_PROTOCOL: 'none',
        GIT_TEMPLATE_DIR: home,
      },
    };
    for (const [name, value] of Object.entries(hostile)) vi.stubEnv(name, value);
    const { repository } = await opened(gitSettings(`file://${upstream.bare}`));
    expect(await repository.fetch({ shallow: true })).toEqual({ commit, tag: null });
    expect(readdirSync(await repository.filesOf(commit)).sort()).toEqual(['.gitattributes', 'hostmaster.yaml']);
    expect(existsSync(ran)).toBe(false);
  });

  it('a hook in the served repository is not run, nor does one come with it', async () => {
    const upstream = makeUpstream();
    const commit = upstream.push({ 'hostmaster.yaml': 'a' });
    const ran = join(tempFolder('git-hook'), 'ran');
    for (const hook of ['post-checkout', 'reference-transaction', 'post-upload-pack', 'post-index-change']) {
      writeFileSync(join(upstream.bare, 'hooks', hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    }
    gitAt(upstream.bare, ['config', 'uploadpack.packObjectsHook', `touch ${ran}; exec`]);
    const settings = gitSettings(`file://${upstream.bare}`);
    const { repository } = await opened(settings);
    await repository.fetch({ shallow: true });
    await repository.filesOf(commit);
    expect(existsSync(ran)).toBe(false);
    expect(existsSync(join(settings.folder, 'repository.git/hooks'))).toBe(false);
  });
});
