import { ignoreMatcher } from '../model/ignore.ts';
import type { UnmanagedKind, UnmanagedReason } from '../model/plan.ts';
import { isApexSet, isNameServersOf, isSoa, traitsOf } from '../model/rr-types.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import type { ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, IgnoreRule } from '../model/zone.ts';
import type { Supports } from '../provider.ts';

export interface OwnershipInput {
  readonly zone: string;
  readonly owns: 'all' | 'listed';
  readonly ignore: readonly IgnoreRule[];
  readonly supports: Supports;
  readonly desired: Pick<ReadonlyRRsetMap<RRset>, 'has'>;
  /** What the zone file itself says to leave alone. */
  readonly excluded: ReadonlyRRsetMap<UnmanagedReason>;
  readonly existing: readonly ExistingRRset[];
  /** With `owns: listed`: is it known that we wrote all of this? Missing: of nothing. */
  readonly isWritten?: (rrset: ExistingRRset) => boolean;
}

/** Why an existing RRset is left alone; null: it is ours to change. */
export type Ownership = (rrset: ExistingRRset) => UnmanagedReason | null;

/** Foreign and ignored RRsets are never written, even where a zone file wants them. */
export const isProtected = ({ kind }: UnmanagedReason): boolean => kind === 'foreign' || kind === 'ignored';

/** Decides by ExternalDNS's registry, `ignore`, the zone file's exclusions, what the name server makes, and `owns`. */
export const ownership = (input: OwnershipInput): Ownership => {
  const ignored = ignoreMatcher(input.ignore, input.zone);
  const foreign = foreignOwners(input.existing, input.zone);
  const ownTypes = new Set(input.supports.own_types);
  return (rrset) => {
    const owner = foreign === null ? null : foreign(rrset);
    if (owner !== null) return unmanaged('foreign', `foreign: ExternalDNS owner ${owner}`);
    const rule = ignored(rrset);
    if (rule !== null) return unmanaged('ignored', `ignored: ${rule.name} in hostmaster.yaml`);
    const exclusion = input.excluded.get(rrset);
    if (exclusion !== undefined) return exclusion;
    const reason = reasonIfUndesired(rrset, input, ownTypes);
    return reason === null || input.desired.has(rrset) ? null : reason;
  };
};

/** Why an RRset that is not desired is left alone; null: it would be deleted. */
const reasonIfUndesired = (
  rrset: ExistingRRset,
  { owns, zone, isWritten }: OwnershipInput,
  ownTypes: ReadonlySet<string>,
): UnmanagedReason | null => {
  if (isSoa(rrset.type)) return unmanaged('server_own', "the name server's own: the zone file has no SOA");
  if (isNameServersOf(rrset, zone)) return unmanaged('apex_ns', 'apex NS: the zone file has none');
  const { leftUnlessStated } = traitsOf(rrset.type);
  if (leftUnlessStated !== undefined) {
    const rdatas = rrset.values.map(({ rdata }) => rdata).join(', ');
    return unmanaged('alias', `${leftUnlessStated} that the zone file does not state: ${rdatas}`);
  }
  if (ownTypes.has(rrset.type)) return unmanaged('server_own', "the name server's own type");
  if (rrset.values.length === 0) return unmanaged('disabled', 'disabled: not served');
  return owns === 'listed' && isWritten?.(rrset) !== true
    ? unmanaged('not_listed', 'owns: listed, and not known as written by Hostmaster')
    : null;
};

const unmanaged = (kind: UnmanagedKind, why: string): UnmanagedReason => ({ kind, why });

const heritage = /heritage=external-dns/;
const ownerName = /external-dns\/owner=([^,"\\]+)/;

/**
 * ExternalDNS marks what it owns with a TXT at the same name, or, for one type, at the name with `TYPE-` in front.
 * Null where the zone has no such TXT.
 */
export const foreignOwners = (
  existing: Iterable<ExistingRRset>,
  zone: string,
): ((rrset: RRsetKey) => string | null) | null => {
  const markers = new Map<string, string>();
  for (const rrset of existing) {
    if (rrset.type !== 'TXT') continue;
    const marker = rrset.values.find((value) => heritage.test(value.rdata));
    if (marker !== undefined) markers.set(rrset.name, ownerName.exec(marker.rdata)?.[1] ?? 'unknown');
  }
  if (markers.size === 0) return null;
  return (rrset) => {
    if (isApexSet(rrset, zone)) return null;
    return markers.get(rrset.name) ?? markers.get(`${rrset.type.toLowerCase()}-${rrset.name}`) ?? null;
  };
};
