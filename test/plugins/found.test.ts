import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import { factoryText, placeOf, repositoryOf, tellingFactory } from './provider-repository.ts';

const nothing: Ended = { code: -1, stdout: '', stderr: '' };

/** What a telling factory was opened with, by its target. */
const toldIn = ({ stdout }: Ended, i: number): unknown => {
  const [, told = 'null'] =
    new RegExp(`^target ${placeOf(i).target}: error \\[target-refused\\] (.*)$`, 'm').exec(stdout) ?? [];
  return JSON.parse(told);
};

const backwards = (text: string): string => [...text].reverse().join('');

const manifest = (keys: Readonly<Record<string, unknown>>) => JSON.stringify({ version: '1.0.0', ...keys });

const packages: Readonly<Record<string, string>> = {
  'node_modules/by-import/package.json': manifest({ type: 'module', exports: { import: './lib.js' } }),
  'node_modules/by-import/lib.js': tellingFactory(),
  'node_modules/@scope/main/package.json': manifest({ type: 'module', main: 'lib.js' }),
  'node_modules/@scope/main/lib.js': tellingFactory(),
  'node_modules/several/package.json': manifest({ type: 'module', exports: { './dns': './dns.js' } }),
  'node_modules/several/dns.js': tellingFactory().replace('export const factory =', 'export default'),
  'node_modules/old/package.json': manifest({ main: 'lib.js' }),
  'node_modules/old/lib.js': tellingFactory()
    .replace(/^import (.*) from (.*);$/m, 'const $1 = require($2);')
    .replace('export const factory =', 'module.exports ='),
  'node_modules/of-class/package.json': manifest({ type: 'module', exports: './lib.js' }),
  'node_modules/of-class/lib.js': `import { HostmasterError } from 'hostmaster/provider';
class Factory {
  apiVersion = 1;
  name = 'of-class';
  secrets = [];
  #schema = { type: 'object' };
  get schema() { return this.#schema; }
  async open(context) { throw new HostmasterError('TARGET_REFUSED', 'stop', JSON.stringify(context)); }
}
export const factory = new Factory();
`,
  'node_modules/broken/package.json': manifest({ main: 'gone.js' }),
  'node_modules/embedded/package.json': manifest({ main: 'lib.js' }),
  'node_modules/embedded/lib.js': "throw new Error('a built-in name was taken');",
};

describe('a package', () => {
  const found = ['by-import', '@scope/main', 'several/dns', 'old', 'of-class'];
  const folder = repositoryOf([...found.map((name) => `provider: '${name}'`), 'provider: embedded'], packages);
  let ended = nothing;
  beforeAll(async () => {
    // From another folder, since it is found beside the configuration.
    const file = join(folder, 'hostmaster.yaml');
    ended = await hostmaster(['plan', '--config', file, '--targets-from', file], { cwd: '/' });
  });

  it.each(found.map((name, i) => [name, i] as const))('%s is found', (_, i) => {
    expect(toldIn(ended, i)).toMatchObject({ config: {}, secrets: {}, folder, zones: ['example.com.'] });
  });

  it('never takes a built-in name', () => {
    expect(ended.stdout).toContain(`example.com. at ${placeOf(found.length).target} (new zone)`);
  });
});

describe('a package without it', () => {
  const cases = [
    ['several', /^cannot be loaded: No "exports" main defined in .*; fix or reinstall the package$/],
    [
      'several/other',
      /^cannot be loaded: Package subpath '\.\/other' is not defined .*; fix or reinstall the package$/,
    ],
    ['broken', /^cannot be loaded: Cannot find package '.*broken.*' imported from .*; fix or reinstall the package$/],
  ] as const;
  const folder = repositoryOf(
    cases.map(([name]) => `provider: ${name}`),
    packages,
  );
  let ended = nothing;
  beforeAll(async () => {
    ended = await hostmaster(['validate'], { cwd: folder });
  });

  it.each(cases.map(([name, says], i) => [name, says, i] as const))('%s says so', (name, says, i) => {
    const start = `hostmaster.yaml:${placeOf(i).line}:20: error [unusable-provider] the provider ${name} `;
    const line = ended.stdout.split('\n').find((text) => text.startsWith(start)) ?? '';
    expect(line.slice(start.length)).toMatch(says);
  });
});

describe('its keys', () => {
  const schema = `{ type: 'object', required: ['url'], properties: {
    url: { type: 'string', pattern: '^https?:', description: 'Where its API is.' },
    size: { type: 'integer', minimum: 1, default: 7 },
    tsig: { type: 'object', additionalProperties: false, properties: { name: { type: 'string' } } } } }`;
  const files = { 'it.js': tellingFactory({ schema, secrets: "['token', 'tsig.secret']" }), key: 'from-a-file\n' };
  const isSecret = 'is a secret; write {env: NAME} or {file: PATH}, never the secret itself';
  const known = 'the keys are provider, verify_at, verify_wait, url, size, tsig and token';
  const wrong = [
    ['size: 3', 3, 'config-syntax', '"url" is missing; add it'],
    ['url: ftp', 34, 'config-syntax', '"url" has the wrong form (Where its API is)'],
    ['url: "http://h", size: 0', 52, 'config-syntax', '"size" must be 1 or more'],
    ['url: "http://h", sise: 3', 46, 'config-syntax', `"sise" is not a key here (did you mean "size"?); ${known}`],
    [
      'url: "http://h", tsig: { nmae: a }',
      54,
      'config-syntax',
      '"nmae" is not a key here (did you mean "name"?); the only key is name',
    ],
    ['url: "http://h", token: s3cr3t', 53, 'secret-literal', `"token" ${isSecret}`],
    ['url: "http://h", tsig: { secret: s3cr3t }', 62, 'secret-literal', `"secret" ${isSecret}`],
  ] as const;
  const good = 'url: "http://h", token: { env: TOKEN }, tsig: { name: k, secret: { file: key } }, verify_wait: 1s';
  const folder = repositoryOf(
    [...wrong.map(([keys]) => keys), good].map((keys) => `provider: ./it.js, ${keys}`),
    files,
  );
  let ended = nothing;
  beforeAll(async () => {
    ended = await hostmaster(['plan'], { cwd: folder, env: { TOKEN: 'from-a-variable' } });
  });

  it.each(wrong.map((each, i) => [...each, i] as const))('%s', (_, column, rule, says, i) => {
    const { line, target } = placeOf(i);
    const said = ended.stdout.split('\n').find((text) => text.startsWith(`hostmaster.yaml:${line}:`)) ?? '';
    expect(said.replace(`targets.${target}.tsig:`, `targets.${target}:`)).toBe(
      `hostmaster.yaml:${line}:${column}: error [${rule}] targets.${target}: ${says}`,
    );
  });

  it('come with their defaults, and the secrets apart', () => {
    expect(toldIn(ended, wrong.length)).toEqual({
      config: { url: 'http://h', size: 7, tsig: { name: 'k' } },
      secrets: { token: backwards('from-a-variable'), 'tsig.secret': backwards('from-a-file') },
      folder,
      zones: ['example.com.'],
    });
    expect(ended.stdout + ended.stderr).not.toContain('s3cr3t');
  });
});

describe('what it opens', () => {
  const supports = `{ types: ['A'], refuses: {}, unknown_types: false, escaped_names: false, synthesised: [], own_types: [],
    min_ttl: 0, max_ttl: 86400, atomic: true, max_changes: 1, max_bytes: 1, bytes_per_change: 1, bytes_per_value: 1,
    max_rrset_bytes: 1, parallel_zones: 1, cas: 'native', verify: 'none', health_checks: true, creates_zones: false }`;
  const methods = 'listZones() {}, read() {}, apply() {}, createZone() {}, deleteZone() {}';
  const cases = [
    ['undefined', 'returns nothing from open()'],
    ['{}', 'returns a provider without "supports"'],
    ["{ supports: { types: ['A'] } }", 'returns a provider whose supports.refuses is not a mapping'],
    [`{ supports: { ...${supports}, cas: 'none' } }`, 'returns a provider whose supports.cas is not native or checked'],
    [`{ supports: { ...${supports}, max_ttl: '1' } }`, 'returns a provider whose supports.max_ttl is not a number'],
    // None at once would be none at all.
    [
      `{ supports: { ...${supports}, parallel_zones: 0 } }`,
      'returns a provider whose supports.parallel_zones is not a number of at least 1',
    ],
    [
      `{ supports: { ...${supports}, name_pattern: '[' } }`,
      'returns a provider whose supports.name_pattern is not a regular expression',
    ],
    [`{ supports: ${supports} }`, 'returns a provider without the method "listZones"'],
    [
      `{ supports: ${supports}, ${methods} }`,
      'returns a provider that supports health checks without "healthChecks" or "nativeChecks"',
    ],
  ] as const;
  const folder = repositoryOf(
    cases.map((_, i) => `provider: ./${i}.js`),
    Object.fromEntries(cases.map(([opens], i) => [`${i}.js`, factoryText({ open: `async () => (${opens})` })])),
  );
  let ended = nothing;
  beforeAll(async () => {
    ended = await hostmaster(['plan'], { cwd: folder });
  });

  it.each(cases.map(([, says], i) => [says, i] as const))('is looked at before it is used: %s', (says, i) => {
    expect(ended.stdout).toContain(
      `target ${placeOf(i).target}: error [config] the provider try ${says}; fix it there\n`,
    );
    expect(ended.code).toBe(1);
  });

  it('is told as its own where it throws, without a secret', async () => {
    const throws = factoryText({
      secrets: "['token']",
      open: "async ({ secrets }) => { throw new TypeError('no ' + secrets.token); }",
    });
    const folder = repositoryOf(['provider: ./it.js, token: { env: TOKEN }'], { 'it.js': throws });
    const { code, stdout } = await hostmaster(['plan'], { cwd: folder, env: { TOKEN: 's3cr3t' } });
    expect(stdout).toMatch(
      /the provider try has a bug in open: it\.js:\d+:\d+: no \(secret\); report it to its author/,
    );
    expect([code, stdout.includes('s3cr3t')]).toEqual([1, false]);
  });

  it('is waited for, but not for ever without a word', async () => {
    const waits = factoryText({ open: '() => new Promise(() => {})' });
    const ended = await hostmaster(['plan'], { cwd: repositoryOf(['provider: ./it.js'], { 'it.js': waits }) });
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: "hostmaster: exited without a result: a provider's promise never settled (check third-party providers)\n",
    });
  });
});
