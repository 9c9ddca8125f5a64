// Names and numbers of RR types (IANA's registry of 2026; ADDR, ALIAS and LUA are PowerDNS's own). The meta types of
// RFC 6895 are left out: they are no data.

const codes: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  'NSAP-PTR': 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32768,
  DLV: 32769,
  ADDR: 65400,
  ALIAS: 65401,
  LUA: 65402,
};

const nameByCode = new Map(Object.entries(codes).map(([name, code]) => [code, name]));

/** The number of a mnemonic (upper case), null if there is none. */
export const codeOfMnemonic = (name: string): number | null =>
  Object.hasOwn(codes, name) ? (codes[name] ?? null) : null;

/**
 * Is the mnemonic private to some servers (RFC 6895 section 3.1), or younger than BIND 9.18? A parser that does not know it
 * takes the type as TYPEnnn.
 */
export const isLittleKnown = (code: number): boolean => code >= privateUse || young.has(code);

const privateUse = 65280;
const young: ReadonlySet<number> = new Set(
  ['DSYNC', 'RESINFO', 'WALLET', 'CLA', 'IPN'].map((name) => codeOfMnemonic(name) ?? 0),
);

/** The mnemonic of a number, else TYPEnnn (RFC 3597 section 5). */
export const typeNameOf = (code: number): string => nameByCode.get(code) ?? `TYPE${code}`;

/** The number of a mnemonic in any case or of TYPEnnn; null if it is neither. */
export const typeCodeOf = (text: string): number | null => {
  const upper = text.toUpperCase();
  const known = codeOfMnemonic(upper);
  if (known !== null) return known;
  const digits = /^TYPE([0-9]{1,5})$/.exec(upper)?.[1];
  return digits !== undefined && Number(digits) <= 65535 ? Number(digits) : null;
};
