import type { Provider, Supports } from '../../provider.ts';

type Kind = 'texts' | 'mapping' | 'number' | 'boolean' | readonly string[];
type Required<T> = { [Key in keyof T]-?: undefined extends T[Key] ? never : Key }[keyof T];

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
  parallel_zones: 'number',
  cas: ['native', 'checked'],
  verify: ['dns', 'api', 'none'],
  health_checks: 'boolean',
  creates_zones: 'boolean',
};

const methods = ['listZones', 'read', 'apply', 'createZone', 'deleteZone'] as const;

/** What is wrong with a provider that was opened, or null. */
export const faultOfProvider = (provider: Provider): string | null => {
  if (typeof provider !== 'object' || provider === null) return 'opens nothing';
  const { supports }: { readonly supports: Supports | undefined } = provider;
  if (typeof supports !== 'object' || supports === null) return 'opens something without "supports"';
  const values = new Map<string, unknown>(Object.entries(supports));
  const wrong = Object.entries(kinds).find(([key, kind]) => !isOf(values.get(key), kind));
  if (wrong !== undefined) return `opens something whose supports.${wrong[0]} is not ${words(wrong[1])}`;
  const method = methods.find((each) => typeof provider[each] !== 'function');
  if (method !== undefined) return `opens something without the method "${method}"`;
  const { healthChecks, nativeChecks } = provider;
  return supports.health_checks && healthChecks === undefined && nativeChecks === undefined
    ? 'opens something that supports health checks without "healthChecks" or "nativeChecks"'
    : null;
};

const isOf = (value: unknown, kind: Kind): boolean => {
  if (kind === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (kind === 'mapping') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (kind === 'number') return typeof value === 'number' && value >= 0;
  if (kind === 'boolean') return typeof value === 'boolean';
  return typeof value === 'string' && kind.includes(value);
};

const words = (kind: Kind): string => {
  const known = { texts: 'a list of texts', mapping: 'a mapping', number: 'a number', boolean: 'true or false' };
  return typeof kind === 'string' ? known[kind] : kind.join(' or ');
};
