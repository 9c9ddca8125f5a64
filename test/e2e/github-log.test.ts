import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, hostmaster, start } from '../command.ts';
import { activeCharacters, likeCommands, workflowCommands } from '../report/hostile/log.ts';
import { type AppliedSample, appliedSample, jsonOf, zoneFile } from './sample-repository.ts';

// What a GitHub workflow reads of the real command: text stands between marks that switch the log's commands off, and what is
// read back has none, and no command either.

let repository: AppliedSample;
beforeAll(async () => {
  repository = await appliedSample();
  repository.write(
    'zones/example.com.yaml',
    `${repository.read(zoneFile)}\n"\\\\#\\\\#[error]x":\n  type: TXT\n  value: "##[error]\\u202e::error::x"\n`,
  );
});

const env = { GITHUB_ACTIONS: 'true' };
const inWorkflow = (...args: readonly string[]) => hostmaster(args, { cwd: repository.folder, env });
const between = /^::stop-commands::(hostmaster-[0-9a-f]{32})\n[\s\S]*\n::\1::\n$/;
const nothing = { commands: [], like: [], active: [] };
const acting = (output: string) => ({
  commands: workflowCommands(output),
  like: likeCommands(output),
  active: activeCharacters(output),
});

describe('in a GitHub workflow', () => {
  it('text and stderr stand between marks that nobody can guess', async () => {
    const plan = await inWorkflow('plan');
    expect(plan.stdout).toMatch(between);
    expect(plan.stdout).toContain('#\\x23[error]');
    expect(acting(plan.stdout)).toEqual(nothing);
    const wrong = await inWorkflow('plan', '--config', '##[error]\u001b[2J\n::error::no.yaml');
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(between) });
    expect(acting(wrong.stderr)).toEqual(nothing);
    const usage = await inWorkflow('plan', '--##[error]x\n::error::y');
    expect(acting(usage.stderr)).toEqual(nothing);
    const [words] = [plan, wrong].map(({ stdout, stderr }) => between.exec(stdout || stderr)?.[1]);
    expect(words).not.toBe(between.exec(usage.stderr)?.[1]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('they end where the command is stopped by %s', async (signal) => {
    const serving = start(['serve'], { cwd: repository.folder, env });
    await serving.says('answers at');
    const { stdout } = await serving.end(signal);
    expect(stdout).toMatch(between);
  });

  it.each([
    ['json', ['plan', '--format', 'json']],
    ['markdown', ['plan', '--format', 'markdown']],
    ['a dump', ['dump', '--target', 'local', '--zone', 'example.com', '--as', 'zone']],
    ['a dump as YAML', ['dump', '--target', 'local', '--zone', 'example.com']],
  ])('what is read back has none, and no command: %s', async (_, args) => {
    await inWorkflow('apply', '--yes');
    const { code, stdout, stderr } = await inWorkflow(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('stop-commands');
    expect(acting(stdout.replaceAll('\t', ' '))).toEqual(nothing);
  });

  it('what goes into a file has none', async () => {
    const file = join(repository.folder, 'plan.txt');
    const out = openSync(file, 'w');
    const child = spawn(process.execPath, [bin, 'plan'], {
      cwd: repository.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', out, 'pipe'],
    });
    await once(child, 'close');
    closeSync(out);
    expect(readFileSync(file, 'utf8')).toMatch(/^(?!::)[\s\S]*Plan: /);
    expect(acting(readFileSync(file, 'utf8'))).toEqual(nothing);
  });

  it('what a provider throws where nobody catches it is harmless too', async () => {
    repository.write(
      'thrower.mjs',
      `const open = () => new Promise(() => {
        setTimeout(() => { throw new Error('##[error]x\\n::error::y\\u001b[2J'); }, 1);
      });
      export default { apiVersion: 1, name: 'thrower', schema: { type: 'object' }, secrets: [], open };\n`,
    );
    repository.write(
      'thrower.yaml',
      'targets: { one: { provider: ./thrower.mjs } }\nzones: { "*": { targets: [one], static: zones/ } }\n',
    );
    const { code, stderr } = await inWorkflow('plan', '--config', 'thrower.yaml', '--targets-from', 'thrower.yaml');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(between) });
    expect(stderr).toContain('#\\x23[error]x');
    expect(acting(stderr)).toEqual(nothing);
  });

  it('JSON says the same as it does elsewhere', async () => {
    const [there, here] = [
      await inWorkflow('plan', '--format', 'json'),
      await repository.run('plan', '--format', 'json'),
    ];
    expect(jsonOf(there)).toEqual(jsonOf(here));
  });
});

it('elsewhere there are no marks', async () => {
  expect((await repository.run('plan')).stdout).not.toContain('::stop-commands::');
});
