import { isIP } from 'node:net';
import { canonicalServer } from '../../model/network.ts';
import type { NameServer } from '../../model/ports.ts';
import { parseRdata, rdataFromWire, rdataToWire } from '../../model/rdata.ts';
import { addressTypeOf } from '../../model/rr-types.ts';

const defaultPort = 53;

/** A name server of `192.0.2.1:5300`, `[2001:db8::1]:53` or a bare address; null if it is none. */
export const parseNameServer = (text: string): NameServer | null => {
  if (isIP(text) !== 0) return { label: text, address: text, port: defaultPort };
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? bare ?? '';
  const number = port === undefined ? defaultPort : Number(port);
  if (isIP(address) !== (bracketed === undefined ? 4 : 6) || number < 1 || number > 65_535) return null;
  return { label: text, address, port: number };
};

/** An address and a port to listen on, `127.0.0.1:8053`, `[::1]:8053` or `localhost:8053`; port 0 is any free one. Null if it is none. */
export const parseListen = (text: string): { readonly address: string; readonly port: number } | null => {
  const [, bracketed, bare = '', port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? (bare === 'localhost' ? '127.0.0.1' : bare);
  if (isIP(address) !== (bracketed === undefined ? 4 : 6) || Number(port) > 65_535) return null;
  return { address, port: Number(port) };
};

/** Does an address lead to this machine alone? */
export const isLoopback = (address: string): boolean =>
  isIP(address) === 4 ? address.startsWith('127.') : canonicalServer(address) === '[::1]';

/** Is it a network like `192.0.2.0/25`? */
export const isCidr = (text: string): boolean => {
  const [, address = '', bits = ''] = /^([^/]+)\/([0-9]{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
};

/**
 * A network's canonical text: `192.0.2.0/24`, `2001:db8::/32`. `meant` is the network of an address that has host bits;
 * null: it is neither.
 */
export const parseCidr = (text: string): { readonly cidr: string } | { readonly meant: string } | null => {
  if (!isCidr(text)) return null;
  const [address = '', bits = ''] = text.split('/');
  const type = addressTypeOf(address);
  if (address.includes('%')) return null;
  const canonical = parseRdata(type, address);
  const octets = rdataToWire(type, canonical).map((octet, i) => octet & mask(Number(bits) - i * 8));
  const network = rdataFromWire(type, octets, 0, octets.length);
  return network === canonical ? { cidr: `${network}/${Number(bits)}` } : { meant: `${network}/${Number(bits)}` };
};

/** The octet that keeps its first `bits` bits. */
const mask = (bits: number): number => (bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff);
