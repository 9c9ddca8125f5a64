import { ownTypes, rrTypes, type Supports } from '../../src/provider.ts';

const onlyOf = (service: string): string =>
  `only ${service} can answer with it; a name server of RFC 2136 would serve it as unknown octets`;
const makesItself = 'a name server that signs makes it itself, and takes none by UPDATE';

const refuses: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    rrTypes.flatMap(({ name, traits: { service } }) => (service === undefined ? [] : [[name, onlyOf(service)]])),
  ),
  RRSIG: makesItself,
  NSEC: makesItself,
  NSEC3: makesItself,
};

/** What a person does instead. */
export const howZonesAreMade =
  'RFC 2136 has no way to make a zone; in BIND give it a "zone" block with allow-update and allow-transfer for the key (or "rndc addzone"), in Knot a "domain" under "zone" with an acl whose action is [update, transfer] (or "knotc conf-set")';

export const howZonesAreDeleted =
  'RFC 2136 has no way to delete a zone; in BIND take its "zone" block out (or "rndc delzone"), in Knot its "domain" under "zone" (or "knotc conf-unset")';

/** What stands in an UPDATE beside one RRset: header, zone, SOA, the RRset's name and the signature, each at its longest. */
const besideRRset = 1_535;

/** What BIND and Knot take by UPDATE. How many octets a write may have is said by `cut`. */
export const supportsOf = ({
  maxValues,
  parallel,
}: {
  readonly maxValues: number;
  readonly parallel: number;
}): Supports => ({
  types: rrTypes.map((type) => type.name).filter((type) => refuses[type] === undefined),
  refuses,
  unknown_types: true,
  escaped_names: true,
  synthesised: [],
  own_types: ownTypes,
  min_ttl: 0,
  max_ttl: 2_147_483_647,
  atomic: true,
  max_changes: 5_000,
  max_bytes: 1_000_000,
  bytes_per_change: 40,
  bytes_per_value: 20,
  max_rrset_bytes: 65_535 - besideRRset,
  max_values: maxValues,
  parallel_zones: parallel,
  cas: 'native',
  verify: 'dns',
  health_checks: false,
  creates_zones: false,
  zones_are_made: howZonesAreMade,
  zones_are_deleted: howZonesAreDeleted,
});
