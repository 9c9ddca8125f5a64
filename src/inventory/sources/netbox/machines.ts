import type { RawEntry } from '../source.ts';
import { type NetboxObject, objectOf } from './pages.ts';

export type Kind = 'device' | 'virtual_machine';

/** The addresses of each machine, by `device 17`. */
export type Addresses = ReadonlyMap<string, readonly Address[]>;

interface Address {
  readonly id: unknown;
  /** Without the prefix length. */
  readonly text: string;
}

/** NetBox's choices for addresses in use (ipam/choices.py); reserved and deprecated ones are not. */
const statusesInUse: ReadonlySet<unknown> = new Set(['active', 'dhcp', 'slaac']);
/** Roles of addresses that several machines share: they are nobody's own (ipam/choices.py). */
const sharedRoles: ReadonlySet<unknown> = new Set(['anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp']);

/** Which machine has which addresses: those in use, assigned to one of its interfaces, and its own. */
export const addressesByMachine = (objects: readonly NetboxObject[]): Addresses => {
  const found = new Map<string, Address[]>();
  for (const object of objects) {
    const owner = ownerOf(object);
    const text = addressOf(object);
    if (owner === null || text === null) continue;
    if (!statusesInUse.has(choiceOf(object.get('status'))) || sharedRoles.has(choiceOf(object.get('role')))) continue;
    const same = found.get(owner);
    if (same === undefined) found.set(owner, [{ id: object.get('id'), text }]);
    else same.push({ id: object.get('id'), text });
  }
  return found;
};

const ownerOf = (address: NetboxObject): string | null => {
  const assigned = objectOf(address.get('assigned_object'));
  const device = objectOf(assigned?.get('device'))?.get('id');
  const machine = objectOf(assigned?.get('virtual_machine'))?.get('id');
  if (typeof device === 'number') return keyOf('device', device);
  return typeof machine === 'number' ? keyOf('virtual_machine', machine) : null;
};

const keyOf = (kind: Kind, id: unknown): string => `${kind === 'device' ? 'device' : 'virtual machine'} ${id}`;

const addressOf = (object: NetboxObject | null): string | null => {
  const address = object?.get('address');
  return typeof address === 'string' ? address.replace(/\/\d{1,3}$/, '') : null;
};

/**
 * NetBox's status as a lifecycle: only what is active joins claims, and only what is being decommissioned goes. The others
 * (planned, staged, failed, offline, inventory, paused, and what a site added) keep their registration.
 */
const states: Readonly<Record<string, string>> = { active: 'active', decommissioning: 'decommissioned' };

const stateOf = (status: unknown): string => {
  const choice = choiceOf(status);
  return (typeof choice === 'string' && Object.hasOwn(states, choice) ? states[choice] : null) ?? 'maintenance';
};

/** The entry of a device or virtual machine, in interface.md's form; null for one without a name, which is no server. */
export const serverOf = (kind: Kind, object: NetboxObject, addresses: Addresses): RawEntry | null => {
  const name = object.get('name');
  if (name === null || name === undefined || name === '') return null;
  const where = keyOf(kind, object.get('id'));
  const value: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(customFields(object)),
    ...Object.fromEntries(attributes(kind, object)),
    name,
    // A custom field may be called so.
    ip: null,
    ips: ipsOf(object, addresses.get(where) ?? []),
    labels: labelsOf(object),
    state: stateOf(object.get('status')),
  };
  return { value, where };
};

/** The primary addresses first; the out-of-band one is of the machine's controller, not of the server. */
const ipsOf = (object: NetboxObject, own: readonly Address[]): readonly string[] => {
  const primary = ['primary_ip4', 'primary_ip6'].map((key) => addressOf(objectOf(object.get(key))));
  const aside = objectOf(object.get('oob_ip'))?.get('id');
  const others = own.filter(({ id }) => aside === undefined || id !== aside).map(({ text }) => text);
  return [...primary.filter((text) => text !== null), ...others];
};

const labelsOf = (object: NetboxObject): readonly unknown[] => {
  const tags = object.get('tags');
  return Array.isArray(tags) ? tags.flatMap((tag) => objectOf(tag)?.get('slug') ?? []) : [];
};

/** By attribute: the object's key, and what names the object there. */
const related: readonly (readonly [string, string, string])[] = [
  ['site', 'site', 'slug'],
  ['location', 'location', 'slug'],
  ['rack', 'rack', 'name'],
  ['role', 'role', 'slug'],
  ['tenant', 'tenant', 'slug'],
  ['platform', 'platform', 'slug'],
  ['cluster', 'cluster', 'name'],
  ['device_type', 'device_type', 'slug'],
];

const attributes = (kind: Kind, object: NetboxObject): readonly (readonly [string, unknown])[] => [
  ['kind', kind],
  ['netbox_id', object.get('id')],
  ['netbox_status', choiceOf(object.get('status'))],
  ...['serial', 'asset_tag', 'description'].map((key) => [key, object.get(key)] as const),
  ...related.map(([attribute, key, field]) => [attribute, objectOf(object.get(key))?.get(field)] as const),
];

/** Selections are their value up to NetBox 4.6, and `{value, label}` since 4.7: the value is what stays the same. */
const customFields = (object: NetboxObject): readonly (readonly [string, unknown])[] =>
  [...(objectOf(object.get('custom_fields')) ?? [])].map(([key, value]) => [key, choiceOf(value)] as const);

/** The value of one of NetBox's choices, which is `{value, label}`; anything else is itself. */
export const choiceOf = (value: unknown): unknown => {
  const choice = objectOf(value);
  return choice?.has('value') === true ? choice.get('value') : value;
};
