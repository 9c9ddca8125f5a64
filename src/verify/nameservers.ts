import type { AddressLookup, NameServer } from '../model/ports.ts';
import { isAddressType, isNameServers, isNameServersOf, nameServersAt } from '../model/rr-types.ts';
import type { ZoneId } from '../model/zone.ts';
import type { OpenTarget } from '../target.ts';
import { addressLookup } from './address-lookup.ts';

/** Any RRsets to look for name servers and their addresses in: desired or existing ones. */
export interface NameServerRRset {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
}

/** Where the addresses of name servers come from that the zone itself does not have. */
export interface AddressSources {
  /** Other configured zones. Default is none. */
  readonly elsewhere?: (name: string) => readonly string[];
  /** Default is the system's resolver. */
  readonly lookup?: AddressLookup;
}

const dnsPort = 53;
const noneToAsk: FoundNameServers = { nameservers: [], unknown: [], unreachable: true };

/** Who answers for a zone: `unknown` are name servers without an address. */
export interface FoundNameServers {
  readonly nameservers: readonly NameServer[];
  readonly unknown: readonly string[];
  /** True: the target says that none can be asked. */
  readonly unreachable?: true;
}

/**
 * The name servers that answer for a zone at a target: those of verify_at; else those the target itself knows, or gave the
 * zone; else the zone's apex NS, as `rrsets` have them, or as the target holds them where those do not.
 */
export const nameServersOf = async (
  zone: ZoneId,
  target: OpenTarget,
  rrsets: Iterable<NameServerRRset>,
  sources: AddressSources = {},
): Promise<FoundNameServers> => {
  if (target.provider.supports.verify !== 'dns') return noneToAsk;
  const configured = target.definition.verify_at ?? knownByTarget(target);
  if (configured !== null) return { nameservers: configured, unknown: [] };
  const all = [...rrsets];
  const given = await target.provider.delegation?.(zone).catch(() => undefined);
  if (given === null) return noneToAsk;
  if (given !== undefined) {
    const ns = { ...nameServersAt(zone.name), values: given.map((rdata) => ({ rdata })) };
    return nameServersIn(zone.name, [ns, ...all.filter(({ type }) => !isNameServers(type))], sources);
  }
  const declared = all.some((rrset) => isNameServersOf(rrset, zone.name));
  return nameServersIn(zone.name, declared ? all : [...all, ...(await apexRRsetsAt(zone, target))], sources);
};

/** What a target holds at a zone's apex; nothing where it cannot say. */
const apexRRsetsAt = async (zone: ZoneId, { provider }: OpenTarget): Promise<readonly NameServerRRset[]> => {
  const read = await provider.read(zone, { names: [zone.name] }).catch(() => null);
  return read?.status === 'read' ? read.rrsets.filter(({ name }) => name === zone.name) : [];
};

const knownByTarget = ({ provider, serving }: OpenTarget): readonly NameServer[] | null => {
  const own = serving === null ? (provider.nameServers?.() ?? []) : [serving];
  return own.length === 0
    ? null
    : own.map(({ address, port }) => ({ label: addressAndPort(address, port), address, port }));
};

const addressAndPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** The name servers in the NS RRset of `name`, at their addresses. */
export const nameServersIn = async (
  name: string,
  rrsets: Iterable<NameServerRRset>,
  sources: AddressSources = {},
): Promise<FoundNameServers> => {
  const found = await addressedNameServers(name, rrsets, sources);
  return {
    nameservers: found.flatMap(atAddresses),
    unknown: found.filter(({ addresses }) => addresses.length === 0).map((each) => each.name),
  };
};

/** A name server by its name; without addresses where nobody knows one. */
export interface AddressedNameServer {
  readonly name: string;
  readonly addresses: readonly string[];
}

export const atAddresses = ({ name, addresses }: AddressedNameServer): readonly NameServer[] =>
  addresses.map((address) => ({ label: `${name} (${address})`, address, port: dnsPort }));

/** The addresses are those of the zone's own A and AAAA, else of another configured zone, else of the resolver. */
export const addressedNameServers = (
  name: string,
  rrsets: Iterable<NameServerRRset>,
  { elsewhere, lookup = addressLookup() }: AddressSources,
): Promise<readonly AddressedNameServer[]> => {
  const all = [...rrsets].filter(({ type }) => isNameServers(type) || isAddressType(type));
  const names = new Set(all.filter((rrset) => isNameServersOf(rrset, name)).flatMap(rdataOf));
  return Promise.all(
    [...names].map(async (each) => {
      const own = all.filter((rrset) => rrset.name === each && !isNameServers(rrset.type)).flatMap(rdataOf);
      const known = own.length > 0 ? own : (elsewhere?.(each) ?? []);
      return { name: each, addresses: [...new Set(known.length > 0 ? known : await lookup(each))] };
    }),
  );
};

const rdataOf = (rrset: NameServerRRset): readonly string[] => rrset.values.map(({ rdata }) => rdata);
