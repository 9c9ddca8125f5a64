import { isIP } from 'node:net';
import { specialUse } from '../model/address.ts';

/** A network: hexadecimal digits that an address begins with, and what the next one may be. */
export interface Net {
  readonly bits: number;
  /** 8 for IPv4, 32 for IPv6. */
  readonly digits: number;
  readonly prefix: string;
  readonly rest: { readonly mask: number; readonly value: number } | null;
}

export const isIPv6 = (address: string): boolean => address.includes(':');

/** The address as 8 or 32 hexadecimal digits. */
export const hexOf = (address: string): string => (isIPv6(address) ? hexOfV6(address) : hexOfV4(address));

const hexOfV4 = (address: string): string =>
  address
    .split('.')
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('');

const hexOfV6 = (address: string): string => {
  const gap = address.indexOf('::');
  if (gap === -1) return groupsOf(address);
  const left = groupsOf(address.slice(0, gap));
  const right = groupsOf(address.slice(gap + 2));
  return left + zeros.slice(left.length + right.length) + right;
};

const zeros = '0'.repeat(32);

const groupsOf = (text: string): string => {
  let hex = '';
  if (text === '') return hex;
  for (const group of text.split(':'))
    hex += group.includes('.') ? hexOfV4(group) : zeros.slice(28 + group.length) + group;
  return hex;
};

/** Reads `192.0.2.0/25`; null: it is no network. */
export const parseNet = (text: string): Net | null => {
  const [address = '', length = ''] = text.split('/');
  if (isIP(address) === 0 || !/^[0-9]{0,3}$/.test(length)) return null;
  const hex = hexOf(address);
  const bits = length === '' ? hex.length * 4 : Number(length);
  if (bits > hex.length * 4) return null;
  const whole = bits >> 2;
  const mask = (0xf << (4 - (bits & 3))) & 0xf;
  const rest = (bits & 3) === 0 ? null : { mask, value: Number.parseInt(hex.charAt(whole), 16) & mask };
  return { bits, digits: hex.length, prefix: hex.slice(0, whole), rest };
};

/** Is the address, given as hexOf has it, in the network? */
export const isInNet = (hex: string, { digits, prefix, rest }: Net): boolean =>
  hex.length === digits &&
  hex.startsWith(prefix) &&
  (rest === null || (Number.parseInt(hex.charAt(prefix.length), 16) & rest.mask) === rest.value);

/** Why no name may lead to an address that an inventory has, in any zone; null: it may. */
export const neverUsable = (address: string): string | null => {
  if (isIP(address) === 0) return 'no address';
  return isIPv6(address) ? neverUsableV6(address) : neverUsableV4(address);
};

const neverUsableV4 = (address: string): string | null => {
  if (address === '169.254.169.254') return "where clouds keep a machine's metadata";
  if (address === '255.255.255.255') return 'broadcast (RFC 919)';
  if (address.startsWith('169.254.')) return 'link-local (RFC 3927)';
  const first = Number.parseInt(address, 10);
  if (first === 0) return 'unspecified (RFC 1122)';
  return first >= 224 && first < 240 ? 'multicast (RFC 5771)' : null;
};

const neverUsableV6 = (address: string): string | null => {
  if (address === 'fd00:ec2::254') return "where clouds keep a machine's metadata";
  const hex = hexOfV6(address);
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
  const why = neverUsableV4(address);
  return why === null ? null : `${address} by NAT64 (RFC 6052), ${why}`;
};

/** Why a name of a zone may not lead to the address; null: it may. */
export const whyRefused = (address: string, isPublic: boolean): string | null =>
  neverUsable(address) ?? (isPublic ? specialUse(address) : null);
