import { isIP } from 'node:net';

/** A network as the hexadecimal digits that its addresses begin with; `rest` tests the bits of a digit that it splits. */
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
