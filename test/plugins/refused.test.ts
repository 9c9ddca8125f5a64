import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import { factoryText, placeOf, repositoryOf } from './provider-repository.ts';

// Modules that cannot be a provider, each with all that is said about it. One run says all of them.

const version = 'this Hostmaster supports version 1';
const noFactory =
  'exports no factory; it must "export const factory = { apiVersion: 1, … }", or export that by default';

const modules: readonly (readonly [name: string, text: string, says: string])[] = [
  ['nothing', 'export const a = 1;', noFactory],
  ['a-list', 'export default [];', noFactory],
  [
    'unversioned',
    factoryText({ apiVersion: '' }),
    `states no apiVersion, but ${version}: add "apiVersion: 1" to its factory`,
  ],
  [
    'newer',
    factoryText({ apiVersion: '2' }),
    `is for version 2 of the provider interface, but ${version}: update Hostmaster, or install an older release of the provider`,
  ],
  [
    'older',
    factoryText({ apiVersion: "'0'" }),
    `is for version 0 of the provider interface, but ${version}: install a release that is for it`,
  ],
  ['nameless', factoryText({ name: "''" }), 'has a factory whose "name" is not a non-empty string; fix it there'],
  ['closed', factoryText({ open: '7' }), 'has a factory whose "open" is not a function; fix it there'],
  [
    'open-secret',
    factoryText({ secrets: "'api_key'" }),
    'has a factory whose "secrets" is not a list of keys, such as ["api_key"]; an empty list if it has none; fix it there',
  ],
  [
    'schemaless',
    factoryText({ schema: '' }),
    `has a factory whose "schema" is not the JSON Schema of its target's keys; fix it there`,
  ],
  [
    'strange-schema',
    factoryText({ schema: "{ type: 'object', properties: { url: { type: 'strin' } } }" }),
    'has a schema that is not a JSON Schema (2020-12): schema is invalid: data/properties/url/type must be equal to one of the allowed values; fix it there',
  ],
  [
    'unknown-keyword',
    factoryText({ schema: "{ type: 'object', propertys: {} }" }),
    'has a schema that is not a JSON Schema (2020-12): strict mode: unknown keyword: "propertys"; fix it there',
  ],
  [
    'no-object',
    factoryText({ schema: "{ type: 'string' }" }),
    'has a schema that is not of "type": "object"; fix it there',
  ],
  [
    'common-key',
    factoryText({ schema: "{ type: 'object', properties: { verify_at: {} } }" }),
    'has a schema with "verify_at", which every target has already; remove it there',
  ],
  [
    'secret-key',
    factoryText({ secrets: "['token']", schema: "{ type: 'object', required: ['token'] }" }),
    'has a schema with "token", one of its secrets, which never reach the schema; remove it there',
  ],
  [
    'throwing',
    "\nconst fail = () => {\n  throw new TypeError('no way\\n    at nowhere');\n};\nfail();",
    'cannot be loaded: throwing.js:3:9: no way; fix it there',
  ],
  [
    'misusing',
    "import { parseName } from 'hostmaster/provider';\nparseName('a..b');",
    'cannot be loaded: misusing.js:2:1: the name "a..b" has an empty part: two dots in a row, or one in front; fix it there',
  ],
  ['throwing-text', "throw 'only words';", 'cannot be loaded: throwing-text.js: only words; fix it there'],
  [
    'unparsable',
    'export const = ;',
    `cannot be loaded: unparsable.js is not JavaScript that Node reads (Unexpected token '='); "node --check unparsable.js" shows where`,
  ],
  [
    'importing',
    "import 'no-such-package-of-ours';",
    'cannot be loaded: it imports no-such-package-of-ours, which is not installed; run "npm install no-such-package-of-ours" there',
  ],
  [
    'importing-file',
    "import './no-such-file.js';",
    "cannot be loaded: importing-file.js: Cannot find module 'no-such-file.js' imported from importing-file.js; fix it there",
  ],
  [
    'misled',
    "import { parseNmae } from 'hostmaster/provider'; parseNmae();",
    "cannot be loaded: misled.js: The requested module 'hostmaster/provider' does not provide an export named 'parseNmae'; fix it there",
  ],
  [
    'waiting',
    'await new Promise(() => {});',
    'cannot be loaded: waiting.js: it did not finish within 10 s; fix it there',
  ],
];

const absent: readonly (readonly [provider: string, says: string])[] = [
  ['./nope.js', 'there is no file ./nope.js beside hostmaster.yaml; create it, or name another provider'],
  [
    'powredns',
    'unknown provider "powredns" (did you mean "powerdns"?); the built-in ones are KNOWN, and no package of this name is installed here',
  ],
  [
    '@no-such/package-of-ours',
    'unknown provider "@no-such/package-of-ours"; the built-in ones are KNOWN, and no package of this name is installed here',
  ],
  ['fs', 'unknown provider "fs"; the built-in ones are KNOWN'],
  ['node:fs', 'unknown provider "node:fs"; the built-in ones are KNOWN'],
  ['data:text/javascript,0', 'unknown provider "data:text/javascript,0"; the built-in ones are KNOWN'],
  ['package/../../nothing.js', 'unknown provider "package/../../nothing.js"; the built-in ones are KNOWN'],
];

describe('a provider that cannot be used', () => {
  const providers = [...modules.map(([name]) => `./${name}.js`), ...absent.map(([provider]) => provider)];
  const folder = repositoryOf(
    providers.map((provider) => `provider: '${provider}'`),
    Object.fromEntries(modules.map(([name, text]) => [`${name}.js`, text])),
  );
  let ended: Ended = { code: -1, stdout: '', stderr: '' };
  const saidOf = (i: number): string => {
    const start = `hostmaster.yaml:${placeOf(i).line}:20: error `;
    return (
      ended.stdout
        .split('\n')
        .find((text) => text.startsWith(start))
        ?.slice(start.length) ?? ''
    );
  };
  beforeAll(async () => {
    ended = await hostmaster(['validate'], { cwd: folder });
  });

  it.each(modules.map(([name, , says], i) => [name, says, i] as const))('%s', (name, says, i) => {
    expect(saidOf(i)).toBe(`[unusable-provider] the provider ./${name}.js ${says}`);
  });

  it.each(absent.map(([provider, says], i) => [provider, says, i + modules.length] as const))('%s', (_, says, i) => {
    const said = saidOf(i).replace(/built-in ones are [a-z0-9, ]*?(?=, and no|$)/, 'built-in ones are KNOWN');
    expect(said).toBe(`[unknown-provider] ${says}`);
  });

  it('is one line each, ends with 1, and shows no stack', () => {
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(ended.stdout).not.toMatch(/^\s+at |node:internal/m);
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(providers.length + 1);
  });
});

describe('a file', () => {
  const ran = "import { writeFileSync } from 'node:fs';\nwriteFileSync(import.meta.dirname + '/ran', '');\n";
  const repository = () => repositoryOf(['provider: ./a.js'], { 'a.js': ran + factoryText() });
  const hasRun = (folder: string): boolean => existsSync(join(folder, 'ran'));

  it('does not run for a configuration that --config names', async () => {
    const folder = repository();
    const { code, stdout } = await hostmaster(['validate', '--config', join(folder, 'hostmaster.yaml')], { cwd: '/' });
    expect(stdout).toContain(
      'hostmaster.yaml:2:20: error [unusable-provider] the provider ./a.js is not run: a configuration named by --config may not run code; if you trust hostmaster.yaml, name it with --targets-from, or run hostmaster in its folder\n',
    );
    expect([code, hasRun(folder)]).toEqual([1, false]);
  });

  it('does not run as a package either, of node_modules beside it or by its own name', async () => {
    const code = ran + factoryText();
    const folder = repositoryOf(['provider: theirs', 'provider: self', 'provider: powerdsn'], {
      'package.json': JSON.stringify({ name: 'self', type: 'module', exports: './a.js' }),
      'a.js': code,
      'node_modules/theirs/package.json': JSON.stringify({ type: 'module', exports: './a.js' }),
      'node_modules/theirs/a.js': code,
    });
    const words = ['validate', '--config', join(folder, 'hostmaster.yaml')];
    const { code: exit, stdout } = await hostmaster(words, { cwd: '/' });
    const how =
      'Packages are not looked for: a configuration named by --config may not run code; if you trust hostmaster.yaml, name it with --targets-from, or run hostmaster in its folder\n';
    for (const [line, name] of ['theirs"', 'self"', 'powerdsn" (did you mean "powerdns"?)'].entries()) {
      const start = `hostmaster.yaml:${line + 2}:20: error [unknown-provider] unknown provider "${name}; the built-in ones are `;
      const said = stdout.split(/(?<=\n)/).find((text) => text.startsWith(start)) ?? '';
      expect(said.slice(said.indexOf('Packages'))).toBe(how);
    }
    expect([exit, hasRun(folder), hasRun(join(folder, 'node_modules/theirs'))]).toEqual([1, false, false]);
    expect(await hostmaster(['validate'], { cwd: folder })).toMatchObject({ code: 1 });
    expect([hasRun(folder), hasRun(join(folder, 'node_modules/theirs'))]).toEqual([true, true]);
  });

  it('does not run for one whose targets come from elsewhere', async () => {
    const folder = repository();
    const trusted = join(repositoryOf(['provider: embedded, listen: "127.0.0.1:0"']), 'hostmaster.yaml');
    const ended = await hostmaster(['validate', '--targets-from', trusted], { cwd: folder });
    expect([ended.code, hasRun(folder)]).toEqual([0, false]);
  });

  it.each([
    ['the default', () => ['validate'], (folder: string) => folder],
    ['the default by name', () => ['validate', '--config', 'zones/../hostmaster.yaml'], (folder: string) => folder],
    ['the file of --targets-from', (file: string) => ['validate', '--config', file, '--targets-from', file], () => '/'],
  ])('runs for %s', async (_, words, where) => {
    const folder = repository();
    const ended = await hostmaster(words(join(folder, 'hostmaster.yaml')), { cwd: where(folder) });
    expect([ended.code, hasRun(folder)]).toEqual([0, true]);
  });
});
