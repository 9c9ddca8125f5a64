/** The serial's place in SOA rdata (RFC 1035 section 3.3.13), in canonical text. */
const serialField = 2;

/** `rdata` with the serial of `other`: the serial is always the name server's. */
export const withSerialOf = (rdata: string, other: string): string =>
  rdata
    .split(' ')
    .map((field, i) => (i === serialField ? (other.split(' ')[serialField] ?? field) : field))
    .join(' ');

export const withSerialNumber = (rdata: string, serial: number): string =>
  rdata
    .split(' ')
    .map((field, i) => (i === serialField ? String(serial) : field))
    .join(' ');

export const serialOf = (rdata: string): number => Number(rdata.split(' ')[serialField]);
