import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../src/model/errors.ts';
import { allServiceTypes } from '../src/model/rdata/services/index.ts';
import { tableRows } from '../src/model/rdata/table.ts';
import * as checks from './architecture/checks.ts';
import { longFiles, mayImport, roomOf, stateful } from './architecture/layers.ts';
import { homeOfTypes, mayNameTypes } from './architecture/named-types.ts';
import { parseSource, readSources, root } from './architecture/source.ts';
import * as words from './architecture/words.ts';

const sources = readSources('src/**/*.ts', 'providers/**/*.ts', 'bin/**/*.ts').filter(
  ({ path }) => !path.endsWith('.d.ts'),
);
const paths = sources.map(({ path }) => path);
const faults = (check: checks.Check): readonly string[] =>
  sources.flatMap((source) => check(source).map((fault) => `${source.path}: ${fault}`));

describe('layers', () => {
  it('every file is in a room that the layers know', () => {
    expect(paths.filter((path) => mayImport[roomOf(path)] === undefined)).toEqual([]);
  });

  it('imports go down only, and a provider never imports another one', () => {
    expect(faults(checks.importsUpward)).toEqual([]);
  });

  it('rooms that have a door are entered by it', () => {
    expect(faults(checks.importsPastADoor)).toEqual([]);
  });

  it('imports make no cycle', () => {
    expect(checks.cycles(sources)).toEqual([]);
  });

  it('what travels between the stages is types alone', () => {
    expect(faults(checks.importsMoreThanTypes)).toEqual([]);
    const source = parseSource('src/run.ts', "import { x } from './a.ts';\nimport type { Y } from './b.ts';");
    expect(checks.importsMoreThanTypes(source)).toEqual(['./a.ts']);
  });

  it('pure rooms import nothing that reads or writes the world', () => {
    expect(faults(checks.importsTheWorld)).toEqual([]);
  });

  it('pure rooms touch no clock, no environment and no chance', () => {
    expect(faults(checks.touchesTheWorld)).toEqual([]);
  });
});

describe('style', () => {
  it('files stay under 300 lines, or say why not', () => {
    const long = sources.filter(({ lines }) => lines > 300).map(({ path }) => path);
    expect(long).toEqual(Object.keys(longFiles));
  });

  it('files are named in lower case with hyphens', () => {
    expect(paths.filter((path) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path))).toEqual([]);
  });

  it('a provider has index, api and convert', () => {
    const folders = new Set(paths.filter((path) => path.startsWith('providers/')).map((path) => path.split('/')[1]));
    const wanted = [...folders].flatMap((name) =>
      ['index', 'api', 'convert'].map((file) => `providers/${name}/${file}.ts`),
    );
    expect(wanted.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('modules keep no state, or say why', () => {
    const keeping = sources.filter((source) => checks.keepsState(source).length > 0).map(({ path }) => path);
    expect(keeping).toEqual(Object.keys(stateful));
  });

  it('the only classes are errors', () => {
    expect(faults(checks.hasClasses)).toEqual([]);
  });
});

describe('RR types', () => {
  const mnemonics = new Set(tableRows.map(({ name }) => name));
  const naming = sources.filter(
    (source) =>
      !homeOfTypes.some((home) => source.path.startsWith(home)) && checks.namedTypes(source, mnemonics).length > 0,
  );

  it('no file names an RR type but those that say why: stages go by the traits in the table', () => {
    expect(naming.map(({ path }) => path)).toEqual(Object.keys(mayNameTypes).sort());
  });

  it("a service's own type is named nowhere but in its home and in providers", () => {
    const own = new Set(allServiceTypes.map(({ name }) => name));
    const named = naming.filter(({ path }) => !path.startsWith('providers/'));
    expect(named.filter((source) => checks.namedTypes(source, own).length > 0).map(({ path }) => path)).toEqual([]);
  });
});

describe('words', () => {
  it('no exported name uses a word that the field has another for', () => {
    expect(faults(words.usesForbiddenWords)).toEqual([]);
  });

  it('no name is exported by two files of src for different things', () => {
    const exports = sources
      .filter(({ path }) => path.startsWith('src/'))
      .flatMap((source) => words.exportedNames(source).map((name) => ({ name, path: source.path })));
    const shared = [...Map.groupBy(exports, ({ name }) => name)].filter(([, all]) => all.length > 1);
    const found = shared.map(([name, all]) => `${name}: ${all.map(({ path }) => path).join(', ')}`);
    expect(found.filter((line) => !Object.hasOwn(words.sharedNames, line.split(':')[0] ?? ''))).toEqual([]);
    expect(Object.keys(words.sharedNames).filter((name) => !shared.some(([each]) => each === name))).toEqual([]);
  });

  it('CONTRIBUTING has each forbidden word, with what to say instead', () => {
    const contributing = readFileSync(join(root, '.github/CONTRIBUTING.md'), 'utf8');
    const rows = Object.entries(words.forbidden).map(([word, say]) => `| ${word} | ${say} |`);
    expect(rows.filter((row) => !contributing.includes(row))).toEqual([]);
  });
});

describe('the checks themselves', () => {
  const parsed = (path: string, ...lines: readonly string[]) => parseSource(path, lines.join('\n'));

  it.each([
    ["import type { Plan } from '../plan/index.ts';", 'src/plan/index.ts'],
    ["export * from '../../providers/powerdns/index.ts';", 'providers/powerdns/index.ts'],
    ["export const later = () => import('../cli/main.ts');", 'src/cli/main.ts'],
  ])('an import upward is found: %s', (line, fault) => {
    expect(checks.importsUpward(parsed('src/load/index.ts', line))).toEqual([fault]);
  });

  it('an import of another provider is found', () => {
    const source = parsed('providers/a/index.ts', "import { x } from '../b/api.ts';", "import { y } from './api.ts';");
    expect(checks.importsUpward(source)).toEqual(['providers/b/api.ts']);
  });

  it('only the registry may import providers', () => {
    const line = "import { factory } from '../../providers/powerdns/index.ts';";
    expect(checks.importsUpward(parsed('src/cli/registry.ts', line))).toEqual([]);
    expect(checks.importsUpward(parsed('src/cli/plan.ts', line))).toEqual(['providers/powerdns/index.ts']);
  });

  it('an import past a door is found', () => {
    const line = "import { leaseHandle } from '../apply/lease.ts';";
    expect(checks.importsPastADoor(parsed('src/memory/a.ts', line))).toEqual(['src/apply/lease.ts']);
    expect(checks.importsPastADoor(parsed('src/apply/a.ts', "import { x } from './lease.ts';"))).toEqual([]);
    expect(checks.importsPastADoor(parsed('src/memory/a.ts', "import { x } from '../apply/index.ts';"))).toEqual([]);
  });

  it('a cycle is found, also through types', () => {
    const a = parsed('src/model/a.ts', "import type { B } from './b.ts';");
    const b = parsed('src/model/b.ts', "import { a } from './a.ts';");
    expect(checks.cycles([a, b])).toEqual(['src/model/a.ts -> src/model/b.ts -> src/model/a.ts']);
  });

  it.each([
    "import { readFileSync } from 'node:fs';",
    "import { connect, isIP } from 'node:net';",
    "import undici from 'undici';",
    "import * as net from 'node:net';",
  ])('an impure import is found: %s', (line) => {
    expect(checks.importsTheWorld(parsed('src/rules/a.ts', line))).toHaveLength(1);
    expect(checks.importsTheWorld(parsed('src/wire/a.ts', line))).toEqual([]);
  });

  it.each(['Date.now()', 'new Date()', 'Date()', 'process.env', 'Math.random()', 'fetch("x")', 'performance.now()'])(
    'a touch of the world is found: %s',
    (expression) => {
      expect(checks.touchesTheWorld(parsed('src/plan/a.ts', `export const f = () => ${expression};`))).toHaveLength(1);
    },
  );

  it('a forbidden word is found in an exported name, and only as a word of its own', () => {
    const source = parsed(
      'src/plan/a.ts',
      'export const heldBack = 1;',
      'export type Withheld = 1;',
      'const held = 1;',
    );
    expect(words.usesForbiddenWords(source)).toEqual([`heldBack: say ${words.forbidden.held}`]);
    expect(words.exportedNames(source)).toEqual(['heldBack', 'Withheld']);
  });

  it('module state and classes are found', () => {
    expect(checks.keepsState(parsed('src/plan/a.ts', 'export let count = 0;'))).toEqual(['a top-level let']);
    expect(checks.hasClasses(parsed('src/plan/a.ts', 'class A {}', 'class B extends Error {}'))).toEqual(['class A']);
  });

  it.each([
    ['const known = new Map<string, number>();', 'export const f = (n: number) => known.set("a", n);', 'known changes'],
    ['const known: Set<string> = new Set();', 'export const f = () => { known.add("a"); };', 'known changes'],
    ['const list: string[] = [];', 'export const f = () => list.push("a");', 'list changes'],
    ['const counts = { all: { read: 0 } };', 'export const f = () => { counts.all.read += 1; };', 'counts changes'],
    ['const counts = [0];', 'export const f = () => { counts[0]++; };', 'counts changes'],
    ['const cache = newCache();', 'export const f = () => { delete cache.a; };', 'cache changes'],
    ['const cache = {};', 'export const f = (more: object) => Object.assign(cache, more);', 'cache changes'],
    ['export const known = new Map();', '', 'others can change known'],
    ['export const list = [];', '', 'others can change list'],
  ])('a constant that changes is found: %s %s', (line, other, fault) => {
    expect(checks.keepsState(parsed('src/plan/a.ts', line, other))).toEqual([fault]);
  });

  it('a constant that stays as it is, and what a function makes for itself, is no state', () => {
    const lines = [
      'const known: ReadonlySet<string> = new Set(["a"]);',
      "export const types = ['A', 'AAAA'] as const;",
    ];
    const made = 'export const f = () => { const seen = new Set(); seen.add("a"); return known.has("a") && seen; };';
    expect(checks.keepsState(parsed('src/plan/a.ts', ...lines, made))).toEqual([]);
  });

  it('a named RR type is found, in an expression and in a type', () => {
    const source = parsed('src/plan/a.ts', "const isMail = (type: string | 'NS') => type === 'MX' || type === 'none';");
    expect(checks.namedTypes(source, new Set(['MX', 'NS', 'TXT']))).toEqual(['NS', 'MX']);
  });
});

describe('documents', () => {
  const text = (path: string): string => readFileSync(join(root, path), 'utf8');

  it('CONTRIBUTING explains every error code', () => {
    const contributing = text('.github/CONTRIBUTING.md');
    expect(Object.keys(errorCodes).filter((code) => !contributing.includes(`| \`${code}\` |`))).toEqual([]);
  });

  it('the command refuses exactly the Node that package.json does', () => {
    const { engines } = JSON.parse(text('package.json'));
    expect(`>=${/needed = '([\d.]+)'/.exec(text('bin/hostmaster.ts'))?.[1]}`).toBe(engines.node);
  });

  it('package-lock.json names no registry', () => {
    expect(text('package-lock.json').match(/"resolved": "http/g)).toBeNull();
  });
});
