import { parseDuration } from '../../model/duration.ts';
import type { InventoryConfig, InventoryKeys, InventoryTypes } from '../../model/inventory-keys.ts';
import { listed, quoted } from '../../model/phrases.ts';
import type { InventoryDefinition, UnusableRule } from '../../model/roles.ts';
import { didYouMean } from '../../model/suggest.ts';
import { asRecord, checkOf, checkOfKeys, keysOf, unknownKey } from '../../validation/index.ts';
import { inventoryEntrySchema } from '../schema/inventory.ts';
import type { Path } from '../yaml/config-document.ts';
import { type Config, checkAt, reportAt, reportAtKey } from './config.ts';
import { readSecretRefs } from './secret-refs.ts';

const defaultInterval = 30_000;

export interface Inventories {
  readonly inventories: readonly InventoryDefinition[];
  /** Inventories that cannot be used: nothing is known of their servers, so nothing may be deleted. */
  readonly unusable: readonly UnusableRule[];
}

/** Reads the inventories; one that cannot be used is a problem. */
export const readInventories = (config: Config, types: InventoryTypes): Inventories => {
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
    const inventory = readInventory(config, types, name, entry);
    if (inventory !== null) inventories.push(inventory);
    else {
      const place = { file: config.file, ...config.text.positionOfKey(['inventory', name]) };
      unusable.push({ name: null, reason: `inventory ${quoted(name)} cannot be used`, at: place });
    }
  }
  return { inventories, unusable };
};

const readInventory = (
  config: Config,
  types: InventoryTypes,
  name: string,
  value: unknown,
): InventoryDefinition | null => {
  const path = ['inventory', name];
  const before = config.problems.length;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    const message = `inventory: the name ${quoted(name)} must be of letters, digits, "-" and "_"`;
    reportAtKey(config, 'config-syntax', message, path);
  }
  const raw = asRecord(value);
  const type = readType(config, types, value, path);
  const keys = type === null ? undefined : types[type];
  if (type === null || keys === undefined) return null;
  const secrets = readSecretRefs(config, path, raw, keys.secrets);
  const interval = readInterval(config, raw, path);
  const own = readOwnKeys(config, path, raw, keys);
  if (own === null || config.problems.length > before) return null;
  return { name, type, config: own, secrets, interval, at: { file: config.file, ...config.text.positionOfKey(path) } };
};

const readType = (config: Config, types: InventoryTypes, value: unknown, path: Path): string | null => {
  const prefix = path.join('.');
  const known = Object.keys(types);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    reportAtKey(config, 'config-syntax', `${prefix}: it must be a mapping, with a "type"`, path);
    return null;
  }
  const { type } = asRecord(value);
  if (typeof type === 'string' && Object.hasOwn(types, type)) return type;
  if (type === undefined) {
    reportAtKey(config, 'config-syntax', `${prefix}: "type" is missing; it is ${listed(known, 'or')}`, path);
  } else {
    const guess = typeof type === 'string' ? didYouMean(type, known) : '';
    const message = `${prefix}: "type" must be ${listed(known, 'or')}, not ${quoted(String(type))}${guess}`;
    reportAt(config, 'config-syntax', message, [...path, 'type']);
  }
  return null;
};

const readInterval = (config: Config, { interval }: Readonly<Record<string, unknown>>, path: Path): number => {
  const check = checkOf(inventoryEntrySchema, { secretive: true });
  const entry = checkAt(config, check, interval === undefined ? {} : { interval }, path);
  const length = parseDuration(entry?.interval ?? '') ?? defaultInterval;
  if (length === 0) {
    reportAt(config, 'config-syntax', `${path.join('.')}: "interval" must be longer than 0`, [...path, 'interval']);
  }
  return length;
};

/** The keys of the inventory's type, as its source wants them. Messages never show a value: an address may have a password in it. */
const readOwnKeys = (
  config: Config,
  path: Path,
  raw: Readonly<Record<string, unknown>>,
  { schema, secrets, configOf }: InventoryKeys,
): InventoryConfig | null => {
  const properties = keysOf(schema);
  const readElsewhere = [...Object.keys(inventoryEntrySchema.properties), ...secrets];
  const known = ['type', ...properties, ...readElsewhere];
  const usable: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (properties.includes(key)) usable[key] = value;
    else if (!known.includes(key)) {
      const message = `${path.join('.')}: ${unknownKey(key, known)}`;
      reportAtKey(config, 'config-syntax', message, [...path, key]);
    }
  }
  const checked = checkAt(config, checkOfKeys(schema), usable, path);
  if (checked === null) return null;
  const made = configOf(checked);
  for (const { key, rule, message } of made.faults) {
    reportAt(config, rule, `${path.join('.')}: ${message}`, [...path, key]);
  }
  return made.config;
};
