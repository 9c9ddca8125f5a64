import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadDaemon } from '../../src/load/index.ts';
import { hostmaster } from '../command.ts';
import { tempFolder } from '../servers/index.ts';
import { jsonOf } from './sample-repository.ts';

describe('hostmaster init --daemon', () => {
  const folder = tempFolder('init-daemon');
  const run = (...args: readonly string[]) => hostmaster(args, { cwd: folder });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  let stdout = '';
  beforeAll(async () => {
    const written = await run('init', '--daemon', 'dns');
    expect(written).toMatchObject({ code: 0, stderr: '' });
    stdout = written.stdout;
  });

  it('writes the operator’s own file beside the sample, and says what it is for', () => {
    expect(stdout).toContain('  operator.yaml\n');
    expect(stdout).toContain(
      "or have the daemon keep it so. dns/operator.yaml is the operator's own, and no part of the repository:\n  hostmaster daemon --config dns/hostmaster.yaml --targets-from dns/operator.yaml\n",
    );
    expect(read('dns/.gitignore')).toBe('.hostmaster/\noperator.yaml\n');
  });

  it('which has all that the sample needs', async () => {
    const files = ['--config', 'dns/hostmaster.yaml', '--format', 'json'];
    const [own, operators] = [
      await run('plan', ...files),
      await run('plan', ...files, '--targets-from', 'dns/operator.yaml'),
    ];
    expect(operators).toMatchObject({ code: 0, stderr: '' });
    expect(jsonOf(operators)).toEqual(jsonOf(own));
    const { inventory, targets } = parse(read('dns/hostmaster.yaml'));
    expect(parse(read('dns/operator.yaml'))).toMatchObject({ inventory, targets });
  });

  it('and starts a daemon on loopback, for the folder', async () => {
    const found = await loadDaemon({
      config: join(folder, 'dns/hostmaster.yaml'),
      targetsFrom: join(folder, 'dns/operator.yaml'),
    });
    expect(found.problems).toEqual([]);
    expect(found).toMatchObject({
      git: null,
      config: join(folder, 'dns/hostmaster.yaml'),
      settings: { listen: { address: '127.0.0.1', port: 8053 }, tokens: [], start: 'running' },
    });
  });

  it('whose commented lines are sound, too', async () => {
    const all = read('dns/operator.yaml').replaceAll(/^(\s*)# (?=(?: {2})?(?:- |\w+:(?: |$)))/gm, '$1');
    expect(all.match(/#/g)?.length).toBeLessThan(read('dns/operator.yaml').match(/#/g)?.length ?? 0);
    writeFileSync(join(folder, 'dns/all.yaml'), all);
    const found = await loadDaemon({ config: 'hostmaster.yaml', targetsFrom: join(folder, 'dns/all.yaml') });
    expect(found.problems).toEqual([]);
    expect(found.git).toMatchObject({ credentials: { kind: 'token' }, signedBy: join(folder, 'dns/allowed_signers') });
    expect(found.settings).toMatchObject({
      start: 'suspended',
      tokens: [{ name: 'ops' }, { name: 'prometheus' }],
      hooks: { git: { env: 'GIT_HOOK_SECRET' }, inventory: { lab: { env: 'LAB_HOOK_SECRET' } } },
    });
  });

  it('overwrites no file, and leaves it out without the option', async () => {
    const again = await run('init', '--daemon', 'dns');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('operator.yaml');
    const { files } = jsonOf(await run('init', 'plain', '--format', 'json'));
    expect(files).not.toContain('operator.yaml');
    expect(read('plain/.gitignore')).toBe('.hostmaster/\n');
  });
});
