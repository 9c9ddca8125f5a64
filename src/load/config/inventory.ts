import { isAbsolute, posix } from 'node:path';
import { quoted } from '../../model/phrases.ts';
import type { InventoryDefinition, UnusableRule } from '../../model/roles.ts';
import type { Scalar } from '../../model/server.ts';
import { didYouMean } from '../../model/suggest.ts';
import { asRecord, checkOf, keysOf, unknownKey } from '../../validation/index.ts';
import { fileSchema, httpSchema, type InventoryEntry, netboxSchema } from '../schema/inventory.ts';
import type { Path } from '../yaml/config-document.ts';
import { type Config, checkAt, reportAt, reportAtKey } from './config.ts';
import { parseDuration } from './parse-scalars.ts';
import { readSecretRefs } from './secret-refs.ts';

const types = {
  http: { schema: httpSchema, secrets: ['token'] },
  file: { schema: fileSchema, secrets: [] },
  netbox: { schema: netboxSchema, secrets: ['token'] },
} as const;

type InventoryType = keyof typeof types;

const defaultInterval = 30_000;
const defaultTimeout = 10_000;

export interface Inventories {
  readonly inventories: readonly InventoryDefinition[];
  /** What is wrong with the others: nobody knows which servers they have. */
  readonly unusable: readonly UnusableRule[];
}

/** The inventories that can be used; one that cannot is a problem. */
export const readInventories = (config: Config): Inventories => {
  const value = config.top.inventory;
  if (value === undefined) return { inventories: [], unusable: [] };
  const at = { file: config.file, ...config.text.positionOfKey(['inventory']) };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const message = '"inventory" must be a mapping, with entries like "lab: {type: http, url: …}"';
    reportAtKey(config, 'config-syntax', message, ['inventory']);
    return { inventories: [], unusable: [{ name: null, reason: message, at }] };
  }
  const inventories: InventoryDefinition[] = [];
  const unusable: UnusableRule[] = [];
  for (const [name, entry] of Object.entries(value)) {
    const inventory = readInventory(config, name, entry);
    if (inventory !== null) inventories.push(inventory);
    else {
      const place = { file: config.file, ...config.text.positionOfKey(['inventory', name]) };
      unusable.push({ name: null, reason: `inventory ${quoted(name)} cannot be used`, at: place });
    }
  }
  return { inventories, unusable };
};

const readInventory = (config: Config, name: string, value: unknown): InventoryDefinition | null => {
  const path = ['inventory', name];
  const before = config.problems.length;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    const message = `inventory: the name ${quoted(name)} must be of letters, digits, "-" and "_"`;
    reportAtKey(config, 'config-syntax', message, path);
  }
  const raw = asRecord(value);
  const type = readType(config, value, path);
  if (type === null) return null;
  const { schema, secrets } = types[type];
  const refs = readSecretRefs(config, path, raw, secrets);
  const entry = readKeys(config, path, raw, schema, secrets);
  if (entry === null || config.problems.length > before) return null;
  const { type: _, interval, ...own } = entry;
  return {
    name,
    type,
    config: {
      ...own,
      ...('url' in entry ? { timeout: parseDuration(entry.timeout ?? '') ?? defaultTimeout } : {}),
      ...('filter' in entry && entry.filter !== undefined ? { filter: asTexts(entry.filter) } : {}),
    },
    secrets: refs,
    interval: parseDuration(interval ?? '') ?? defaultInterval,
    at: { file: config.file, ...config.text.positionOfKey(path) },
  };
};

const readType = (config: Config, value: unknown, path: Path): InventoryType | null => {
  const prefix = path.join('.');
  const known = Object.keys(types);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    reportAtKey(config, 'config-syntax', `${prefix}: it must be a mapping, with a "type"`, path);
    return null;
  }
  const { type } = asRecord(value);
  if (isType(type)) return type;
  if (type === undefined) {
    reportAtKey(config, 'config-syntax', `${prefix}: "type" is missing; it is http, file or netbox`, path);
  } else {
    const guess = typeof type === 'string' ? didYouMean(type, known) : '';
    const message = `${prefix}: "type" must be http, file or netbox, not ${quoted(String(type))}${guess}`;
    reportAt(config, 'config-syntax', message, [...path, 'type']);
  }
  return null;
};

const isType = (type: unknown): type is InventoryType => typeof type === 'string' && Object.hasOwn(types, type);

/** Messages never show a value: an address may have a password in it. */
const readKeys = (
  config: Config,
  path: Path,
  raw: Readonly<Record<string, unknown>>,
  schema: (typeof types)[InventoryType]['schema'],
  secrets: readonly string[],
): InventoryEntry | null => {
  const properties = keysOf(schema);
  const usable: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (properties.includes(key)) usable[key] = value;
    else if (!secrets.includes(key)) {
      const message = `${path.join('.')}: ${unknownKey(key, [...properties, ...secrets])}`;
      reportAtKey(config, 'config-syntax', message, [...path, key]);
    }
  }
  const entry = checkAt<InventoryEntry>(config, checkOf(schema, { secretive: true }), usable, path);
  if (entry === null) return null;
  if ('url' in entry) checkUrl(config, entry.url, [...path, 'url']);
  if ('path' in entry) checkPath(config, entry.path, [...path, 'path']);
  for (const key of ['interval', 'timeout'] as const) {
    if (parseDuration(asText(asRecord(entry)[key])) !== 0) continue;
    reportAt(config, 'config-syntax', `${path.join('.')}: "${key}" must be longer than 0`, [...path, key]);
  }
  return entry;
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** NetBox's filters go into an address: `true` is "true". */
const asTexts = (
  filter: Readonly<Record<string, Scalar | readonly Scalar[]>>,
): Readonly<Record<string, string | readonly string[]>> =>
  Object.fromEntries(
    Object.entries(filter).map(([key, value]) => [key, typeof value === 'object' ? value.map(String) : String(value)]),
  );

const checkUrl = (config: Config, text: string, path: Path): void => {
  const prefix = path.slice(0, -1).join('.');
  const url = /^https?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null) {
    const message = `${prefix}: "url" must be an address like https://inventory.example.com/servers`;
    reportAt(config, 'config-syntax', message, path);
  } else if (url.username !== '' || url.password !== '') {
    const message = `${prefix}: "url" has a name or a password in it; take it out, and write "token: {env: NAME}"`;
    reportAt(config, 'secret-literal', message, path);
  }
};

const checkPath = (config: Config, text: string, path: Path): void => {
  const normal = posix.normalize(text.replaceAll('\\', '/'));
  if (!isAbsolute(text) && normal !== '..' && !normal.startsWith('../')) return;
  const message = `${path.slice(0, -1).join('.')}: "path" leads out of the folder of ${config.file}; keep it inside`;
  reportAt(config, 'config-syntax', message, path);
};
