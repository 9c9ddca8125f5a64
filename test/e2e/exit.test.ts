import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../servers/index.ts';
import { type AppliedSample, appliedSample, jsonOf, zoneFile } from './sample-repository.ts';

// How each command ends, on a repository that is applied already.

let repository: AppliedSample;
const run = (...args: readonly string[]) => repository.run(...args);
const change = () => repository.change();

beforeAll(async () => {
  repository = await appliedSample();
});

describe('exit codes', () => {
  beforeEach(() => repository.reset());

  it('exit 0 without and 2 with --exit-code: a plan with changes', async () => {
    expect(await run('plan', '--exit-code')).toMatchObject({ code: 0 });
    change();
    expect(await run('plan')).toMatchObject({ code: 0 });
    expect(await run('plan', '--exit-code')).toMatchObject({ code: 2 });
    expect(await run('plan', '--exit-code', '--format', 'json')).toMatchObject({ code: 2 });
  });

  it('exit 1: an error in a file, and the rest is done', async () => {
    change();
    repository.replace(zoneFile, 'value: 192.0.2.50 }', 'value: 192.0.2.256 }');
    const { code, stdout } = await run('apply', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('error [rdata-syntax]');
    expect(stdout).toMatch(/Applied: 1 change in 1 zone\.\nVerified: 1 answer, as it should be\.\n$/);
    expect(await run('validate')).toMatchObject({ code: 1 });
    expect(await run('verify')).toMatchObject({ code: 1 });
  });

  it('exit 1: a target that cannot be reached, and the others are done', async () => {
    const port = await freePort();
    repository.replace(
      'hostmaster.yaml',
      '  # pdns: ',
      `  gone: { provider: powerdns, url: "http://127.0.0.1:${port}", api_key: { env: HOME } }\n  # pdns: `,
    );
    repository.replace('hostmaster.yaml', '    targets: [local]', '    targets: [local, gone]');
    change();
    const { code, stdout } = await run('apply', '--yes', '--format', 'json');
    const { targets, problems, results } = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(targets).toEqual([
      {
        name: 'gone',
        status: 'unreachable',
        code: 'TARGET_UNREACHABLE',
        message: expect.stringContaining(`127.0.0.1:${port}`),
      },
      { name: 'local', status: 'ok', code: null, message: null },
    ]);
    expect(problems).toEqual([
      expect.objectContaining({ rule: 'target-unreachable', severity: 'error', target: 'gone' }),
    ]);
    expect(results).toEqual([expect.objectContaining({ zone: 'example.com.', target: 'local', status: 'applied' })]);
    expect((await run('plan')).stdout).toMatch(
      /^target gone: error \[target-unreachable\] .*\n\nPlan: no changes; 1 error\.\n$/,
    );
  });

  it('exit 3: what a guard refuses, with the option that lets exactly it through', async () => {
    repository.write(zoneFile, '');
    const { code, stdout } = await run('apply', '--yes');
    expect(code).toBe(3);
    const [, allow = ''] = /to let it through in one run: --allow (\S+)/.exec(stdout) ?? [];
    expect(allow).toBe('max_delete_percent:example.com./local');
    expect(stdout).toMatch(/\nPlan: no changes; 10 withheld; 1 warning\.\n$/);
    expect(await run('verify')).toMatchObject({ code: 0 });
    expect(await run('plan', '--allow', 'max_delete_percent:2.0.192.in-addr.arpa./local')).toMatchObject({ code: 3 });
    const next = await run('plan', '--allow', allow);
    expect(next.stdout).toContain('--allow never_empty:example.com./local:ns1.example.com.\n');
    const both = await run('plan', '--allow', allow, 'never_empty:example.com./local', '--format', 'json');
    expect(jsonOf(both).summary).toEqual({ create: 0, replace: 0, delete: 10, withheld: 0 });
    expect(await run('plan', '--allow', 'never_emtpy:example.com.')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('GUARD is one of'),
    });
  });

  it('exit 4: a name server that answers otherwise', async () => {
    change();
    const { code, stdout } = await run('verify');
    expect(code).toBe(4);
    expect(stdout).toBe(
      `127.0.0.1:${repository.port}: www.example.com. A differs: expected 300 192.0.2.12; answered 300 192.0.2.11; 1 as expected\nVerified: 27 answers; 1 difference.\n`,
    );
    const { differences } = jsonOf(await run('verify', '--format', 'json'));
    expect(differences).toEqual([
      {
        zone: 'example.com.',
        nameserver: `127.0.0.1:${repository.port}`,
        name: 'www.example.com.',
        type: 'A',
        kind: 'differs',
        expected: ['300 192.0.2.10', '300 192.0.2.12'],
        answered: ['300 192.0.2.10', '300 192.0.2.11'],
        serial: null,
      },
    ]);
  });
});

describe('mistakes on the command line', () => {
  it.each([
    [['plan', '--zone', 'example.org'], '--zone example.org.: not configured in hostmaster.yaml (zones: '],
    [['plan', '--zone', 'a..b'], '--zone a..b: '],
    [['plan', '--target', 'locla'], '--target locla: not configured in hostmaster.yaml (targets: local)'],
    [['verify', '--target', 'locla'], '--target locla: not configured in hostmaster.yaml (targets: local)'],
    [['explain', 'www.example.org'], 'www.example.org. is in none of the zones of hostmaster.yaml'],
    [['explain', 'www.example.com', 'AAA'], 'AAA is no RR type'],
    [['explain', 'www..example.com'], 'www..example.com'],
    [['plan', '--config', 'no.yaml'], 'no.yaml'],
    [['plan', '--targets-from', 'no.yaml'], 'no.yaml'],
    [['plan', '--out', 'no/where/plan.json'], '--out no/where/plan.json: it cannot be written'],
    [['apply', '--plan', 'no.json'], 'no.json cannot be read as a plan'],
    [['verify', '--sample', '0'], 'It takes a whole number from 1.'],
    [['plan', '--format', 'xml'], 'Allowed choices are text, json, markdown.'],
    [['plan', '--exitcode'], 'Did you mean --exit-code?'],
    [['plna'], 'Did you mean plan?'],
    [['plan', 'example.com'], 'too many arguments'],
  ])('1: %j is one clear line on stderr', async (args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toMatch(/^\s+at |node:internal/m);
  });

  it.each([['--help'], ['--version'], ['plan', '--help']])('exit 0: %s', async (...args) => {
    expect(await run(...args)).toMatchObject({ code: 0, stderr: '' });
  });

  it('without a command says what there is', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('validate');
  });
});
