import { cutForMessage, type FieldKind, fail, pushNumber, quoteForMessage, takeNumber } from './field.ts';

const inRange = (text: string, max: number): string => {
  const value = Number(text);
  return value <= max ? String(value) : fail(`${cutForMessage(text)} is not between 0 and ${max}`);
};

const parseInteger = (token: string, max: number): string =>
  /^[0-9]+$/.test(token) ? inRange(token, max) : fail(`${quoteForMessage(token)} is not a whole number`);

const integer = (octets: number, mnemonics: ReadonlyMap<string, number> = new Map()): FieldKind => {
  const max = 256 ** octets - 1;
  const parse = (token: string): string => String(mnemonics.get(token.toUpperCase()) ?? parseInteger(token, max));
  return {
    parse: ([token = '']) => parse(token),
    fromYaml: (value) =>
      typeof value === 'string' || typeof value === 'number'
        ? parse(String(value).trim())
        : fail('it is not a whole number'),
    toWire: (text, wire) => pushNumber(wire, Number(text), octets),
    fromWire: (reader) => String(takeNumber(reader, octets)),
    value: Number,
  };
};

export const u8 = integer(1);
export const u16 = integer(2);
export const u32 = integer(4);

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** `1h30m` as BIND's master files have it. Seconds, also without a unit. */
const parsePeriod = (token: string): string => {
  if (!/^(?:[0-9]{1,10}[smhdw])+$/i.test(token)) return parseInteger(token, 2 ** 32 - 1);
  const parts = token.toLowerCase().matchAll(/([0-9]+)([smhdw])/g);
  const total = [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (secondsOf[unit ?? 's'] ?? 1), 0);
  return total < 2 ** 32 ? String(total) : fail(`${cutForMessage(token)} is not between 0 and ${2 ** 32 - 1} seconds`);
};

/** A time span in seconds. */
export const period: FieldKind = {
  ...u32,
  parse: ([token = '']) => parsePeriod(token),
  fromYaml: (value) =>
    typeof value === 'string' || typeof value === 'number' ? parsePeriod(String(value)) : fail('it is not a number'),
};

/** DNSSEC algorithm numbers (IANA), whose mnemonics RFC 4034 appendix A.1 allows. */
export const algorithm = integer(
  1,
  new Map([
    ['RSAMD5', 1],
    ['DH', 2],
    ['DSA', 3],
    ['RSASHA1', 5],
    ['NSEC3DSA', 6],
    ['DSA-NSEC3-SHA1', 6],
    ['NSEC3RSASHA1', 7],
    ['RSASHA1-NSEC3-SHA1', 7],
    ['RSASHA256', 8],
    ['RSASHA512', 10],
    ['ECCGOST', 12],
    ['ECC-GOST', 12],
    ['ECDSAP256SHA256', 13],
    ['ECDSAP384SHA384', 14],
    ['ED25519', 15],
    ['ED448', 16],
    ['INDIRECT', 252],
    ['PRIVATEDNS', 253],
    ['PRIVATEOID', 254],
  ]),
);

/** CERT's types (RFC 4398 section 2.1). */
export const certificateType = integer(
  2,
  new Map([
    ['PKIX', 1],
    ['SPKI', 2],
    ['PGP', 3],
    ['IPKIX', 4],
    ['ISPKI', 5],
    ['IPGP', 6],
    ['ACPKIX', 7],
    ['IACPKIX', 8],
    ['URI', 253],
    ['OID', 254],
  ]),
);

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

const printTime = (seconds: number): string => {
  const t = new Date(seconds * 1000);
  const day = `${digits(t.getUTCFullYear(), 4)}${digits(t.getUTCMonth() + 1, 2)}${digits(t.getUTCDate(), 2)}`;
  return `${day}${digits(t.getUTCHours(), 2)}${digits(t.getUTCMinutes(), 2)}${digits(t.getUTCSeconds(), 2)}`;
};

const secondsOfTime = (text: string): number => {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)) / 1000;
};

/** RRSIG's times, YYYYMMDDHHmmSS or seconds since 1970 (RFC 4034 section 3.2). */
export const time: FieldKind = {
  parse: ([token = '']) => {
    if (!/^[0-9]{14}$/.test(token)) return printTime(Number(parseInteger(token, 2 ** 32 - 1)));
    const seconds = secondsOfTime(token);
    return seconds >= 0 && seconds < 2 ** 32 && printTime(seconds) === token ? token : fail(`${token} is not a time`);
  },
  toWire: (text, wire) => pushNumber(wire, secondsOfTime(text), 4),
  fromWire: (reader) => printTime(takeNumber(reader, 4)),
};
