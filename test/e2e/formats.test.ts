import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { jsonOf, type Sample, sample, zoneFile } from './sample-repository.ts';

// Every command on the sample repository, in each format: what scripts rely on.

const keysOf = (value: object): readonly string[] => Object.keys(value);
const changeKeys = ['action', 'name', 'type', 'before', 'after'];
const problemKeys = ['rule', 'severity', 'message', 'file', 'line', 'column'];

/** The shape of a plan as the contract has it. */
const checkPlan = (plan: Plan): void => {
  expect(keysOf(plan).slice(0, 10)).toEqual([
    'version',
    'digest',
    'config_commit',
    'dirty',
    'inventory',
    'targets',
    'changesets',
    'atomic_sets',
    'problems',
    'summary',
  ]);
  expect(plan).toMatchObject({
    version: 2,
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    config_commit: null,
    dirty: false,
    inventory: { lab: { servers: 3, complete: true } },
  });
  expect(plan.targets).toEqual([{ name: 'local', status: 'ok', code: null, message: null }]);
  expect(keysOf(plan.summary)).toEqual(['create', 'replace', 'delete', 'withheld']);
  for (const changeset of plan.changesets) {
    expect(keysOf(changeset)).toEqual([
      'zone',
      'view',
      'target',
      'based_on',
      'create_zone',
      'changes',
      'withheld',
      'unmanaged',
    ]);
  }
};

describe('the commands on the sample repository', () => {
  let repository: Sample;
  const run = (...args: readonly string[]) => repository.run(...args);
  beforeAll(async () => {
    repository = await sample();
  });

  it('validate', async () => {
    expect(await run('validate')).toEqual({ code: 0, stdout: '4 zones checked: no problems\n', stderr: '' });
    expect(jsonOf(await run('validate', '--format', 'json'))).toEqual({ problems: [] });
    expect((await run('validate', '--format', 'markdown')).stdout).toBe('**4 zones checked: no problems**\n');
  });

  it('plan', async () => {
    const text = await run('plan');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain(
      'example.com. at local (new zone)\n  + @            NS     3600  ns1.example.com., ns2.example.com.  (apex)',
    );
    expect(text.stdout).toMatch(/\n\nPlan: 4 new zones and 27 creates\.\n$/);
    const plan = jsonOf(await run('plan', '--format', 'json'));
    checkPlan(plan);
    expect(plan.changesets.map(({ zone }: { readonly zone: string }) => zone)).toEqual([
      '2.0.192.in-addr.arpa.',
      '8.b.d.0.1.0.0.2.ip6.arpa.',
      'example.com.',
      'lab.internal.',
    ]);
    const [www] = plan.changesets[2].changes.filter(
      ({ name }: { readonly name: string }) => name === 'www.example.com.',
    );
    expect(keysOf(www)).toEqual(changeKeys);
    expect(www).toEqual({
      action: 'create',
      name: 'www.example.com.',
      type: 'A',
      before: null,
      after: {
        ttl: 300,
        values: ['192.0.2.10', '192.0.2.11'].map((rdata) => ({
          rdata,
          origins: [{ kind: 'zone_file', file: zoneFile, line: expect.any(Number), column: expect.any(Number) }],
        })),
        health_check: null,
      },
    });
    const markdown = await run('plan', '--format', 'markdown');
    expect(markdown.stdout).toMatch(
      /^\*\*Plan: 4 new zones and 27 creates\.\*\*\n\n### `2\.0\.192\.in-addr\.arpa\.` at `local` \(new zone\)\n/,
    );
  });

  it('verify, before anything is there', async () => {
    const text = await run('verify');
    expect(text.code).toBe(4);
    expect(text.stdout.split('\n')).toEqual([
      `127.0.0.1:${repository.port} does not serve the zone 2.0.192.in-addr.arpa.: REFUSED; 7 RRsets not asked`,
      `127.0.0.1:${repository.port} does not serve the zone 8.b.d.0.1.0.0.2.ip6.arpa.: REFUSED; 1 RRset not asked`,
      `127.0.0.1:${repository.port} does not serve the zone example.com.: REFUSED; 14 RRsets not asked`,
      `127.0.0.1:${repository.port} does not serve the zone lab.internal.: REFUSED; 5 RRsets not asked`,
      'Verified: 0 answers; 4 differences.',
      '',
    ]);
    const { checked, differences } = jsonOf(await run('verify', '--format', 'json'));
    expect(checked).toBe(0);
    expect(differences[0]).toEqual({
      zone: '2.0.192.in-addr.arpa.',
      nameserver: `127.0.0.1:${repository.port}`,
      name: '2.0.192.in-addr.arpa.',
      type: 'SOA',
      kind: 'missing',
      expected: null,
      answered: 'REFUSED; 7 RRsets not asked',
      serial: null,
    });
  });

  it('apply', async () => {
    const { code, stdout, stderr } = await run('apply', '--yes', '--format', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const applied = JSON.parse(stdout);
    checkPlan(applied);
    expect(applied.verify).toEqual({ checked: 27, differences: [] });
    expect(
      applied.results.map(({ zone, status, error }: Readonly<Record<string, unknown>>) => ({ zone, status, error })),
    ).toEqual([
      { zone: '2.0.192.in-addr.arpa.', status: 'applied', error: null },
      { zone: '8.b.d.0.1.0.0.2.ip6.arpa.', status: 'applied', error: null },
      { zone: 'example.com.', status: 'applied', error: null },
      { zone: 'lab.internal.', status: 'applied', error: null },
    ]);
    expect(applied.results[2]).toMatchObject({ view: null, target: 'local' });
    expect(applied.results[2].changes[0]).toEqual({
      action: 'create',
      name: '*.dev.example.com.',
      type: 'A',
      status: 'applied',
      message: null,
    });
    const again = await run('apply', '--yes');
    expect(again).toEqual({ code: 0, stdout: 'Plan: no changes.\n', stderr: '' });
    repository.replace(zoneFile, '192.0.2.11]', '192.0.2.12]');
    const text = await run('apply', '--yes');
    expect(text.stdout).toMatch(
      /\nPlan: 1 replace\.\n\nApplied: 1 change in 1 zone\.\nVerified: 1 answer, as it should be\.\n$/,
    );
    repository.replace(zoneFile, '192.0.2.12]', '192.0.2.11]');
    const markdown = await run('apply', '--yes', '--format', 'markdown');
    expect(markdown.stdout).toMatch(
      /^\*\*Plan: 1 replace\.\*\*\n.*\n```\nApplied: 1 change in 1 zone\.\nVerified: [^\n]*\n```\n$/s,
    );
  });

  it('verify', async () => {
    expect(await run('verify')).toEqual({
      code: 0,
      stdout: 'Verified: 27 answers, all as they should be.\n',
      stderr: '',
    });
    expect(jsonOf(await run('verify', '--format', 'json'))).toMatchObject({ checked: 27, differences: [] });
    expect((await run('verify', '--format', 'markdown')).stdout).toBe(
      '```\nVerified: 27 answers, all as they should be.\n```\n',
    );
    expect((await run('verify', '--sample', '2')).stdout).toBe('Verified: 7 answers, all as they should be.\n');
    expect((await run('verify', '--zone', 'example.com')).stdout).toBe(
      'Verified: 14 answers, all as they should be.\n',
    );
  });

  it('explain', async () => {
    const at = `127.0.0.1:${repository.port}`;
    expect(await run('explain', 'WWW.example.com', 'aaaa')).toEqual({
      code: 0,
      stdout: [
        'www.example.com. AAAA in zone example.com.',
        'desired',
        `  AAAA 300 2001:db8::10   ${zoneFile}:${lineOf(repository.read(zoneFile), '2001:db8::10')}`,
        'existing at local',
        '  AAAA 300 2001:db8::10',
        `answered by ${at} for local: AAAA NOERROR`,
        '  www.example.com. AAAA 300 2001:db8::10',
        '',
      ].join('\n'),
      stderr: '',
    });
    const explained = jsonOf(await run('explain', 'www.example.com.', '--format', 'json'));
    expect(explained).toMatchObject({
      name: 'www.example.com.',
      type: null,
      desired: [{ type: 'A' }, { type: 'AAAA' }],
    });
    expect(explained.existing).toEqual([expect.objectContaining({ target: 'local', error: null })]);
    expect(
      explained.answered.map(({ nameserver, rcode, type }: Readonly<Record<string, unknown>>) => ({
        nameserver,
        rcode,
        type,
      })),
    ).toEqual([
      { nameserver: at, rcode: 'NOERROR', type: 'A' },
      { nameserver: at, rcode: 'NOERROR', type: 'AAAA' },
    ]);
    expect((await run('explain', 'no.example.com', '--format', 'markdown')).stdout).toBe(
      `\`\`\`\nno.example.com. in zone example.com.\ndesired\n  nothing\nexisting at local\n  nothing\nanswered by ${at} for local: A NXDOMAIN\n\`\`\`\n`,
    );
  });

  it('dump', async () => {
    const yaml = await run('dump', '--target', 'local', '--zone', 'example.com');
    expect(yaml).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^---\n"":\n {2}- ttl: 3600\n {4}type: CAA\n/),
    });
  });

  it('init', async () => {
    const refused = await run('init');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^hostmaster: nothing was written: .* has groups\.yaml, hostmaster\.yaml, .* already; choose an empty folder\n$/,
    );
    const text = await run('init', 'inner');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain(`hostmaster plan --config ${join('inner', 'hostmaster.yaml')}`);
    expect(repository.read('inner/.gitignore')).toBe('.hostmaster/\n');
    repository.write('there/.gitignore', 'node_modules/');
    expect((await run('init', 'there')).stdout).toContain('  .gitignore\n');
    expect(repository.read('there/.gitignore')).toBe('node_modules/\n.hostmaster/\n');
    expect(jsonOf(await run('init', 'other', '--format', 'json'))).toMatchObject({
      folder: 'other',
      files: expect.arrayContaining([zoneFile]),
    });
    expect((await run('validate', '--config', 'other/hostmaster.yaml')).code).toBe(0);
  });

  it('init names the schemas of the package beside it, or none', async () => {
    expect(repository.read('hostmaster.yaml')).not.toContain('$schema');
    repository.write('project/node_modules/hostmaster/schemas/zone.schema.json', '{}');
    await run('init', 'project/dns');
    expect(repository.read('project/dns/hostmaster.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/node_modules\/hostmaster\/schemas\/hostmaster\.schema\.json\n/,
    );
    expect(repository.read(`project/dns/${zoneFile}`)).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/node_modules\/hostmaster\/schemas\/zone\.schema\.json\n/,
    );
  });

  it('says every problem with its place', async () => {
    repository.write(
      'zones/example.com.yaml',
      'www: { type: A, value: 192.0.2.999 }\nftp: { type: AA, value: 192.0.2.1 }\n',
    );
    const { code, stdout } = await run('validate');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^zones\/example\.com\.yaml:1:24: error \[rdata-syntax\] .*\nzones\/example\.com\.yaml:2:14: error \[unknown-type\] /m,
    );
    expect(stdout).toMatch(/4 zones checked: 2 errors and 1 warning\n$/);
    const { problems } = jsonOf(await run('validate', '--format', 'json'));
    const keys = problems.map((problem: object) => keysOf(problem).join());
    expect([...new Set(keys)].toSorted()).toEqual([
      [...problemKeys, 'zone'].join(),
      [...problemKeys, 'zone', 'name'].join(),
    ]);
    const about = { zone: 'example.com.', name: 'ftp.example.com.' };
    expect(problems).toContainEqual(
      expect.objectContaining({
        rule: 'unknown-type',
        severity: 'error',
        file: zoneFile,
        line: 2,
        column: 14,
        ...about,
      }),
    );
    const markdown = await run('validate', '--format', 'markdown');
    expect(markdown.stdout).toContain('| ❌ | `zones/example.com.yaml:1:24` | `rdata-syntax` |');
  });
});

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
