// A lab as a person would describe it: its servers in two inventories, what Git says, and the records that follow from
// both. Written from the documents alone; nothing of src/ is used here, so that both can be wrong only by themselves.

export interface Machine {
  /** Which of its two networks, and the last part of its address there. */
  readonly net: 1 | 2;
  readonly number: number;
  /** Has it an IPv6 address as well? */
  readonly six: boolean;
  /** Has it the label `web`? */
  readonly labelled: boolean;
  /** Is its environment `prod`? */
  readonly prod: boolean;
  readonly state: 'active' | 'maintenance' | 'decommissioned';
  /** False: its entry in the inventory has an address that is none. */
  readonly valid: boolean;
}

export const inventories = ['lab', 'dc'] as const;
export type InventoryName = (typeof inventories)[number];
export type Machines = ReadonlyMap<string, Machine>;

/** What labels.yaml and groups.yaml have. */
export interface Roles {
  /** Label web claims www for A and AAAA. */
  readonly claim: boolean;
  /** Group prod claims app for A. */
  readonly group: boolean;
  /** Label web has a TXT for each of its servers. */
  readonly record: boolean;
}

export interface Git {
  /** Which of its contents (slots.ts) each place of the zone file has. */
  readonly file: ReadonlyMap<string, number>;
  readonly roles: Roles;
  /** The zone file does not parse. */
  readonly broken: boolean;
}

export interface Lab {
  readonly machines: Readonly<Record<InventoryName, Machines>>;
  readonly git: Git;
}

/** The zones of one history; histories with different numbers share no name and no address. */
export interface Zones {
  readonly number: number;
  readonly forward: string;
  readonly shared: string;
  readonly reverse: Readonly<Record<1 | 2, string>>;
  readonly six: string;
}

export const zonesOf = (number: number): Zones => ({
  number,
  forward: `lab${number}.test.`,
  shared: `shared${number}.test.`,
  reverse: { 1: `1.${number}.10.in-addr.arpa.`, 2: `2.${number}.10.in-addr.arpa.` },
  six: `${[...hexOf(number)].reverse().join('.')}.0.0.d.f.ip6.arpa.`,
});

export const allZones = ({ forward, shared, reverse, six }: Zones): readonly string[] => [
  forward,
  shared,
  reverse[1],
  reverse[2],
  six,
];

const hexOf = (number: number): string => number.toString(16).padStart(4, '0');

export const address = ({ number }: Zones, net: number, last: number): string => `10.${number}.${net}.${last}`;

export const address6 = ({ number }: Zones, last: number): string => `fd00:${number.toString(16)}::${last}`;

/** The name of an address's PTR. */
export const reverseName = (zones: Zones, of: string): string => {
  const last = of.split(/[.:]/).at(-1) ?? '';
  if (!of.includes(':')) return `${last}.${of.split('.').slice(0, -1).reverse().join('.')}.in-addr.arpa.`;
  return `${[...last.padStart(24, '0')].reverse().join('.')}.${zones.six}`;
};

export const addressesOf = (zones: Zones, { net, number, six }: Machine): readonly string[] => [
  address(zones, net, number),
  ...(six ? [address6(zones, number)] : []),
];

/** One RRset: `NAME TYPE` is its key in a content. */
export interface RRset {
  readonly ttl: number;
  /** Sorted, as name servers print them. */
  readonly values: readonly string[];
}

export type Content = ReadonlyMap<string, RRset>;

/** One value that a server wants. */
export interface Wanted {
  readonly key: string;
  readonly value: string;
  readonly ttl: number;
  readonly by: 'registration' | 'claim' | 'record';
}

/** All that a server wants to have in DNS. */
export const wantedBy = (zones: Zones, name: string, machine: Machine, roles: Roles): readonly Wanted[] => {
  if (machine.state === 'decommissioned') return [];
  const addresses = addressesOf(zones, machine);
  const typeOf = (each: string): string => (each.includes(':') ? 'AAAA' : 'A');
  const own = `${name}.${zones.forward}`;
  const registered = addresses.flatMap((each): readonly Wanted[] => [
    { key: `${own} ${typeOf(each)}`, value: each, ttl: 300, by: 'registration' },
    { key: `${reverseName(zones, each)} PTR`, value: own, ttl: 300, by: 'registration' },
  ]);
  const isIn = machine.state === 'active';
  const www = isIn && machine.labelled && roles.claim ? addresses : [];
  const app = isIn && machine.prod && roles.group ? addresses.filter((each) => typeOf(each) === 'A') : [];
  const txt = machine.labelled && roles.record ? [`"number ${machine.number}"`] : [];
  return [
    ...registered,
    ...www.map((value): Wanted => ({ key: `www.${zones.shared} ${typeOf(value)}`, value, ttl: 60, by: 'claim' })),
    ...app.map((value): Wanted => ({ key: `app.${zones.shared} A`, value, ttl: 60, by: 'claim' })),
    ...txt.map((value): Wanted => ({ key: `${name}.srv.${zones.shared} TXT`, value, ttl: 300, by: 'record' })),
  ];
};

/** What an inventory says of a machine. */
export const entryOf = (zones: Zones, name: string, machine: Machine): Readonly<Record<string, unknown>> => ({
  name,
  ips: machine.valid ? addressesOf(zones, machine) : ['10.0.0.256'],
  labels: machine.labelled ? ['web'] : [],
  environment: machine.prod ? 'prod' : 'test',
  rack: machine.number,
  state: machine.state,
});

/** labels.yaml and groups.yaml. */
export const roleFiles = (
  { shared }: Zones,
  { claim, group, record }: Roles,
): Readonly<Record<'labels.yaml' | 'groups.yaml', string>> => {
  const claims = claim ? ['A', 'AAAA'].map((type) => ({ name: `www.${shared}`, type })) : [];
  const records = record
    ? [{ type: 'TXT', name: `{{server.name}}.srv.${shared}`, value: 'number {{server.rack}}' }]
    : [];
  const prod = { match: { environment: 'prod' }, dns: { claims: [{ name: `app.${shared}`, type: 'A' }] } };
  return {
    'labels.yaml': JSON.stringify({ labels: claim || record ? { web: { dns: { claims, records } } } : {} }),
    'groups.yaml': JSON.stringify({ groups: group ? { prod } : {} }),
  };
};
