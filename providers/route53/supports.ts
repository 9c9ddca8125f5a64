import { aliasSetType, ownTypes, rrTypes, type Supports } from '../../src/provider.ts';
import { mostRecords, mostValues } from './limits.ts';
import type { Settings } from './settings.ts';

/** As AWS lists them ("Supported DNS record types"). */
const types: ReadonlySet<string> = new Set([
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'DS',
  'HTTPS',
  'MX',
  'NAPTR',
  'NS',
  'PTR',
  'SOA',
  'SPF',
  'SRV',
  'SSHFP',
  'SVCB',
  'TLSA',
  'TXT',
]);

const known = rrTypes.map((type) => type.name);

/** What Route 53 takes. How much fits one write is said by `cut`. */
export const supportsOf = ({ parallel, verify }: Pick<Settings, 'parallel' | 'verify'>): Supports => ({
  types: [...known.filter((type) => types.has(type)), aliasSetType],
  refuses: Object.fromEntries(
    known.filter((type) => !types.has(type)).map((type) => [type, `Route 53 has no type ${type}`]),
  ),
  unknown_types: false,
  escaped_names: true,
  synthesised: [],
  own_types: [...ownTypes, aliasSetType],
  min_ttl: 0,
  max_ttl: 2_147_483_647,
  atomic: true,
  max_changes: mostRecords,
  max_bytes: 1_000_000,
  bytes_per_change: 0,
  bytes_per_value: 0,
  max_rrset_bytes: 65_240,
  max_values: mostValues,
  parallel_zones: parallel,
  cas: 'native',
  verify,
  health_checks: true,
  creates_zones: true,
});
