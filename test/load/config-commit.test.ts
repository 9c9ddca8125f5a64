import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    await configCommit(dns);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    execFileSync('git', ['-C', dns, 'status'], { env: environment });
    expect(existsSync(join(folder, 'ran'))).toBe(true);
  });

  it('is null outside of Git, and where there is nothing', async () => {
    expect(await configCommit(repository({}))).toBeNull();
    expect(await configCommit('/does/not/exist')).toBeNull();
  });
});
