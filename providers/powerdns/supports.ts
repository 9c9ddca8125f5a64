import { ownTypes, rrTypes, type Supports } from '../../src/provider.ts';

/** What /config shows, by name. */
export type ServerConfig = ReadonlyMap<string, string>;

/** Types that PowerDNS 4.7 has a form of its own for and that have no fields here. */
const ownForms = ['MB', 'MG', 'MR', 'KEY', 'APL', 'IPSECKEY', 'RKEY', 'NID', 'L64'];

/** Types that PowerDNS makes itself; it takes them, and never answers with what it took. */
const unanswered = {
  RRSIG: 'PowerDNS makes it itself, and answers REFUSED where one is stored',
  NSEC3: 'PowerDNS makes it itself, and does not answer with one that is stored',
};

/** As types name the service that alone has them. */
const own = 'PowerDNS';

const synthesised = rrTypes
  .filter(({ traits }) => traits.service === own && traits.synthesised !== undefined)
  .map(({ name }) => name);

const mebibyte = 1_048_576;
/** Reading a body takes PowerDNS a time that grows with its square: more in one PATCH would not be faster. */
const mostBytes = 1_900_000;

/** What this server can do: PowerDNS 4.7 with this configuration. */
export const supportsOf = (config: ServerConfig, parallel: number | null): Supports => {
  const refuses: Record<string, string> = { ...unanswered };
  for (const type of ownForms)
    refuses[type] = 'PowerDNS takes a form of its own only, and this type has no fields here';
  for (const { name, traits } of rrTypes) {
    if ((traits.service ?? own) !== own) refuses[name] = `only ${traits.service} can answer with it`;
  }
  for (const [type, setting, effect] of switches) {
    if (isOff(config.get(setting))) refuses[type] = `${setting} is off, so that ${effect}; set ${setting}=yes`;
  }
  const bodySize = Number(config.get('webserver-max-bodysize') ?? 2) * mebibyte;
  return {
    types: rrTypes.map((type) => type.name).filter((type) => refuses[type] === undefined),
    refuses,
    unknown_types: true,
    escaped_names: false,
    // As 4.7.3's API takes them: any other gets `contains unsupported characters`.
    name_pattern: '^(?:\\*\\.)?[a-z0-9_/.-]*$',
    synthesised,
    synthesised_by: { name: own, version_bind: 'powerdns' },
    own_types: ownTypes,
    min_ttl: 0,
    max_ttl: 2_147_483_647,
    atomic: true,
    max_changes: 50_000,
    max_bytes: Math.min(mostBytes, Math.floor(bodySize * 0.91)),
    bytes_per_change: 110,
    bytes_per_value: 48,
    // A message of 65,535 octets without its header, the longest question and EDNS.
    max_rrset_bytes: 65_240,
    parallel_zones: parallel ?? (config.get('launch') === 'gpgsql' ? 4 : 1),
    cas: 'checked',
    verify: 'dns',
    health_checks: true,
    creates_zones: true,
    finishes: 'last',
  };
};

/** `enable-lua-records` may also be `shared`. */
const isOff = (value = 'no'): boolean => value === 'no' || value === '';

/** Types that PowerDNS stores in any case and answers with NXDOMAIN or nothing while a setting is off. */
const switches = [
  ['LUA', 'enable-lua-records', 'the name would not exist'],
  ['ALIAS', 'expand-alias', 'it would be no answer'],
  ['DNAME', 'dname-processing', 'the names below it would not exist'],
] as const;
