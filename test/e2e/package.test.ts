import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment } from '../command.ts';
import { jsonFileSource } from '../conformance/json-file.ts';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** As a user's shell has it: nothing of the npm that runs the tests, and the pinned Node first. */
const env = {
  ...Object.fromEntries(Object.entries(cleanEnvironment()).filter(([name]) => !name.toLowerCase().startsWith('npm_'))),
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
};

const run = (folder: string, command: string, ...args: readonly string[]) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr: error?.message ?? stderr };
};

/** The first Node on the PATH that is older than package.json allows. */
const oldNode = (): string | null => {
  const [major = 0, minor = 0] = String(manifest.engines.node).replace('>=', '').split('.').map(Number);
  const isOld = (path: string): boolean => {
    const [, oldMajor, oldMinor] = /^v(\d+)\.(\d+)/.exec(run(root, path, '--version').stdout ?? '') ?? [];
    return (
      oldMajor !== undefined && (Number(oldMajor) < major || (Number(oldMajor) === major && Number(oldMinor) < minor))
    );
  };
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return candidates.filter((path) => existsSync(path)).find(isOld) ?? null;
};

describe('the published package', () => {
  const old = oldNode();
  const folder = mkdtempSync(join(tmpdir(), 'hostmaster-package-'));
  const app = join(folder, 'app');
  const hostmaster = (...args: readonly string[]) => run(app, join(app, 'node_modules/.bin/hostmaster'), ...args);

  beforeAll(() => {
    const packed = run(root, 'npm', 'pack', '--pack-destination', folder);
    expect(packed, packed.stdout + packed.stderr).toMatchObject({ status: 0 });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
    const installed = run(app, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball));
    expect(installed, installed.stdout + installed.stderr).toMatchObject({ status: 0 });
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('carries what package.json lists, and no sources or tests', () => {
    const there = readdirSync(join(app, 'node_modules/hostmaster'));
    expect(there).toEqual(
      expect.arrayContaining(['dist', 'schemas', 'zones', 'providers', 'LICENSE', 'README.md', 'CHANGELOG.md']),
    );
    expect(there.filter((name) => ['src', 'test', 'scripts', 'bin'].includes(name))).toEqual([]);
  });

  it('answers --version under the pinned Node', () => {
    expect(hostmaster('--version')).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('validates a repository', () => {
    mkdirSync(join(app, 'zones'));
    writeFileSync(
      join(app, 'hostmaster.yaml'),
      [
        'targets:',
        '  try: { provider: embedded, listen: 127.0.0.1:0, file: .hostmaster/embedded.sqlite }',
        'zones:',
        '  example.com: { targets: [try] }',
        '',
      ].join('\n'),
    );
    writeFileSync(join(app, 'zones/example.com.yaml'), 'www: { type: A, ttl: 300, value: 192.0.2.1 }\n');
    expect(hostmaster('validate')).toMatchObject({ status: 0 });
    writeFileSync(join(app, 'zones/example.com.yaml'), 'www: { type: A, ttl: 300, value: 192.0.2.999 }\n');
    const refused = hostmaster('validate');
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stdout).toContain('zones/example.com.yaml:1:');
  });

  it('finds in hostmaster.yaml what the sources find', () => {
    const bad = join(folder, 'bad');
    mkdirSync(bad);
    writeFileSync(
      join(bad, 'hostmaster.yaml'),
      [
        'state: 7',
        'guards: { max_delete_percent: 300, max_delet_percent: 3 }',
        'targets:',
        '  try: { provider: embedded, listen: 1, verify_at: [] }',
        '  pdns: { provider: powerdns, timeout: soon, parallel: 9 }',
        '  none: { verify_wait: 7 }',
        'zones:',
        "  example.com: { targets: [try], ttl: x, owns: some, create: { kind: '' }, exempt: [{ rule: a }], covers: no }",
        '',
      ].join('\n'),
    );
    const words = ['validate', '--config', join(bad, 'hostmaster.yaml')];
    const sources = run(app, process.execPath, join(root, 'bin/hostmaster.ts'), ...words);
    expect(sources).toMatchObject({ status: 1 });
    expect(sources.stdout.split('\n').length).toBeGreaterThan(12);
    expect(hostmaster(...words)).toEqual(sources);
  });

  it('begins a repository whose editors find its schemas', () => {
    expect(hostmaster('init', 'dns')).toMatchObject({ status: 0, stderr: '' });
    for (const file of ['dns/hostmaster.yaml', 'dns/zones/example.com.yaml']) {
      const [, schema = 'none'] = /\$schema=(\S+)/.exec(readFileSync(join(app, file), 'utf8')) ?? [];
      expect(JSON.parse(readFileSync(join(app, dirname(file), schema), 'utf8'))).toHaveProperty('$schema');
    }
    expect(hostmaster('plan', '--exit-code', '--config', 'dns/hostmaster.yaml')).toMatchObject({
      status: 2,
      stderr: '',
    });
  });

  it('exports what is documented, and nothing else', () => {
    expect(Object.keys(manifest.exports)).toEqual(['.', './provider', './schemas/*', './package.json']);
    const documented = readFileSync(join(root, 'docs/commands.md'), 'utf8');
    expect(documented).toContain('`hostmaster/provider`');
    expect(documented).toContain('`hostmaster/schemas/*`');
    const source = "import('hostmaster/src/pass.js').catch(({ code }) => console.log(code))";
    expect(run(app, process.execPath, '--eval', source).stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });

  it('is a library, as docs/commands.md shows it', () => {
    const [, example = ''] = /```js\n(import .* from 'hostmaster';.*?)```/s.exec(
      readFileSync(join(root, 'docs/commands.md'), 'utf8'),
    ) ?? ['', ''];
    expect(hostmaster('init', 'library')).toMatchObject({ status: 0, stderr: '' });
    const program = join(app, 'library/program.js');
    writeFileSync(program, example);
    writeFileSync(join(app, 'library/package.json'), '{ "type": "module" }\n');
    const first = run(dirname(program), process.execPath, 'program.js');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^sha256:[0-9a-f]{64} \{ create: [1-9]\d*, replace: 0, delete: 0, withheld: 0 \}\n/);
    expect(first.stdout).toContain("'example.com. applied'");
    const second = run(dirname(program), process.execPath, 'program.js');
    expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining('{ create: 0, replace: 0,') });
    writeFileSync(join(app, 'library/typed.ts'), example);
    const tsc = join(root, 'node_modules/.bin/tsc');
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --lib es2024,dom --types';
    const typed = run(dirname(program), tsc, ...options.split(' '), '', 'typed.ts');
    expect(typed).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('exports the schemas', () => {
    const source = [
      "import schema from 'hostmaster/schemas/hostmaster.schema.json' with { type: 'json' };",
      'console.log(schema.title);',
      '',
    ];
    writeFileSync(join(app, 'schema.js'), source.join('\n'));
    expect(run(app, process.execPath, 'schema.js')).toMatchObject({ status: 0, stdout: 'hostmaster.yaml\n' });
  });

  it('exports what a provider needs, with its types', () => {
    writeFileSync(
      join(app, 'plugin.ts'),
      [
        "import { type Provider, HostmasterError } from 'hostmaster/provider';",
        'export const close = (provider: Provider): Promise<void> | undefined => provider.close?.();',
        'console.log(typeof HostmasterError);',
        '',
      ].join('\n'),
    );
    expect(run(app, process.execPath, 'plugin.ts')).toEqual({ status: 0, stdout: 'function\n', stderr: '' });
    const tsc = join(root, 'node_modules/.bin/tsc');
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --lib es2024,dom --types';
    expect(run(app, tsc, ...options.split(' '), '', 'plugin.ts')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  describe('a provider of somebody else', () => {
    const config = (provider: string, file: string) =>
      [
        `targets: { file: { provider: ${provider}, file: ${file} } }`,
        'zones: { example.com: { targets: [file], create: { ns: [ns1.example.net.] } } }',
        '',
      ].join('\n');
    const withZone = (path: string, provider: string): string => {
      mkdirSync(join(path, 'zones'), { recursive: true });
      writeFileSync(join(path, 'hostmaster.yaml'), config(provider, 'held.json'));
      writeFileSync(
        join(path, 'zones/example.com.yaml'),
        "'': { type: NS, ttl: 3600, value: ns1.example.net. }\nwww: { type: A, ttl: 300, value: 192.0.2.1 }\n",
      );
      return path;
    };
    const inFolder = (path: string, ...args: readonly string[]) =>
      run(path, join(app, 'node_modules/.bin/hostmaster'), ...args);
    const held = (path: string) => JSON.parse(readFileSync(join(path, 'held.json'), 'utf8'))['example.com.'].rrsets;

    it('is a file, written from the README alone, with hostmaster not installed beside it', () => {
      const path = withZone(join(folder, 'elsewhere'), './json-file.ts');
      writeFileSync(join(path, 'json-file.ts'), jsonFileSource());
      expect(inFolder(path, 'apply', '--yes')).toMatchObject({ status: 0, stderr: '' });
      expect(held(path)['www.example.com. A']).toEqual({ ttl: 300, values: ['192.0.2.1'] });
      expect(inFolder(path, 'plan', '--exit-code')).toMatchObject({ status: 0, stderr: '' });
    });

    it('is held to the published types', () => {
      writeFileSync(join(app, 'json-file.ts'), jsonFileSource());
      const tsc = join(root, 'node_modules/.bin/tsc');
      const strict = '--strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --skipLibCheck';
      const options = [...strict.split(' '), ...'--noEmit --module nodenext --target es2024 --types node'.split(' ')];
      const types = ['--typeRoots', join(root, 'node_modules/@types')];
      expect(run(app, tsc, ...options, ...types, 'json-file.ts')).toEqual({ status: 0, stdout: '', stderr: '' });
    });

    it('is a package, whose errors are told as our own', () => {
      const module = join(app, 'node_modules/@example/json-file');
      mkdirSync(module, { recursive: true });
      const manifest = { name: '@example/json-file', type: 'module', version: '1.0.0', exports: './index.js' };
      writeFileSync(join(module, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(module, 'index.js'), stripTypeScriptTypes(jsonFileSource()));
      const path = withZone(join(app, 'by-name'), '"@example/json-file"');
      expect(inFolder(path, 'apply', '--yes')).toMatchObject({ status: 0, stderr: '' });
      writeFileSync(join(path, 'held.json'), '{ "example.com.": 7 }');
      const refused = inFolder(path, 'plan');
      expect(refused).toMatchObject({ status: 1, stderr: '' });
      expect(refused.stdout).toContain(
        `error [target-unreachable] ${join(path, 'held.json')}: example.com. is not a mapping; nothing was written`,
      );
    });

    it('says what is wrong with its keys', () => {
      const path = withZone(join(folder, 'elsewhere'), './json-file.ts');
      writeFileSync(join(path, 'hostmaster.yaml'), config('./json-file.ts', '7, fiel: a'));
      const { status, stdout } = inFolder(path, 'validate');
      expect([status, stdout.split('\n').slice(0, 2)]).toEqual([
        1,
        [
          'hostmaster.yaml:1:52: error [config-syntax] targets.file: "file" must be text',
          'hostmaster.yaml:1:55: error [config-syntax] targets.file: "fiel" is not a key here (did you mean "file"?); the keys are provider, verify_at, verify_wait and file',
        ],
      ]);
    });
  });

  it.skipIf(old === null)('tells an old Node what it needs in one line (wants one on the PATH)', () => {
    const bin = join(app, 'node_modules/hostmaster/dist/bin/hostmaster.js');
    const { status, stdout, stderr } = run(app, old ?? '', bin, '--version');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^hostmaster needs Node\.js [\d.]+ or newer, and this is [\d.]+\.\n$/);
  });
});
