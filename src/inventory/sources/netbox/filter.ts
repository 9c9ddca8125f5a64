import { quotedUntrusted } from '../../sanitize.ts';
import { choiceOf, type Kind } from './machines.ts';
import { type NetboxObject, objectOf } from './pages.ts';

// NetBox leaves out of account what it does not know in a query: `tga=dns` gives every device there is. So only filters
// that can be checked on what comes back are sent.

/** By NetBox's own key: the values to look for. */
export type NetboxFilter = ReadonlyMap<string, readonly string[]>;

/** The filter as configured; values as texts. */
export const checkFilter = (value: unknown): NetboxFilter =>
  new Map(
    [...(objectOf(value) ?? [])].map(([key, wanted]) => [key, (Array.isArray(wanted) ? wanted : [wanted]).map(String)]),
  );

type Of = (object: NetboxObject) => readonly unknown[];

const field =
  (key: string, name: string): Of =>
  (object) => [objectOf(object.get(key))?.get(name)];

const tagsOf: Of = (object) => {
  const tags = object.get('tags');
  return Array.isArray(tags) ? tags.map((tag) => objectOf(tag)?.get('slug')) : [];
};

const slugs = ['site', 'role', 'tenant', 'platform', 'location', 'device_type'];
const ids = ['site', 'role', 'tenant', 'platform', 'location', 'device_type', 'cluster', 'rack'];

/** What each key is about, in an object that comes back. */
const checks: ReadonlyMap<string, Of> = new Map<string, Of>([
  ['id', (object) => [object.get('id')]],
  ['name', (object) => [object.get('name')]],
  ['serial', (object) => [object.get('serial')]],
  ['asset_tag', (object) => [object.get('asset_tag')]],
  ['status', (object) => [choiceOf(object.get('status'))]],
  ['tag', tagsOf],
  ['cluster', field('cluster', 'name')],
  ...slugs.map((key) => [key, field(key, 'slug')] as const),
  ...ids.map((key) => [`${key}_id`, field(key, 'id')] as const),
]);

/** Virtual machines have none of these, and NetBox would show all of them. */
const onlyDevices: ReadonlySet<string> = new Set([
  'asset_tag',
  'location',
  'location_id',
  'device_type',
  'device_type_id',
  'rack_id',
]);

const checkOf = (key: string): Of | null =>
  checks.get(key) ?? (/^cf_[a-z0-9_]+$/i.test(key) && !key.includes('__') ? customField(key.slice(3)) : null);

const customField =
  (name: string): Of =>
  (object) => {
    const value = objectOf(object.get('custom_fields'))?.get(name);
    return (Array.isArray(value) ? value : [value]).map(choiceOf);
  };

/** What keeps a filter from being used, or null. */
export const filterFault = (filter: NetboxFilter): string | null => {
  const unknown = [...filter.keys()].find((key) => checkOf(key) === null);
  if (unknown !== undefined) {
    const all = [...checks.keys()].sort().join(', ');
    return `its filter has ${quotedUntrusted(unknown)}, which cannot be checked on what NetBox sends; use ${all}, or cf_ and the name of a custom field`;
  }
  const empty = [...filter].find(([, values]) => values.length === 0 || values.includes(''));
  return empty === undefined ? null : `its filter ${quotedUntrusted(empty[0])} is empty; give it a value`;
};

/** The filter as a query; null: no object of this kind can match it. */
export const queryOf = (filter: NetboxFilter, kind: Kind): readonly [string, string][] | null =>
  kind === 'virtual_machine' && [...filter.keys()].some((key) => onlyDevices.has(key))
    ? null
    : [...filter].flatMap(([key, values]) => values.map((value): [string, string] => [key, value]));

/** Is an object one that the filter asks for? Of several tags it has all, of other values one, as NetBox has it. */
export const matches = (filter: NetboxFilter, object: NetboxObject): boolean =>
  [...filter].every(([key, wanted]) => {
    const has = new Set((checkOf(key)?.(object) ?? []).map((value) => String(value).toLowerCase()));
    const there = (value: string): boolean => has.has(value.toLowerCase());
    if (key === 'tag') return wanted.every(there);
    return wanted.some(there) || isBelow(object, key);
  });

/** NetBox finds the descendants of these too, and shows how deep one is, but not below what. */
const trees: ReadonlySet<string> = new Set(['role', 'platform', 'location']);

const isBelow = (object: NetboxObject, key: string): boolean => {
  const name = key.replace(/_id$/, '');
  const depth = objectOf(object.get(name))?.get('_depth');
  return trees.has(name) && typeof depth === 'number' && depth > 0;
};
