import { isIP } from 'node:net';
import { specialUse } from '../model/address.ts';
import { hexOf, isIPv6 } from './networks.ts';

// Which addresses of an inventory may get a name.

/** Why no name may lead to an address that an inventory has, in any zone; null: it may. */
export const refusalAnywhere = (address: string): string | null => {
  if (isIP(address) === 0) return 'no address';
  return isIPv6(address) ? refusalOfIPv6(address) : refusalOfIPv4(address);
};

const refusalOfIPv4 = (address: string): string | null => {
  if (address === '169.254.169.254') return "where clouds keep a machine's metadata";
  if (address === '255.255.255.255') return 'broadcast (RFC 919)';
  if (address.startsWith('169.254.')) return 'link-local (RFC 3927)';
  const first = Number.parseInt(address, 10);
  if (first === 0) return 'unspecified (RFC 1122)';
  return first >= 224 && first < 240 ? 'multicast (RFC 5771)' : null;
};

const refusalOfIPv6 = (address: string): string | null => {
  if (address === 'fd00:ec2::254') return "where clouds keep a machine's metadata";
  const hex = hexOf(address);
  if (hex.startsWith('ff')) return 'multicast (RFC 4291)';
  if (/^fe[89ab]/.test(hex)) return 'link-local (RFC 4291)';
  if (address === '::') return 'unspecified (RFC 4291)';
  if (hex.startsWith(nat64)) return throughNat64(hex.slice(nat64.length));
  if (hex.startsWith('00000000000000000000') && address !== '::1') return 'an IPv4 address in disguise (RFC 4291)';
  return null;
};

/** 64:ff9b::/96, whose last 32 bits are the IPv4 address that it leads to (RFC 6052 section 2.1). */
const nat64 = '0064ff9b0000000000000000';

const throughNat64 = (hex: string): string | null => {
  const address = Buffer.from(hex, 'hex').join('.');
  const why = refusalOfIPv4(address);
  return why === null ? null : `${address} by NAT64 (RFC 6052), ${why}`;
};

/** Why a name of a zone may not lead to the address; null: it may. */
export const refusalInZone = (address: string, isPublic: boolean): string | null =>
  refusalAnywhere(address) ?? (isPublic ? specialUse(address) : null);
