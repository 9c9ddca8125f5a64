// docs/configuration.md: scripts/configuration.md, each `<!-- keys of X -->` in it replaced by a table made of the schemas.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { registry } from '../src/cli/registry.ts';
import { inventorySources } from '../src/inventory/index.ts';
import { targetSchema } from '../src/load/schema/hostmaster.ts';
import { publishedSchemas } from '../src/load/schema/index.ts';
import { root } from './tools.ts';

type Schema = Readonly<Record<string, unknown>>;

/** One line of a table. */
export interface KeyRow {
  /** As it is nested: `absence.grace`, `ignore[].name`. */
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

const recordOf = (value: unknown): Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const branchesOf = (schema: Schema): readonly Schema[] => listOf(schema.anyOf).map(recordOf);
const propertyOf = (schema: unknown, key: string): Schema => recordOf(recordOf(recordOf(schema).properties)[key]);
const isSecret = (schema: Schema): boolean =>
  branchesOf(schema).some((branch) => propertyOf(branch, 'env').type === 'string') &&
  branchesOf(schema).some((branch) => propertyOf(branch, 'file').type === 'string');

/** The schema of what a mapping holds by names of the reader's choice. */
const namedIn = (schema: Schema): Schema =>
  recordOf(Object.values(recordOf(schema.patternProperties))[0] ?? schema.additionalProperties);

/** The keys of a mapping, each with those inside it. */
const rowsOf = (schema: Schema, prefix = ''): readonly KeyRow[] =>
  Object.entries(recordOf(schema.properties)).flatMap(([key, property]) => {
    const row = {
      path: `${prefix}${key}`,
      schema: recordOf(property),
      required: listOf(schema.required).includes(key),
    };
    return [row, ...rowsInside(row)];
  });

const rowsInside = ({ path, schema }: KeyRow): readonly KeyRow[] =>
  isSecret(schema)
    ? []
    : [
        ...rowsOf(schema, `${path}.`),
        ...rowsOf(recordOf(schema.items), `${path}[].`),
        ...branchesOf(schema).flatMap((branch) => rowsOf(branch, `${path}.`)),
      ];

const published = publishedSchemas(registry, inventorySources);
const hostmaster = published['hostmaster.schema.json'];
const targets = branchesOf(namedIn(propertyOf(hostmaster, 'targets')));
const inventories = branchesOf(namedIn(propertyOf(hostmaster, 'inventory')));
const common = rowsOf({ ...targetSchema });

/** A built-in provider's own keys; it cannot do without its secrets. */
const providerRows = (name: string): readonly KeyRow[] =>
  rowsOf(recordOf(targets.find((target) => propertyOf(target, 'provider').const === name)))
    .filter(({ path }) => !common.some((row) => row.path === path))
    .map((row) => (isSecret(row.schema) ? { ...row, required: true } : row));

const inventoryRows = (type: string): readonly KeyRow[] =>
  rowsOf(recordOf(inventories.find((inventory) => propertyOf(inventory, 'type').const === type)));

const zoneRows = rowsOf(namedIn(propertyOf(hostmaster, 'zones')));
const dns = propertyOf(namedIn(propertyOf(published['labels.schema.json'], 'labels')), 'dns');
const group = namedIn(propertyOf(published['groups.schema.json'], 'groups'));

/** The tables by their name in the template. */
export const tables: Readonly<Record<string, readonly KeyRow[]>> = {
  'hostmaster.yaml': rowsOf(recordOf(hostmaster)).filter(({ path }) => !/[.[]/.test(path)),
  'a target': common,
  ...Object.fromEntries(Object.keys(registry).map((name) => [name, providerRows(name)])),
  'a zone': zoneRows.filter(({ path }) => !path.startsWith('guards.')),
  ...Object.fromEntries(Object.keys(inventorySources).map((type) => [`inventory ${type}`, inventoryRows(type)])),
  registration: rowsOf(propertyOf(hostmaster, 'registration')),
  'a grant': rowsOf(recordOf(propertyOf(hostmaster, 'grants').items)),
  guards: rowsOf(propertyOf(hostmaster, 'guards')),
  'a window': rowsOf(recordOf(propertyOf(hostmaster, 'windows').items)),
  git: rowsOf(propertyOf(hostmaster, 'git')),
  daemon: rowsOf(propertyOf(hostmaster, 'daemon')),
  'dns of a label or a group': rowsOf(dns),
  'a group': rowsOf(group).filter(({ path }) => !path.includes('.')),
};

const typeOf = (schema: Schema): string => {
  const words = [...listOf(schema.enum), ...('const' in schema ? [schema.const] : [])].map((word) => `\`${word}\``);
  if (words.length > 0) return listed(words);
  if (isSecret(schema)) return '`{env: NAME}` or `{file: PATH}`';
  const branches = branchesOf(schema);
  if (branches.length > 0) return listed([...new Set(branches.map(typeOf).flatMap((type) => type.split(' or ')))]);
  if (/ms\|s\|m(\|h)?\)\$$/.test(textOf(schema.pattern))) return 'time';
  if (schema.type === 'array') return `list of ${plurals[typeOf(recordOf(schema.items))] ?? 'values'}`;
  return typeof schema.type === 'string' ? `${names[schema.type]}${rangeOf(schema)}` : 'any value';
};

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'mapping',
};

const plurals: Readonly<Record<string, string>> = { text: 'texts', mapping: 'mappings' };

/** The largest numbers say nothing to people: they are those of the wire. */
const rangeOf = ({ minimum, maximum }: Schema): string => {
  if (typeof maximum === 'number' && maximum < 100_000) return `, ${minimum ?? 'up'} to ${maximum}`;
  return minimum === 1 ? ', 1 or more' : '';
};

const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

const inYaml = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim().replaceAll('[ ', '[').replaceAll(' ]', ']');

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** `Default is …` of a description stands in the column of defaults. */
const proseDefault = /\s*Default is ([^.]+(?:\.[^. ][^.]*)*)\.(?= |$)/;

const defaultOf = ({ required, schema }: KeyRow): string => {
  if (required) return 'required';
  if ('default' in schema) return code(inYaml(schema.default));
  return proseDefault.exec(textOf(schema.description))?.[1] ?? '';
};

const exampleOf = ({ path, schema }: KeyRow): string => {
  const key = path.split(/[.[\]]+/).at(-1) ?? '';
  const [example = typeof schema.default === 'boolean' ? !schema.default : (schema.default ?? schema.const)] = [
    ...listOf(schema.examples),
    ...listOf(schema.enum).filter((value) => value !== schema.default),
  ];
  return example === undefined ? '' : code(`${key}: ${inYaml(example)}`);
};

const meaningOf = ({ schema }: KeyRow): string =>
  textOf(schema.description)
    .replace(proseDefault, '')
    .replace(' A time like 500ms, 30s, 10m or 1h.', '')
    .replaceAll('|', '\\|')
    .replaceAll(/\{\{?[^}]*\}\}?|(?<=^|\s)\S*\*\S*(?=[\s,.]|$)/g, '`$&`')
    .trim();

const table = (rows: readonly KeyRow[]): string =>
  [
    '| key | type | default | example | what it does |',
    '|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${[code(row.path), typeOf(row.schema), defaultOf(row), exampleOf(row), meaningOf(row)].join(' | ')} |`,
    ),
  ]
    .join('\n')
    .replaceAll(/\| +(?=\|)/g, '| ');

/** The whole document. */
export const configurationDoc = (): string => {
  const template = readFileSync(join(root, 'scripts/configuration.md'), 'utf8');
  const used = new Set<string>();
  const text = template.replaceAll(/^<!-- keys of (.+) -->$/gm, (_, name: string) => {
    used.add(name);
    const rows = tables[name];
    if (rows === undefined) throw new Error(`scripts/configuration.md: there is no table of ${name}`);
    return table(rows);
  });
  const missing = Object.keys(tables).filter((name) => !used.has(name));
  if (missing.length > 0) throw new Error(`scripts/configuration.md has no place for ${missing.join(', ')}`);
  return text;
};
