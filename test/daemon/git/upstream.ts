import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GitSettings } from '../../../src/model/daemon-settings.ts';
import { tempFolder } from '../../servers/child.ts';

/** A bare repository with a person's clone of it, as a server has it. */
export interface Upstream {
  /** The bare repository's folder. */
  readonly bare: string;
  /** Runs Git in the person's clone. */
  git(...args: readonly string[]): string;
  /** Writes files, commits and pushes; the commit. */
  push(files: Readonly<Record<string, string | Buffer>>, options?: PushOptions): string;
}

export interface PushOptions {
  /** More of `git commit`, as `-S`. */
  readonly commit?: readonly string[];
  readonly config?: readonly string[];
  readonly force?: boolean;
  readonly branch?: string;
}

const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgSign=false'];

export const gitAt = (folder: string, args: readonly string[], more: readonly string[] = []): string =>
  execFileSync('git', ['-C', folder, ...person, ...more, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

export const makeUpstream = (options: readonly string[] = []): Upstream => {
  const folder = tempFolder('git-upstream');
  const [bare, clone] = [join(folder, 'dns.git'), join(folder, 'clone')];
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', ...options, bare]);
  execFileSync('git', ['init', '-q', '-b', 'main', ...options, clone]);
  const git = (...args: readonly string[]): string => gitAt(clone, args);
  git('remote', 'add', 'origin', bare);
  return {
    bare,
    git,
    push: (files, { commit = [], config = [], force = false, branch = 'main' } = {}) => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(clone, path)), { recursive: true });
        writeFileSync(join(clone, path), content);
      }
      git('add', '--all');
      gitAt(clone, ['commit', '-q', '--allow-empty', '-m', 'change', ...commit], config);
      git('push', '-q', ...(force ? ['--force'] : []), 'origin', `HEAD:refs/heads/${branch}`);
      return git('rev-parse', 'HEAD');
    },
  };
};

/** `git:` as it is read from a file that says little. */
export const gitSettings = (url: string, more: Partial<GitSettings> = {}): GitSettings => ({
  url,
  ref: 'refs/heads/main',
  path: '.',
  credentials: { kind: 'none' },
  interval: 60_000,
  timeout: 60_000,
  signedBy: null,
  folder: join(tempFolder('git-daemon'), '.hostmaster/git'),
  at: { file: 'targets.yaml', line: 1, column: 1 },
  ...more,
});
