import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { configCommit } from '../../src/load/config-commit.ts';
import { repository } from './load-repository.ts';

describe('the commit of a repository', () => {
  it('is that of HEAD, also in a folder of it', async () => {
    const folder = repository({ 'dns/hostmaster.yaml': '' });
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
    git('init', '-q');
    expect(await configCommit(folder)).toBeNull();
    git('add', '.');
    git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'one');
    const head = git('rev-parse', 'HEAD').trim();
    expect(await configCommit(folder)).toBe(head);
    expect(await configCommit(`${folder}/dns`)).toBe(head);
  });

  it('is null outside of Git, and where there is nothing', async () => {
    expect(await configCommit(repository({}))).toBeNull();
    expect(await configCommit('/does/not/exist')).toBeNull();
  });
});
