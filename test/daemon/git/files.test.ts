import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startChild, tempFolder } from '../../servers/child.ts';
import { openDaemonRepository as opened } from './open.ts';
import { gitAt, gitSettings, makeUpstream, type Upstream } from './upstream.ts';

const tipOf = async (upstream: Upstream, more: Parameters<typeof gitSettings>[1] = {}) => {
  const settings = gitSettings(upstream.bare, more);
  const { repository, notices } = await opened(settings);
  const { commit } = await repository.fetch({ shallow: true });
  return { settings, repository, notices, commit };
};

/** A commit whose tree is made object by object, as no `git add` would. */
const pushTree = (
  upstream: Upstream,
  entries: readonly (readonly [mode: string, path: string, blob: string])[],
): void => {
  const typeOf: Readonly<Record<string, string>> = { '040000': 'tree', '160000': 'commit' };
  const lines = entries.map(([mode, path, blob]) => `${mode} ${typeOf[mode] ?? 'blob'} ${blob}\t${path}\0`);
  const tree = spawnSync('git', ['-C', upstream.bare, 'mktree', '-z', '--missing'], { input: lines.join('') });
  const commit = gitAt(upstream.bare, ['commit-tree', '-m', 'made', tree.stdout.toString().trim()]);
  gitAt(upstream.bare, ['update-ref', 'refs/heads/main', commit]);
};

const blobIn = (upstream: Upstream, text: string): string =>
  spawnSync('git', ['-C', upstream.bare, 'hash-object', '-w', '--stdin'], { input: text }).stdout.toString().trim();

describe("a commit's files", () => {
  it('are there octet by octet, whatever .gitattributes asks for: eol, ident, encodings, filters; nothing can be run', async () => {
    const upstream = makeUpstream();
    const files = {
      '.gitattributes': '* text eol=crlf ident filter=lfs\nutf16.txt working-tree-encoding=UTF-16\n',
      'hostmaster.yaml': '# $Id$\nzones: {}\n',
      'crlf.txt': 'a\r\nb\n',
      'utf16.txt': 'é\n',
      'zones/run.sh': '#!/bin/sh\n',
      'zones/na\u00efve name.yaml': Buffer.from([0, 255, 10]),
    };
    upstream.push({ '.gitignore': '' });
    // As they are, without what .gitattributes does to a commit.
    writeFileSync(join(upstream.bare, 'info/attributes'), '');
    const entries = Object.entries(files).map(([path, content]) => {
      const made = spawnSync('git', ['-C', upstream.bare, 'hash-object', '-w', '--stdin'], { input: content });
      return `100755 ${made.stdout.toString().trim()}\t${path}\n`;
    });
    const environment = { ...process.env, GIT_INDEX_FILE: join(tempFolder('git-index'), 'index') };
    const inBare = (args: readonly string[], input = '') =>
      spawnSync('git', ['-C', upstream.bare, ...args], { input, env: environment })
        .stdout.toString()
        .trim();
    inBare(['update-index', '--index-info'], entries.join(''));
    const commit = gitAt(upstream.bare, ['commit-tree', '-m', 'made', inBare(['write-tree'])]);
    gitAt(upstream.bare, ['update-ref', 'refs/heads/main', commit]);
    const { repository } = await tipOf(upstream);
    const folder = await repository.filesOf(commit);
    for (const [path, content] of Object.entries(files)) {
      expect(readFileSync(join(folder, path)), path).toEqual(Buffer.from(content));
      expect(statSync(join(folder, path)).mode & 0o111, path).toBe(0);
    }
    expect([...(await repository.blobsOf(commit)).keys()].sort()).toEqual(Object.keys(files).sort());
  });

  it('have symlinks as their text, and no submodule, which is said', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': '' });
    pushTree(upstream, [
      ['100644', 'hostmaster.yaml', blobIn(upstream, '')],
      ['160000', 'vendor', '1'.repeat(40)],
      ['120000', 'zones', blobIn(upstream, '/etc')],
    ]);
    const { repository, notices, commit } = await tipOf(upstream);
    const folder = await repository.filesOf(commit);
    expect(lstatSync(join(folder, 'zones')).isFile()).toBe(true);
    expect(readFileSync(join(folder, 'zones'), 'utf8')).toBe('/etc');
    expect(existsSync(join(folder, 'vendor'))).toBe(false);
    expect(notices).toEqual([`commit ${commit} has submodules, which are left out: vendor`]);
  });

  it('are those of the folder that path names; another path has folders of its own', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'dns/live/hostmaster.yaml': 'live', 'other/hostmaster.yaml': 'other', 'hostmaster.yaml': 'top' });
    const { repository, commit, settings } = await tipOf(upstream, { path: 'dns/live/' });
    const live = await repository.filesOf(commit);
    expect(readFileSync(join(live, 'hostmaster.yaml'), 'utf8')).toBe('live');
    const again = await opened({ ...settings, path: 'other' });
    const other = await again.repository.filesOf(commit);
    expect(readFileSync(join(other, 'hostmaster.yaml'), 'utf8')).toBe('other');
    expect([...(await again.repository.blobsOf(commit)).keys()]).toEqual(['hostmaster.yaml']);
    for (const path of ['missing', 'hostmaster.yaml']) {
      const { repository: none } = await opened({ ...settings, path });
      await expect(none.filesOf(commit)).rejects.toMatchObject({
        code: 'COMMIT_UNUSABLE',
        kind: 'stop',
        message: `commit ${commit} has no folder ${path} ("path:" of git)`,
      });
    }
  });

  it('of commits that are no longer needed go; those of others stay as they are', async () => {
    const upstream = makeUpstream();
    const shas = ['a', 'b', 'c'].map((text) => upstream.push({ 'hostmaster.yaml': text }));
    const settings = gitSettings(upstream.bare);
    const { repository } = await opened(settings);
    await repository.fetch({ shallow: false });
    const folders: string[] = [];
    for (const sha of shas) folders.push(await repository.filesOf(sha));
    expect(folders.map((folder) => readFileSync(join(folder, 'hostmaster.yaml'), 'utf8'))).toEqual(['a', 'b', 'c']);
    await repository.retain(shas.slice(1));
    expect(readdirSync(join(settings.folder, 'commits')).sort()).toEqual(shas.slice(1).sort());
    expect(await repository.filesOf(shas[2] ?? '')).toBe(folders[2]);
    await repository.retain([]);
    expect(readdirSync(join(settings.folder, 'commits'))).toEqual([]);
  });
});

describe('a tree that is too much, or no tree for a file system', () => {
  it('is refused by its number of files and by their size, before anything of it is written', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'x'.repeat(2_000), a: '', b: '' });
    const settings = gitSettings(upstream.bare);
    const { repository } = await opened(settings, { files: 2, bytes: 1_000_000 });
    const { commit } = await repository.fetch({ shallow: true });
    await expect(repository.filesOf(commit)).rejects.toMatchObject({
      code: 'COMMIT_UNUSABLE',
      message: `commit ${commit} has 3 files in it, more than the daemon takes; let "path:" of git name a folder that has DNS alone`,
    });
    const { repository: small } = await opened(settings, { files: 3, bytes: 1_999 });
    await expect(small.filesOf(commit)).rejects.toMatchObject({
      message: expect.stringContaining('2,000 octets of files'),
    });
    expect(existsSync(join(settings.folder, 'commits'))).toBe(false);
  });

  it('that unfolds to a billion files is given up early', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': '' });
    let tree = blobIn(upstream, 'x');
    let mode = '100644';
    for (let depth = 0; depth < 9; depth += 1) {
      const lines = Array.from(
        { length: 10 },
        (_, i) => `${mode} ${mode === '040000' ? 'tree' : 'blob'} ${tree}\t${i}\0`,
      );
      const made = spawnSync('git', ['-C', upstream.bare, 'mktree', '-z'], { input: lines.join('') });
      tree = made.stdout.toString().trim();
      mode = '040000';
    }
    pushTree(upstream, [['040000', 'zones', tree]]);
    const settings = gitSettings(upstream.bare);
    const { repository } = await opened(settings, { files: 10_000, bytes: 1_000_000 });
    const { commit } = await repository.fetch({ shallow: true });
    await expect(repository.filesOf(commit)).rejects.toMatchObject({
      code: 'COMMIT_UNUSABLE',
      message: expect.stringContaining('over 10,000 files'),
    });
  });

  it.each(['.git', '.GIT', '..', 'a'.repeat(256), 'line\nbreak'])('with a file named %j is refused', async (name) => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': '' });
    pushTree(upstream, [
      ['100644', name, blobIn(upstream, 'x')],
      ['100644', 'hostmaster.yaml', blobIn(upstream, '')],
    ]);
    const { repository, commit, settings } = await tipOf(upstream);
    await expect(repository.filesOf(commit)).rejects.toMatchObject({ code: 'COMMIT_UNUSABLE' });
    expect(existsSync(join(settings.folder, 'commits'))).toBe(false);
  });
});

describe('what was cut short or damaged', () => {
  it('a checkout that is killed in the middle leaves nothing that is used, and the next one is whole', async () => {
    const upstream = makeUpstream();
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`zones/${i}.yaml`, `${i}\n`]));
    const commit = upstream.push({ 'hostmaster.yaml': '', ...files });
    const settings = gitSettings(upstream.bare);
    const { repository } = await opened(settings);
    await repository.fetch({ shallow: true });
    const commits = join(settings.folder, 'commits');
    const script = join(import.meta.dirname, 'check-out.ts');
    const unfinished = [expect.stringMatching(/^\.new-/)];
    const folders = () => (existsSync(commits) ? readdirSync(commits) : []);
    // It may be through before the signal comes.
    while (!folders().some((name) => name.startsWith('.new-'))) {
      const child = startChild([process.execPath, script, JSON.stringify(settings), commit]);
      await vi.waitFor(() => expect(folders()).toEqual(unfinished), { timeout: 60_000, interval: 1 });
      await child.end('SIGKILL');
    }
    // The Git that it started may write on for a moment.
    await vi.waitFor(
      async () => {
        await opened(settings);
        expect(readdirSync(commits)).toEqual([]);
      },
      { timeout: 60_000 },
    );
    const again = await opened(settings);
    const folder = await again.repository.filesOf(commit);
    expect(readdirSync(join(folder, 'zones'))).toHaveLength(400);
    expect(readdirSync(commits)).toEqual([commit]);
  });

  it('what a Git and a gpg that were killed left keeps nobody out, and goes', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'a' });
    const { settings } = await tipOf(upstream);
    const bare = join(settings.folder, 'repository.git');
    mkdirSync(join(bare, 'refs/hostmaster'), { recursive: true });
    const locks = [
      'shallow.lock',
      'config.lock',
      'packed-refs.lock',
      'refs/hostmaster/seen.lock',
      'objects/pack/tmp_pack_a',
    ];
    for (const name of locks) writeFileSync(join(bare, name), '');
    const next = upstream.push({ 'hostmaster.yaml': 'b' });
    mkdirSync(join(settings.folder, 'gnupg-abc'));
    const { repository } = await opened(settings);
    expect(readdirSync(settings.folder).sort()).toEqual(['gitconfig', 'repository.git']);
    expect(await repository.fetch({ shallow: true })).toMatchObject({ commit: next });
    expect(locks.filter((name) => existsSync(join(bare, name)))).toEqual([]);
  });

  it.each([
    ['without its objects', (bare: string) => rmSync(join(bare, 'objects'), { recursive: true })],
    ['without its HEAD', (bare: string) => rmSync(join(bare, 'HEAD'))],
    ['with a configuration of somebody else', (bare: string) => writeFileSync(join(bare, 'config'), '[core\nx')],
    ['with empty objects', emptyObjects],
  ])('a repository %s is fetched anew', async (_, damage) => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'a' });
    const { settings, repository, commit } = await tipOf(upstream);
    const files = await repository.filesOf(commit);
    damage(join(settings.folder, 'repository.git'));
    const next = upstream.push({ 'hostmaster.yaml': 'b' });
    const again = await opened(settings);
    expect(await again.repository.fetch({ shallow: false })).toMatchObject({ commit: next });
    expect(readFileSync(join(files, 'hostmaster.yaml'), 'utf8')).toBe('a');
    expect(readFileSync(join(await again.repository.filesOf(next), 'hostmaster.yaml'), 'utf8')).toBe('b');
    expect(await again.repository.descends(commit, next)).toBe(true);
  });
});

function emptyObjects(bare: string): void {
  for (const entry of readdirSync(join(bare, 'objects'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    rmSync(join(entry.parentPath, entry.name));
    writeFileSync(join(entry.parentPath, entry.name), '');
  }
}
