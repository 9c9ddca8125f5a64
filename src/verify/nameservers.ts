import { Resolver } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { messageOf } from '../model/errors.ts';
import { isWithin } from '../model/name.ts';
import type { NameServer } from '../model/ports.ts';
import { indexZone, type ServedRRset, type ZoneContent } from './content.ts';

export interface NameServersOf {
  /** hostmaster.yaml's `verify_at`; it wins. */
  readonly verifyAt: readonly NameServer[] | null;
  /** What the provider itself runs or knows. */
  readonly provided?: readonly { readonly address: string; readonly port: number }[] | undefined;
  readonly zone: string;
  /** The zone's content: its apex NS and the addresses of those of them that lie in the zone. */
  readonly rrsets: readonly ServedRRset[];
}

export interface FoundNameServers {
  readonly nameservers: readonly NameServer[];
  /** What could not be found, in words that stand behind the zone's name. */
  readonly problems: readonly string[];
}

/** The addresses of a host name; for names outside the zone. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** Where a zone is to be verified: `verify_at`, else the provider's own, else the addresses of its apex NS. */
export const findNameServers = async (
  options: NameServersOf,
  resolve: ResolveHost = resolveHost,
): Promise<FoundNameServers> => {
  if (options.verifyAt !== null) return { nameservers: options.verifyAt, problems: [] };
  if (options.provided !== undefined && options.provided.length > 0) {
    return { nameservers: options.provided.map(labelled), problems: [] };
  }
  const content = indexZone(options.zone, options.rrsets);
  const hosts =
    content
      .at(options.zone)
      ?.get('NS')
      ?.values.map((value) => value.rdata) ?? [];
  if (hosts.length === 0) return { nameservers: [], problems: ['has no NS at its apex, and its target no verify_at'] };
  const found = await Promise.all(hosts.map((host) => addressesOf(content, host, resolve)));
  return {
    nameservers: found.flatMap((one) => one.nameservers),
    problems: found.flatMap((one) => one.problems),
  };
};

/** `192.0.2.1:53` or `[2001:db8::1]:53`. */
export const labelled = ({ address, port }: { readonly address: string; readonly port: number }): NameServer => ({
  label: `${isIPv6(address) ? `[${address}]` : address}:${port}`,
  address,
  port,
});

const dnsPort = 53;

const addressesOf = async (content: ZoneContent, host: string, resolve: ResolveHost): Promise<FoundNameServers> => {
  const sets = content.at(host);
  const own = ['A', 'AAAA'].flatMap((type) => sets?.get(type)?.values.map((value) => value.rdata) ?? []);
  try {
    const addresses = own.length > 0 || isWithin(host, content.zone) ? own : await resolve(host);
    if (addresses.length === 0)
      return { nameservers: [], problems: [`has the name server ${host} without an address`] };
    return { nameservers: reachable(addresses).map((address) => named(host, address)), problems: [] };
  } catch (error) {
    const reason = `has the name server ${host}, whose address cannot be found: ${messageOf(error)}`;
    return { nameservers: [], problems: [reason] };
  }
};

const named = (host: string, address: string): NameServer => ({
  label: `${host} ${labelled({ address, port: dnsPort }).label}`,
  address,
  port: dnsPort,
});

/** A host without IPv6 asks the IPv4 addresses of a name server that has both. */
const reachable = (addresses: readonly string[]): readonly string[] => {
  const ipv4 = addresses.filter((address) => isIP(address) === 4);
  return ipv4.length === 0 || hasIPv6() ? addresses : ipv4;
};

const hasIPv6 = (): boolean =>
  Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some((one) => one.family === 'IPv6' && !one.internal && !one.address.startsWith('fe80')),
  );

const resolveHost: ResolveHost = async (host) => {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = [ipv4, ipv6].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (addresses.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
  return addresses;
};
