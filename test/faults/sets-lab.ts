import type { InventoryEntry } from '../servers/inventory.ts';

// A lab of which each server has addresses in one of three reverse zones or several, and maybe a place in a shared name:
// what it is on two sides, and what records say of it.

export const zones = {
  forward: 'lab.test.',
  shared: 'shared.test.',
  here: '1.0.10.in-addr.arpa.',
  there: '2.0.10.in-addr.arpa.',
  six: '1.0.0.0.0.0.d.f.ip6.arpa.',
} as const;

/** Two sides that an apply leads between: web1 and web2 move, web3 and web4 come and go, web5 and web6 exchange addresses. */
export type Side = 'before' | 'after';

const addresses: Readonly<Record<string, Readonly<Record<Side, readonly string[]>>>> = {
  web1: { before: ['10.0.1.1', 'fd00:1::1'], after: ['10.0.2.1', 'fd00:1::11'] },
  web2: { before: ['10.0.1.2'], after: ['10.0.1.12'] },
  web3: { before: ['10.0.1.3', 'fd00:1::3'], after: [] },
  web4: { before: [], after: ['10.0.2.4', 'fd00:1::4'] },
  web5: { before: ['10.0.1.5'], after: ['10.0.1.6'] },
  web6: { before: ['10.0.1.6'], after: ['10.0.1.5'] },
  stay: { before: ['10.0.1.9', '10.0.2.9'], after: ['10.0.1.9', '10.0.2.9'] },
};

export const servers: readonly string[] = Object.keys(addresses);

export const inLabel: readonly string[] = ['web1', 'web2', 'web3', 'web4', 'stay'];

export const addressesOf = (server: string, side: Side): readonly string[] => addresses[server]?.[side] ?? [];

/** A server as the inventory has it on a side: one without addresses there is decommissioned. */
export const entryOf = (server: string, side: Side): InventoryEntry => {
  const own = addressesOf(server, side);
  const other = addressesOf(server, side === 'before' ? 'after' : 'before');
  return {
    name: server,
    ips: own.length > 0 ? own : other,
    labels: inLabel.includes(server) ? ['web'] : [],
    state: own.length > 0 ? 'active' : 'decommissioned',
  };
};

export const side = (which: Side): readonly InventoryEntry[] => servers.map((server) => entryOf(server, which));

/** The addresses that www has on a side, sorted. */
export const claimedOn = (which: Side): readonly string[] =>
  inLabel.flatMap((server) => addressesOf(server, which)).sort();

export const reverseName = (address: string): string =>
  address.includes(':') ? `${nibbles(address)}.ip6.arpa.` : `${address.split('.').reverse().join('.')}.in-addr.arpa.`;

const nibbles = (address: string): string => {
  const [head = '', tail = ''] = address.split('::').map((half) =>
    half
      .split(':')
      .map((part) => part.padStart(4, '0'))
      .join(''),
  );
  return [...`${head}${'0'.repeat(32 - head.length - tail.length)}${tail}`].reverse().join('.');
};

/** What the lab's records say: `NAME TYPE` to sorted values. */
export type Records = ReadonlyMap<string, readonly string[]>;

/** `web1 10.0.1.1` for each address of a server that its name has, and for each whose PTR has the name. */
export interface Pairs {
  readonly forward: readonly string[];
  readonly reverse: readonly string[];
}

/** Every address of either side. */
const universe: readonly string[] = [
  ...new Set(Object.values(addresses).flatMap(({ before, after }) => [...before, ...after])),
];

export const pairsIn = (records: Records): Pairs => {
  const at = (name: string, type: string) => records.get(`${name} ${type}`) ?? [];
  const short = (name: string) => name.slice(0, -zones.forward.length - 1);
  return {
    forward: servers
      .flatMap((server) =>
        ['A', 'AAAA'].flatMap((type) =>
          at(`${server}.${zones.forward}`, type).map((address) => `${server} ${address}`),
        ),
      )
      .sort(),
    reverse: universe
      .flatMap((address) => at(reverseName(address), 'PTR').map((name) => `${short(name)} ${address}`))
      .sort(),
  };
};

export const pairsOf = (server: string, pairs: readonly string[]): readonly string[] =>
  pairs.filter((pair) => pair.startsWith(`${server} `));

export const claimed = (records: Records): readonly string[] =>
  ['A', 'AAAA'].flatMap((type) => records.get(`www.${zones.shared} ${type}`) ?? []).sort();

/** All that may be asked of it. */
export const questions = [
  ...servers.flatMap((server) => ['A', 'AAAA'].map((type) => ({ name: `${server}.${zones.forward}`, type }))),
  ...['A', 'AAAA'].map((type) => ({ name: `www.${zones.shared}`, type })),
  ...universe.map((address) => ({ name: reverseName(address), type: 'PTR' })),
];
