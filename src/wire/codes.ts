/** RCODE mnemonics of the IANA registry, by number (RFC 1035, 2136, 6891, 8945). */
const rcodeNames: readonly (string | undefined)[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
  'DSOTYPENI',
  undefined,
  undefined,
  undefined,
  undefined,
  'BADVERS',
];

export const rcodeName = (code: number): string => rcodeNames[code] ?? `RCODE${code}`;

export const rcodeOf = (name: string): number => {
  const code = rcodeNames.indexOf(name);
  return code === -1 ? Number(name.slice('RCODE'.length)) : code;
};

export const classCodes = { IN: 1, CH: 3, NONE: 254, ANY: 255 } as const;

export const opcodes = { QUERY: 0, NOTIFY: 4, UPDATE: 5 } as const;

/** The pseudo types of a message that are no record of a zone. */
export const typeCodes = { OPT: 41, TSIG: 250, IXFR: 251, AXFR: 252, ANY: 255 } as const;

/** Such a type as the `type` of a question or record. */
export const metaType = (type: keyof typeof typeCodes): string => `TYPE${typeCodes[type]}`;
