// The objects of NetBox's REST API as its serializers of 4.5 to 4.7 make them (dcim, virtualization and ipam,
// api/serializers_). What changed between these versions: 4.6 has no count in a cursor's page; 4.7 shows selections of custom
// fields as {value, label}, adds cooling_method, and puts config_context into every device and machine.

export type NetboxVersion = '4.5' | '4.6' | '4.7';

type Rendered = Readonly<Record<string, unknown>> & { readonly id: number };

/** A device or a virtual machine. Defaults: active, site hq, role server. */
export interface NetboxMachine {
  readonly id: number;
  readonly name: string | null;
  readonly status?: string;
  readonly site?: string;
  readonly role?: string;
  readonly rack?: string;
  readonly tags?: readonly string[];
  /** Custom fields; a `select:x` is a selection with the value x. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly primary4?: { readonly id: number; readonly address: string };
  readonly primary6?: { readonly id: number; readonly address: string };
  readonly outOfBand?: { readonly id: number; readonly address: string };
}

/** An address, assigned to the interface of a device or a virtual machine, or to none. */
export interface NetboxAddress {
  readonly id: number;
  /** With its prefix length. */
  readonly address: string;
  readonly device?: number;
  readonly machine?: number;
  readonly status?: string;
  readonly role?: string;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const choice = (value: string) => ({ value, label: capital(value) });

const nested = (
  origin: string,
  path: string,
  id: number,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  id,
  url: `${origin}/api/${path}/${id}/`,
  display: name,
  name,
  slug: name.toLowerCase(),
  description: '',
  ...more,
});

const nestedAddress = (origin: string, given: NetboxMachine['primary4']) =>
  given === undefined
    ? null
    : {
        id: given.id,
        url: `${origin}/api/ipam/ip-addresses/${given.id}/`,
        display: given.address,
        family: given.address.includes(':') ? { value: 6, label: 'IPv6' } : { value: 4, label: 'IPv4' },
        address: given.address,
        description: '',
        dns_name: '',
        nat_inside: null,
        nat_outside: [],
      };

const tag = (origin: string, name: string, i: number) => ({
  id: i + 1,
  url: `${origin}/api/extras/tags/${i + 1}/`,
  display_url: `${origin}/extras/tags/${i + 1}/`,
  display: name,
  name: capital(name),
  slug: name,
  color: '9e9e9e',
});

const customField = (version: NetboxVersion, value: unknown): unknown => {
  if (typeof value !== 'string' || !value.startsWith('select:')) return value;
  const chosen = value.slice('select:'.length);
  return version === '4.7' ? choice(chosen) : chosen;
};

const common = (version: NetboxVersion, origin: string, path: string, machine: NetboxMachine) => ({
  id: machine.id,
  url: `${origin}/api/${path}/${machine.id}/`,
  display_url: `${origin}/${path}/${machine.id}/`,
  display: machine.name ?? 'DL380 (unnamed)',
  name: machine.name,
  role: nested(origin, 'dcim/device-roles', 3, machine.role ?? 'server', {
    device_count: 4,
    virtualmachine_count: 1,
    _depth: 0,
  }),
  tenant: null,
  platform: nested(origin, 'dcim/platforms', 2, 'debian-13', { device_count: 4, virtualmachine_count: 1, _depth: 0 }),
  site: nested(origin, 'dcim/sites', 1, machine.site ?? 'hq'),
  status: choice(machine.status ?? 'active'),
  primary_ip: nestedAddress(origin, machine.primary6 ?? machine.primary4),
  primary_ip4: nestedAddress(origin, machine.primary4),
  primary_ip6: nestedAddress(origin, machine.primary6),
  cluster: null,
  description: '',
  owner: null,
  comments: '',
  config_template: null,
  local_context_data: null,
  tags: (machine.tags ?? []).map((name, i) => tag(origin, name, i)),
  custom_fields: Object.fromEntries(
    Object.entries(machine.fields ?? {}).map(([key, value]) => [key, customField(version, value)]),
  ),
  created: '2026-01-02T03:04:05.678901Z',
  last_updated: '2026-11-01T12:00:00.123456Z',
  interface_count: 2,
  ...(version === '4.7' ? { config_context: {} } : {}),
});

/** A device as /api/dcim/devices/ shows it. */
export const renderDevice = (version: NetboxVersion, origin: string, machine: NetboxMachine): Rendered => ({
  ...common(version, origin, 'dcim/devices', machine),
  device_type: {
    id: 9,
    url: `${origin}/api/dcim/device-types/9/`,
    display: 'DL380',
    manufacturer: nested(origin, 'dcim/manufacturers', 4, 'HPE'),
    model: 'DL380',
    slug: 'dl380',
    description: '',
    device_count: 4,
  },
  serial: `SN${machine.id}`,
  asset_tag: null,
  location: null,
  rack: machine.rack === undefined ? null : nested(origin, 'dcim/racks', 5, machine.rack, { device_count: 4 }),
  position: 12.0,
  face: { value: 'front', label: 'Front' },
  latitude: null,
  longitude: null,
  parent_device: null,
  airflow: null,
  ...(version === '4.7' ? { cooling_method: null } : {}),
  oob_ip: nestedAddress(origin, machine.outOfBand),
  virtual_chassis: null,
  vc_position: null,
  vc_priority: null,
  console_port_count: 0,
  console_server_port_count: 0,
  power_port_count: 2,
  power_outlet_count: 0,
  front_port_count: 0,
  rear_port_count: 0,
  device_bay_count: 0,
  module_bay_count: 0,
  inventory_item_count: 0,
});

/** A virtual machine as /api/virtualization/virtual-machines/ shows it. */
export const renderVirtualMachine = (version: NetboxVersion, origin: string, machine: NetboxMachine): Rendered => ({
  ...common(version, origin, 'virtualization/virtual-machines', machine),
  cluster: nested(origin, 'virtualization/clusters', 6, 'kvm1', { virtualmachine_count: 1 }),
  device: null,
  serial: '',
  vcpus: 4.0,
  memory: 8192,
  disk: 40_000,
  virtual_disk_count: 0,
});

/** An address as /api/ipam/ip-addresses/ shows it. */
export const renderAddress = (version: NetboxVersion, origin: string, given: NetboxAddress): Rendered => ({
  id: given.id,
  url: `${origin}/api/ipam/ip-addresses/${given.id}/`,
  display_url: `${origin}/ipam/ip-addresses/${given.id}/`,
  display: given.address,
  family: given.address.includes(':') ? { value: 6, label: 'IPv6' } : { value: 4, label: 'IPv4' },
  address: given.address,
  vrf: null,
  tenant: null,
  status: choice(given.status ?? 'active'),
  role: given.role === undefined ? null : choice(given.role),
  ...assigned(origin, given),
  nat_inside: null,
  nat_outside: [],
  dns_name: '',
  description: '',
  owner: null,
  comments: '',
  tags: [],
  custom_fields: version === '4.7' ? { zone: choice('internal') } : { zone: 'internal' },
  created: '2026-01-02T03:04:05.678901Z',
  last_updated: '2026-11-01T12:00:00.123456Z',
});

const assigned = (origin: string, { id, device, machine }: NetboxAddress): Readonly<Record<string, unknown>> => {
  const none = { assigned_object_type: null, assigned_object_id: null, assigned_object: null };
  const owner = (path: string, number: number) => nested(origin, path, number, `machine ${number}`);
  const at = (type: string, path: string, of: Readonly<Record<string, unknown>>) => ({
    assigned_object_type: type,
    assigned_object_id: id + 1000,
    assigned_object: {
      id: id + 1000,
      url: `${origin}/api/${path}/${id + 1000}/`,
      display: 'eth0',
      ...of,
      name: 'eth0',
      description: '',
    },
  });
  if (device !== undefined) {
    const of = { device: owner('dcim/devices', device), cable: null, _occupied: false };
    return at('dcim.interface', 'dcim/interfaces', of);
  }
  if (machine === undefined) return none;
  return at('virtualization.vminterface', 'virtualization/interfaces', {
    virtual_machine: owner('virtualization/virtual-machines', machine),
  });
};
