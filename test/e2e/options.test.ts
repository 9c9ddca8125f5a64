import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, onTerminal } from '../command.ts';
import { type AppliedSample, appliedSample, jsonOf, zoneFile } from './sample-repository.ts';

// What the options do that choose, keep and ask, and where the result goes; each test begins with the sample applied.

let repository: AppliedSample;
const run = (...args: readonly string[]) => repository.run(...args);
const change = () => repository.change();

beforeAll(async () => {
  repository = await appliedSample();
});
beforeEach(() => repository.reset());

describe('asking', () => {
  it('needs --yes where nobody can answer', async () => {
    change();
    for (const args of [['apply'], ['apply', '--format', 'json'], ['apply', '--plan', 'plan.json']]) {
      await run('plan', '--out', 'plan.json');
      const { code, stderr } = await run(...args);
      expect(code).toBe(1);
      expect(stderr).toBe(
        'hostmaster: nothing was applied: there is no terminal to ask on; add --yes to apply without a question\n',
      );
    }
    expect(await run('plan', '--exit-code')).toMatchObject({ code: 2 });
  });

  it('needs no answer where there is nothing to do', async () => {
    expect(await run('apply')).toEqual({ code: 0, stdout: 'Plan: no changes.\n', stderr: '' });
  });

  it('takes a whole yes on a terminal', async () => {
    change();
    const no = await onTerminal(['apply'], { cwd: repository.folder, env: {} }, 'y\n');
    expect(no.stdout).toContain('nothing was applied');
    expect(no.code).toBe(1);
    const yes = await onTerminal(['apply'], { cwd: repository.folder, env: {} }, 'yes\n');
    expect(yes.stdout).toContain('Apply this? [yes/no]');
    expect(yes.stdout).toContain('Applied: 1 change in 1 zone.');
    expect(yes.code).toBe(0);
  });
});

describe('colours', () => {
  it('are for terminals, and not with NO_COLOR', async () => {
    change();
    const start = '\u001b[';
    expect((await onTerminal(['plan'], { cwd: repository.folder })).stdout).toContain(`${start}33m`);
    expect((await onTerminal(['plan'], { cwd: repository.folder, env: { NO_COLOR: '1' } })).stdout).not.toContain(
      `${start}33m`,
    );
    expect((await run('plan')).stdout).not.toContain(start);
    expect((await onTerminal(['plan', '--format', 'json'], { cwd: repository.folder })).stdout).not.toContain(start);
  });
});

describe('a result that goes elsewhere', () => {
  it('a reader that closes the pipe early does not stop the apply', async () => {
    change();
    const bin = join(import.meta.dirname, '../../bin/hostmaster.ts');
    const line = `"${process.execPath}" "${bin}" apply --yes --format json | head -c 1; exit \${PIPESTATUS[0]}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
      cwd: repository.folder,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{', stderr: '' });
    expect(await run('plan', '--exit-code')).toMatchObject({ code: 0 });
  });

  it('exit 1: a result that cannot be written', () => {
    const bin = join(import.meta.dirname, '../../bin/hostmaster.ts');
    const line = `"${process.execPath}" "${bin}" plan > /dev/full`;
    const { status, stderr } = spawnSync('bash', ['-c', line], {
      cwd: repository.folder,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^hostmaster: the result cannot be written: ENOSPC.*\n$/),
    });
  });
});

describe('choosing', () => {
  it('--zone takes some zones, --target some targets', async () => {
    change();
    const zones = async (...args: readonly string[]) =>
      jsonOf(await run('plan', '--format', 'json', ...args)).changesets.map(
        ({ zone: name }: { readonly zone: string }) => name,
      );
    expect(await zones('--zone', '2.0.192.in-addr.arpa')).toEqual(['2.0.192.in-addr.arpa.']);
    expect(await zones('--zone', 'EXAMPLE.com.', '2.0.192.in-addr.arpa')).toHaveLength(2);
    expect(await zones('--zone', 'example.com', '--zone', '2.0.192.in-addr.arpa')).toHaveLength(2);
    expect(await zones('--target', 'local')).toHaveLength(4);
    const other = '  other: { provider: embedded, listen: 127.0.0.1:0, file: .hostmaster/other.sqlite }\n  # pdns: ';
    repository.replace('hostmaster.yaml', '  # pdns: ', other);
    expect(await zones('--target', 'other')).toEqual([]);
  });

  it('--targets-from takes targets, inventory and state from another file, whatever the repository says', async () => {
    repository.write(
      'trusted/targets.yaml',
      `state: kept.sqlite\ninventory: { lab: { type: file, path: servers.yaml } }\ntargets:\n  local: { provider: embedded, listen: 127.0.0.1:${repository.port}, file: ../.hostmaster/embedded.sqlite }\n`,
    );
    repository.write('trusted/servers.yaml', repository.read('servers.yaml'));
    repository.replace('hostmaster.yaml', 'file: .hostmaster/embedded.sqlite', 'file: stolen.sqlite');
    repository.replace('hostmaster.yaml', 'path: servers.yaml', 'path: stolen.yaml');
    change();
    const { code, stdout } = await run('apply', '--yes', '--targets-from', 'trusted/targets.yaml');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Applied: 1 change in 1 zone.'),
    });
    expect(existsSync(join(repository.folder, 'trusted/kept.sqlite'))).toBe(true);
    expect(existsSync(join(repository.folder, 'stolen.sqlite'))).toBe(false);
  });
});

describe('a plan that is kept', () => {
  it('is applied as it was reviewed, without looking at the files again', async () => {
    change();
    const planned = await run('plan', '--out', 'plan.json');
    expect(planned.stdout).toContain('Plan: 1 replace.');
    const kept = JSON.parse(repository.read('plan.json'));
    expect(kept.digest).toBe(jsonOf(await run('plan', '--format', 'json')).digest);
    repository.replace(zoneFile, '192.0.2.12]', '192.0.2.13]');
    const { code, stdout } = await run('apply', '--plan', 'plan.json', '--yes', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      digest: kept.digest,
      results: [{ status: 'applied' }],
      verify: { checked: 1, differences: [] },
    });
    expect((await run('explain', 'www.example.com', 'A')).stdout).toContain(
      'existing at local\n  A 300 192.0.2.10\n  A 300 192.0.2.12\n',
    );
  });

  it('exit 3: a plan is refused whole once one RRset is not what it saw', async () => {
    const zone = repository.read(zoneFile);
    change();
    repository.replace(zoneFile, '192.0.2.2 }', '192.0.2.26 }');
    await run('plan', '--out', 'plan.json');
    repository.write(zoneFile, zone.replace('192.0.2.11]', '192.0.2.77]'));
    await run('apply', '--yes');
    const { code, stderr } = await run('apply', '--plan', 'plan.json', '--yes');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^hostmaster: the plan is stale, and nothing was written: .*www\.example\.com\. A/);
    expect((await run('explain', 'ns2.example.com', 'A')).stdout).toContain('existing at local\n  A 3600 192.0.2.2\n');
  });

  it('exit 1: a plan file is refused once somebody edited it', async () => {
    change();
    await run('plan', '--out', 'plan.json');
    repository.replace('plan.json', '"192.0.2.12"', '"203.0.113.1"');
    const { code, stdout, stderr } = await run('apply', '--plan', 'plan.json', '--yes');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('digest: it does not fit: something in the file was changed since the plan was made');
  });
});
