import { isIP } from 'node:net';
import type { NameServer } from '../../model/ports.ts';

const unitOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const defaultPort = 53;

/** Milliseconds of `500ms`, `30s`, `10m` or `1h`; null if it is none. */
export const parseDuration = (text: string): number | null => {
  const [, count, unit] = /^([0-9]{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (unitOf[unit ?? ''] ?? 1);
};

/** A name server of `192.0.2.1:5300`, `[2001:db8::1]:53` or a bare address; null if it is none. */
export const parseNameServer = (text: string): NameServer | null => {
  if (isIP(text) !== 0) return { label: text, address: text, port: defaultPort };
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? bare ?? '';
  const number = port === undefined ? defaultPort : Number(port);
  if (isIP(address) !== (bracketed === undefined ? 4 : 6) || number < 1 || number > 65_535) return null;
  return { label: text, address, port: number };
};

/** Is it a network like `192.0.2.0/25`? */
export const isCidr = (text: string): boolean => {
  const [, address = '', bits = ''] = /^([^/]+)\/([0-9]{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
};
