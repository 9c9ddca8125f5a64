import type { Provider, Supports } from '../provider.ts';

const kindWords = {
  texts: 'a list of strings',
  mapping: 'a mapping',
  number: 'a number',
  count: 'a number of at least 1',
  pattern: 'a regular expression',
  software: 'a mapping of "name" and "version_bind", a regular expression',
  text: 'a string',
  boolean: 'true or false',
} as const;

type Kind = keyof typeof kindWords | readonly string[];
type Required<T> = { [Key in keyof T]-?: undefined extends T[Key] ? never : Key }[keyof T];
type Optional<T> = Exclude<keyof T, Required<T>>;

/** What each key of `supports` that must be there is. */
const kinds: Readonly<Record<Required<Supports>, Kind>> = {
  types: 'texts',
  refuses: 'mapping',
  unknown_types: 'boolean',
  escaped_names: 'boolean',
  synthesised: 'texts',
  own_types: 'texts',
  min_ttl: 'number',
  max_ttl: 'number',
  atomic: 'boolean',
  max_changes: 'number',
  max_bytes: 'number',
  bytes_per_change: 'number',
  bytes_per_value: 'number',
  max_rrset_bytes: 'number',
  parallel_zones: 'count',
  cas: ['native', 'checked'],
  verify: ['dns', 'api', 'none'],
  health_checks: 'boolean',
  creates_zones: 'boolean',
};

/** The same, of those that may be missing. */
const optional: Readonly<Record<Optional<Supports>, Kind>> = {
  name_pattern: 'pattern',
  synthesised_by: 'software',
  max_values: 'count',
  finishes: ['each', 'last'],
  zones_are_made: 'text',
  zones_are_deleted: 'text',
};

const methods = ['listZones', 'read', 'apply', 'createZone', 'deleteZone'] as const;

/** What is wrong with a provider that was opened, or null. */
export const whyInvalidProvider = (provider: Provider): string | null => {
  if (typeof provider !== 'object' || provider === null) return 'returns nothing from open()';
  const { supports }: { readonly supports: Supports | undefined } = provider;
  if (typeof supports !== 'object' || supports === null) return 'returns a provider without "supports"';
  const values = new Map<string, unknown>(Object.entries(supports));
  const there = Object.entries(optional).filter(([key]) => values.get(key) !== undefined);
  const wrong = [...Object.entries(kinds), ...there].find(([key, kind]) => !isOf(values.get(key), kind));
  if (wrong !== undefined) return `returns a provider whose supports.${wrong[0]} is not ${words(wrong[1])}`;
  const method = methods.find((each) => typeof provider[each] !== 'function');
  if (method !== undefined) return `returns a provider without the method "${method}"`;
  const { healthChecks, nativeChecks } = provider;
  return supports.health_checks && healthChecks === undefined && nativeChecks === undefined
    ? 'returns a provider that supports health checks without "healthChecks" or "nativeChecks"'
    : null;
};

const isOf = (value: unknown, kind: Kind): boolean => {
  if (kind === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (kind === 'mapping') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (kind === 'number') return typeof value === 'number' && value >= 0;
  if (kind === 'count') return typeof value === 'number' && value >= 1;
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'pattern') return typeof value === 'string' && isPattern(value);
  if (kind === 'software') return isSoftware(value);
  if (kind === 'boolean') return typeof value === 'boolean';
  return typeof value === 'string' && kind.includes(value);
};

const isSoftware = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'version_bind' in value &&
  typeof value.version_bind === 'string' &&
  isPattern(value.version_bind);

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
};

const words = (kind: Kind): string => (typeof kind === 'string' ? kindWords[kind] : kind.join(' or '));
