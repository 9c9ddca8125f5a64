/** A zone's master file text: its SOA with this serial, one name server, and `extra`. */
export const zoneText = (name: string, extra = '', serial = 1): string =>
  `$ORIGIN ${name}\n$TTL 60\n@ SOA ns1 hostmaster ${serial} 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.53\n${extra}`;

/** `count` addresses, one a name. */
export const manyAddresses = (count: number): string =>
  Array.from({ length: count }, (_, i) => `host${i} A 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}\n`).join('');
