import { readFileSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CommitView, type KeptCommits, noCommits } from '../../src/daemon/commit-source.ts';
import {
  type OpenWatchOptions,
  openWatchedRepository,
  type WatchedRepository,
} from '../../src/daemon/watched-repository.ts';
import type { GitSettings } from '../../src/model/daemon-settings.ts';
import { HostmasterError } from '../../src/model/errors.ts';
import type { Problem } from '../../src/model/problem.ts';
import { listen } from '../servers/listen.ts';
import { gitSettings, makeUpstream } from './git/upstream.ts';

const error: Problem = {
  ...{ rule: 'ttl-range', severity: 'error', message: '', file: 'hostmaster.yaml', line: 1, column: 1 },
  name: 'www.a.test.',
};

interface Watched {
  readonly source: WatchedRepository;
  readonly changes: readonly string[];
  readonly views: readonly CommitView[];
  readonly kept: () => KeptCommits;
}

/** The commits are good unless their hostmaster.yaml says `bad`. */
const watched = async (
  settings: GitSettings,
  more: Partial<OpenWatchOptions> = {},
  before = noCommits,
): Promise<Watched> => {
  const changes: string[] = [];
  const views: CommitView[] = [];
  let kept = before;
  const source = await openWatchedRepository(settings, null, {
    kept: before,
    validate: async (folder) => (readFileSync(`${folder}/hostmaster.yaml`, 'utf8').includes('bad') ? [error] : []),
    keep: async (next) => {
      kept = next;
    },
    onChange: () => changes.push(source.files()?.commit ?? 'none'),
    onView: (view) => views.push(view),
    onNotice: () => undefined,
    pause: 1,
    ...more,
  });
  onTestFinished(source.close);
  return { source, changes, views, kept: () => kept };
};

const often = { interval: 20 };
const patient = { timeout: 60_000, interval: 10 };

describe('a repository that is watched', () => {
  it('a push comes into force by the interval alone, and is told once', async () => {
    const upstream = makeUpstream();
    const first = upstream.push({ 'hostmaster.yaml': 'good' });
    const { source, changes, kept } = await watched(gitSettings(upstream.bare, often));
    expect(source.why()).toBe('the repository has not been fetched yet');
    await vi.waitFor(() => expect(changes).toEqual([first]), patient);
    expect(source.files()).toEqual({ config: expect.stringContaining(`${first}/hostmaster.yaml`), commit: first });
    const second = upstream.push({ 'hostmaster.yaml': 'better' });
    await vi.waitFor(() => expect(changes).toEqual([first, second]), patient);
    expect(kept()).toMatchObject({ inForce: second, previous: first });
    expect(source.status()).toEqual({ in_force: second, seen: second, held_because: null, error: null, problems: [] });
    expect(source.why()).toBeNull();
  });

  it('what somebody asks for while a look runs is looked for after it; many at once are one', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'good' });
    const { source, changes, views } = await watched(gitSettings(upstream.bare, { interval: 3_600_000 }));
    await vi.waitFor(() => expect(changes).toHaveLength(1), patient);
    const before = views.length;
    const second = upstream.push({ 'hostmaster.yaml': 'better' });
    for (let i = 0; i < 100; i += 1) source.look();
    await vi.waitFor(() => expect(source.files()?.commit).toBe(second), patient);
    expect(views.length - before).toBeLessThanOrEqual(2);
    source.look();
    await vi.waitFor(() => expect(views.length).toBeGreaterThan(before + 1), patient);
    const third = upstream.push({ 'hostmaster.yaml': 'best' });
    source.look();
    await vi.waitFor(() => expect(source.files()?.commit).toBe(third), patient);
  });

  it('a held commit is told by status, and comes into force once it is accepted', async () => {
    const upstream = makeUpstream();
    const bad = upstream.push({ 'hostmaster.yaml': 'bad' });
    const { source, changes } = await watched(gitSettings(upstream.bare, { interval: 3_600_000 }));
    await vi.waitFor(() => expect(source.view()?.held).toMatchObject({ sha: bad, reason: 'first' }), patient);
    expect(source.files()).toBeNull();
    expect(source.why()).toContain('is the first one, and has 1 error');
    expect(source.status()).toMatchObject({ in_force: null, seen: bad, problems: [error] });
    expect(() => source.rewind(bad)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    source.accept(bad);
    await vi.waitFor(() => expect(changes).toEqual([bad]), patient);
  });

  it('no pass goes by a commit that could not be kept; it does as soon as it can', async () => {
    const upstream = makeUpstream();
    const first = upstream.push({ 'hostmaster.yaml': 'good' });
    let isFull = true;
    const keep = async (): Promise<void> => {
      if (isFull) throw new HostmasterError('STATE_UNAVAILABLE', 'the disk is full');
    };
    const { source, changes, views } = await watched(gitSettings(upstream.bare, often), { keep });
    await vi.waitFor(() => expect(views.at(-1)?.inForce?.sha).toBe(first), patient);
    expect(views.at(-1)?.failure?.code).toBe('STATE_UNAVAILABLE');
    expect(source.files()).toBeNull();
    expect(source.why()).toBe('the disk is full');
    isFull = false;
    source.look();
    await vi.waitFor(() => expect(changes).toEqual([first]), patient);
  });

  it('what is in force serves a restart without the server, which is asked again by itself', async () => {
    const upstream = makeUpstream();
    const first = upstream.push({ 'hostmaster.yaml': 'good' });
    const settings = gitSettings(upstream.bare, often);
    const one = await watched(settings);
    await vi.waitFor(() => expect(one.changes).toEqual([first]), patient);
    await one.source.close();
    renameSync(upstream.bare, `${upstream.bare}.away`);
    const two = await watched(settings, {}, one.kept());
    await vi.waitFor(() => expect(two.changes).toEqual([first]), patient);
    await vi.waitFor(() => expect(two.source.view()?.failure?.code).toBe('GIT_UNAVAILABLE'), patient);
    expect(two.source.files()?.commit).toBe(first);
  });

  it('looks no more once it is closed', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'good' });
    const { source, views } = await watched(gitSettings(upstream.bare, { interval: 1 }));
    await vi.waitFor(() => expect(views.length).toBeGreaterThan(2), patient);
    await source.close();
    const after = views.length;
    source.look();
    await new Promise((resolve) => setImmediate(resolve));
    expect(views.length).toBe(after);
  });

  it('does not wait for a server that says nothing, to be closed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const mute = await listen(createServer(() => resolve()));
    onTestFinished(mute.close);
    const settings = gitSettings(`https://127.0.0.1:${mute.port}/dns.git`, { timeout: 3_600_000 });
    const { source } = await watched(settings);
    await promise;
    await source.close();
    expect(source.view()).toMatchObject({ inForce: null, failure: null });
  });
});
