import { isIP } from 'node:net';
import { relativeTo } from './name.ts';

/** Blocks of IPv4 that no public name should lead to (RFC 6890 and the IANA registry it made). */
const specialV4: readonly (readonly [string, number, string])[] = [
  ['0.0.0.0', 8, '"this network" (RFC 791)'],
  ['10.0.0.0', 8, 'private (RFC 1918)'],
  ['100.64.0.0', 10, 'shared by carriers (RFC 6598)'],
  ['127.0.0.0', 8, 'loopback (RFC 1122)'],
  ['169.254.0.0', 16, 'link-local (RFC 3927)'],
  ['172.16.0.0', 12, 'private (RFC 1918)'],
  ['192.0.0.0', 24, 'for protocols (RFC 6890)'],
  ['192.0.2.0', 24, 'for documentation (RFC 5737)'],
  ['192.168.0.0', 16, 'private (RFC 1918)'],
  ['198.18.0.0', 15, 'for benchmarks (RFC 2544)'],
  ['198.51.100.0', 24, 'for documentation (RFC 5737)'],
  ['203.0.113.0', 24, 'for documentation (RFC 5737)'],
  ['224.0.0.0', 4, 'multicast (RFC 5771)'],
  ['240.0.0.0', 4, 'reserved (RFC 1112)'],
];

const numberOf = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

const rangesV4 = specialV4.map(([base, bits, why]) => {
  const first = numberOf(base);
  return { first, last: first + 2 ** (32 - bits) - 1, why };
});

/** What a canonical IPv4 or IPv6 address is reserved for, or null where it can be reached from everywhere. */
export const specialUse = (address: string): string | null =>
  address.includes(':') ? specialUseV6(address) : specialUseV4(address);

const specialUseV4 = (address: string): string | null => {
  const number = numberOf(address);
  return rangesV4.find(({ first, last }) => first <= number && number <= last)?.why ?? null;
};

/** Global unicast is 2000::/3 (RFC 4291); what is special in it shows in its first 32 bits. */
const specialUseV6 = (address: string): string | null => {
  const [first = 0, second = 0] = address.split(':').map((group) => Number.parseInt(group || '0', 16));
  if (first === 0) return address === '::1' ? 'loopback (RFC 4291)' : 'not global (RFC 4291)';
  if ((first & 0xfe00) === 0xfc00) return 'private (RFC 4193)';
  if ((first & 0xffc0) === 0xfe80) return 'link-local (RFC 4291)';
  if ((first & 0xff00) === 0xff00) return 'multicast (RFC 4291)';
  if ((first & 0xe000) !== 0x2000) return 'not global unicast (RFC 4291)';
  if (first === 0x2001 && second === 0xdb8) return 'for documentation (RFC 3849)';
  if (first === 0x3fff && second < 0x1000) return 'for documentation (RFC 9637)';
  if (first === 0x2001 && second === 0) return 'Teredo (RFC 4380)';
  if (first === 0x2001 && second === 2) return 'for benchmarks (RFC 5180)';
  return first === 0x2002 ? '6to4 (RFC 7526)' : null;
};

/**
 * The address that was written where a name belongs, or null: `192.0.2.1.`, or, where the final dot is missing, the
 * address with the zone after it. In a reverse zone numbers before the zone are names.
 */
export const addressInName = (name: string, zone: string): string | null => {
  if (!/^[0-9a-f]*[0-9:]/.test(name)) return null;
  const bare = name.slice(0, -1);
  if (isIP(bare) !== 0) return bare;
  if (zone.endsWith('.arpa.') || !name.endsWith(`.${zone}`)) return null;
  const relative = relativeTo(name, zone);
  return isIP(relative) === 0 ? null : relative;
};
