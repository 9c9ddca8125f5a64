import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { registry } from '../../src/cli/registry.ts';
import { type CommitSourceOptions, type CommitView, commitSource, noCommits } from '../../src/daemon/commit-source.ts';
import type { GitSettings } from '../../src/model/daemon-settings.ts';
import { validateRepository } from '../../src/pass.ts';
import { tempFolder } from '../servers/child.ts';
import { makeKey } from '../servers/sshd.ts';
import { openDaemonRepository } from './git/open.ts';
import { gitAt, gitSettings, makeUpstream, type Upstream } from './git/upstream.ts';

const config = 'zones: { a.test: { targets: [pdns] }, b.test: { targets: [pdns] } }\n';
const apex = "'': { type: NS, values: [ns.a.test.], ttl: 300 }\nns: { type: A, value: 192.0.2.1 }\n";
const sound = {
  'hostmaster.yaml': config,
  'zones/a.test.yaml': apex,
  'zones/b.test.yaml': apex.replace('ns:', 'www:'),
};
const broken = (name: string): string => `${apex}${name}: { type: A, value: 300.0.0.1 }\n`;

const targetsFrom = (): string => {
  const file = join(tempFolder('targets-from'), 'targets.yaml');
  writeFileSync(file, 'targets: { pdns: { provider: powerdns, url: "http://127.0.0.1:1", api_key: { env: KEY } } }\n');
  return file;
};

const started = async (settings: GitSettings, kept = noCommits, more: Partial<CommitSourceOptions> = {}) => {
  const { repository } = await openDaemonRepository(settings);
  const from = targetsFrom();
  const validate = async (folder: string) => {
    const options = {
      config: join(folder, 'hostmaster.yaml'),
      targetsFrom: from,
      allow: [],
      full: false,
      serve: false,
    };
    return (await validateRepository(options, { registry })).problems;
  };
  // As the state has it, and gives it back.
  return commitSource({ repository, kept: JSON.parse(JSON.stringify(kept)), validate, ...more });
};

const zoneIn = ({ inForce }: CommitView, zone: string): string =>
  inForce === null ? 'none' : readFileSync(join(inForce.folder, `zones/${zone}.yaml`), 'utf8');

const hide = (upstream: Upstream): (() => void) => {
  renameSync(upstream.bare, `${upstream.bare}.hidden`);
  return () => renameSync(`${upstream.bare}.hidden`, upstream.bare);
};

describe('which commit passes go by', () => {
  it('an ordinary push comes into force; one with a new error is held, and what is in force stays, also after a restart without the server', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const settings = gitSettings(upstream.bare);
    const source = await started(settings);
    expect(await source.current()).toMatchObject({ inForce: null, seen: null, held: null, failure: null });
    const view = await source.look();
    expect(view).toMatchObject({ inForce: { sha: first }, seen: first, held: null, failure: null });
    const second = upstream.push({ 'zones/a.test.yaml': `${apex}new: { type: A, value: 192.0.2.2 }\n` });
    expect(await source.look()).toMatchObject({ inForce: { sha: second }, kept: { inForce: second, previous: first } });
    expect(readFileSync(join(view.inForce?.folder ?? '', 'zones/a.test.yaml'), 'utf8')).toBe(apex);
    const third = upstream.push({ 'zones/a.test.yaml': broken('www') });
    const held = await source.look();
    expect(held).toMatchObject({
      inForce: { sha: second },
      seen: third,
      held: {
        sha: third,
        reason: 'errors',
        problems: [{ rule: 'rdata-syntax', zone: 'a.test.', name: 'www.a.test.' }],
      },
    });
    hide(upstream);
    const restarted = await started(settings, held.kept);
    const again = await restarted.current();
    expect(again).toMatchObject({ inForce: { sha: second }, seen: third, held: { sha: third }, failure: null });
    expect(zoneIn(again, 'a.test')).toContain('new:');
    expect(await restarted.look()).toMatchObject({
      inForce: { sha: second },
      held: { sha: third },
      failure: { code: 'GIT_UNAVAILABLE', kind: 'wait' },
    });
    restarted.accept(third);
    expect(await restarted.current()).toMatchObject({ inForce: { sha: third }, held: null, kept: { accepted: null } });
  });

  it('a first commit with errors waits for accept; then its errors are old ones, and a new one holds', async () => {
    const upstream = makeUpstream();
    const first = upstream.push({ ...sound, 'zones/a.test.yaml': broken('www') });
    const source = await started(gitSettings(upstream.bare));
    expect(await source.look()).toMatchObject({ inForce: null, held: { sha: first, reason: 'first' } });
    expect(() => source.accept('f'.repeat(40))).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => source.rewind(first)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    source.accept(first);
    expect(await source.look()).toMatchObject({ inForce: { sha: first }, held: null });
    expect(() => source.accept(first)).toThrow('no commit is held now');
    const second = upstream.push({ 'zones/b.test.yaml': apex, 'zones/a.test.yaml': `# moved\n${broken('www')}` });
    expect(await source.look()).toMatchObject({ inForce: { sha: second }, held: null });
    const third = upstream.push({ 'zones/b.test.yaml': broken('www') });
    expect(await source.look()).toMatchObject({
      inForce: { sha: second },
      held: { sha: third, problems: [{ zone: 'b.test.', name: 'www.b.test.' }] },
    });
    const mended = upstream.push({ 'zones/b.test.yaml': apex });
    expect(await source.look()).toMatchObject({ inForce: { sha: mended }, held: null });
  });

  it('an accepted commit that is overtaken by a worse one is not in force', async () => {
    const upstream = makeUpstream();
    upstream.push(sound);
    const source = await started(gitSettings(upstream.bare));
    const { inForce } = await source.look();
    const bad = upstream.push({ 'zones/a.test.yaml': broken('www') });
    await source.look();
    source.accept(bad);
    const worse = upstream.push({ 'zones/a.test.yaml': `${broken('www')}${broken('ftp').slice(apex.length)}` });
    expect(await source.look()).toMatchObject({ inForce, held: { sha: worse, reason: 'errors' } });
  });

  it('a rewind is refused until it is asked for, and then judged like any other', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const source = await started(gitSettings(`file://${upstream.bare}`));
    const second = upstream.push({ 'zones/a.test.yaml': `${apex}# 2\n` });
    expect(await source.look()).toMatchObject({ inForce: { sha: second } });
    upstream.git('reset', '-q', '--hard', first);
    const other = upstream.push({ 'zones/a.test.yaml': broken('www') }, { force: true });
    expect(await source.look()).toMatchObject({ inForce: { sha: second }, held: { sha: other, reason: 'rewind' } });
    expect(() => source.accept(other)).toThrow('names no commit that waits for it');
    source.rewind(other);
    const held = await source.look();
    expect(held).toMatchObject({
      inForce: { sha: second },
      held: { sha: other, reason: 'errors' },
      kept: { rewound: other },
    });
    source.accept(other);
    expect(await source.look()).toMatchObject({ inForce: { sha: other }, held: null, kept: { rewound: null } });
  });

  it('a tag that moves forward is followed, and one that moves back is refused', async () => {
    const upstream = makeUpstream();
    const shas = ['1', '2', '3'].map((text) => upstream.push({ ...sound, 'zones/a.test.yaml': `${apex}# ${text}\n` }));
    const [first = '', second = '', third = ''] = shas;
    const move = (sha: string) => gitAt(upstream.bare, ['tag', '-f', '-a', '-m', 'live', 'live', sha]);
    move(second);
    const source = await started(gitSettings(upstream.bare, { ref: 'refs/tags/live' }));
    expect(await source.look()).toMatchObject({ inForce: { sha: second } });
    move(third);
    expect(await source.look()).toMatchObject({ inForce: { sha: third } });
    move(first);
    expect(await source.look()).toMatchObject({ inForce: { sha: third }, held: { sha: first, reason: 'rewind' } });
  });

  it('an unsigned commit is refused, whatever is asked; a signed one after it comes into force', async () => {
    const upstream = makeUpstream();
    const key = join(tempFolder('signer'), 'key');
    await makeKey(key);
    const signedBy = `${key}.allowed`;
    writeFileSync(signedBy, `ada@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
    const signed = { commit: ['-S'], config: ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`] };
    const unsigned = upstream.push(sound);
    const source = await started(gitSettings(upstream.bare, { signedBy }));
    expect(await source.look()).toMatchObject({ inForce: null, held: { sha: unsigned, reason: 'unsigned' } });
    expect(() => source.accept(unsigned)).toThrow('names no commit that waits for it');
    const good = upstream.push({}, signed);
    expect(await source.look()).toMatchObject({ inForce: { sha: good }, held: null });
    rmSync(signedBy);
    upstream.push({});
    expect(await source.look()).toMatchObject({ inForce: { sha: good }, failure: { code: 'CONFIG', kind: 'stop' } });
  });

  it('a commit without a hostmaster.yaml that can be read is held, and nobody can accept it', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const source = await started(gitSettings(upstream.bare));
    await source.look();
    const empty = upstream.push({ 'hostmaster.yaml': '{' });
    expect(await source.look()).toMatchObject({ inForce: { sha: first }, held: { sha: empty, reason: 'unusable' } });
    expect(() => source.accept(empty)).toThrow('names no commit that waits for it');
    upstream.git('rm', '-q', 'hostmaster.yaml');
    const none = upstream.push({});
    expect(await source.look()).toMatchObject({ inForce: { sha: first }, held: { sha: none, reason: 'unusable' } });
  });

  it('what has to wait waits without being looked into again, and comes into force without the server', async () => {
    const upstream = makeUpstream();
    upstream.push(sound);
    let why: string | null = 'until 18:00';
    const delay = vi.fn(async () => why);
    const source = await started(gitSettings(upstream.bare), noCommits, { delay });
    const { inForce } = await source.look();
    expect(delay).not.toHaveBeenCalled();
    const next = upstream.push({ 'zones/a.test.yaml': `${apex}# 2\n` });
    expect(await source.look()).toMatchObject({
      inForce,
      held: {
        sha: next,
        reason: 'window',
        because: `commit ${next} waits: until 18:00; to take it now, POST {"force": true} to /api/v1/sync`,
      },
    });
    why = null;
    hide(upstream);
    expect(await source.current()).toMatchObject({ inForce: { sha: next }, held: null });
  });

  it('the files of commits that passes go by stay, and all others go', async () => {
    const upstream = makeUpstream();
    const settings = gitSettings(upstream.bare);
    const inUse: string[] = [];
    const source = await started(settings, noCommits, { inUse: () => inUse });
    const shas: string[] = [];
    for (const text of ['1', '2', '3', '4']) {
      shas.push(upstream.push({ ...sound, 'zones/a.test.yaml': `${apex}# ${text}\n` }));
      await source.look();
      if (text === '1') inUse.push(shas[0] ?? '');
    }
    const folders = () => readdirSync(join(settings.folder, 'commits')).sort();
    expect(folders()).toEqual([shas[0], shas[2], shas[3]].sort());
    inUse.pop();
    await source.look();
    expect(folders()).toEqual([shas[2], shas[3]].sort());
  });
});

describe('what is kept here, damaged or lost', () => {
  it('a repository that lost a file of the next commit is fetched anew in the same look', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const settings = gitSettings(`file://${upstream.bare}`);
    const source = await started(settings);
    await source.look();
    const second = upstream.push({ 'zones/a.test.yaml': `${apex}# 2\n` });
    const { repository } = await openDaemonRepository(settings);
    await repository.fetch({ shallow: true });
    const blob = (await repository.blobsOf(second)).get('zones/a.test.yaml') ?? '';
    rmSync(join(settings.folder, 'repository.git/objects', blob.slice(0, 2), blob.slice(2)));
    expect(await source.look()).toMatchObject({ inForce: { sha: second }, kept: { previous: first }, failure: null });
  });

  it('all of it taken away while it runs is fetched anew in the next look, with the same commit in force', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const settings = gitSettings(`file://${upstream.bare}`);
    const source = await started(settings);
    await source.look();
    for (const gone of [settings.folder, join(settings.folder, 'commits'), join(settings.folder, 'repository.git')]) {
      rmSync(gone, { recursive: true });
      expect(await source.look(), gone).toMatchObject({ inForce: { sha: first }, held: null, failure: null });
    }
    const second = upstream.push({ 'zones/a.test.yaml': `${apex}# 2\n` });
    expect(await source.look()).toMatchObject({ inForce: { sha: second }, held: null, failure: null });
  });

  it('all of it lost while the server is down: nothing is in force, and the same commit is again once it answers', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const settings = gitSettings(upstream.bare);
    const { kept } = await (await started(settings)).look();
    rmSync(settings.folder, { recursive: true });
    const comeBack = hide(upstream);
    const source = await started(settings, kept);
    expect(await source.look()).toMatchObject({ inForce: null, failure: { kind: 'wait' }, kept: { inForce: first } });
    comeBack();
    upstream.push({ 'zones/a.test.yaml': broken('www') });
    expect(await source.look()).toMatchObject({ inForce: { sha: first }, held: { reason: 'errors' }, failure: null });
  });

  it('a commit in force that neither has any more lets none take its place but one that is asked for', async () => {
    const upstream = makeUpstream();
    const first = upstream.push(sound);
    const settings = gitSettings(upstream.bare);
    const { kept } = await (await started(settings)).look();
    rmSync(settings.folder, { recursive: true });
    upstream.git('checkout', '-q', '--orphan', 'anew');
    const other = upstream.push(sound, { force: true });
    const source = await started(settings, kept);
    expect(await source.look()).toMatchObject({
      inForce: null,
      held: { sha: other, reason: 'rewind' },
      failure: { message: `commit ${first} is not here; the next fetch may bring it` },
    });
    source.rewind(other);
    expect(await source.look()).toMatchObject({ inForce: { sha: other }, failure: null });
  });
});
