import { ignoreMatcher } from '../model/ignore.ts';
import { aliasSetType } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import type { ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, IgnoreRule } from '../model/zone.ts';
import type { Supports } from '../provider.ts';

export interface OwnershipInput {
  readonly zone: string;
  readonly owns: 'all' | 'listed';
  readonly ignore: readonly IgnoreRule[];
  readonly supports: Supports;
  readonly desired: Pick<ReadonlyRRsetMap<RRset>, 'has'>;
  readonly leftAlone: ReadonlyRRsetMap<string>;
  readonly existing: readonly ExistingRRset[];
  /** Where only what is listed is ours: is it known that we wrote all of this? Default is no. */
  readonly isWritten?: (rrset: ExistingRRset) => boolean;
}

/** Whose an existing RRset is: null for ours; otherwise why it is left alone. */
export type Whose = (rrset: ExistingRRset) => string | null;

/** Foreign and ignored RRsets are never written, even where a zone file wants them. */
export const isProtected = (why: string): boolean => why.startsWith('foreign') || why.startsWith('ignored');

export const ownership = (input: OwnershipInput): Whose => {
  const ignored = ignoreMatcher(input.ignore, input.zone);
  const foreign = foreignOwners(input.existing, input.zone);
  const ownTypes = new Set(input.supports.own_types);
  return (rrset) => {
    const owner = foreign === null ? null : foreign(rrset);
    if (owner !== null) return `foreign: ExternalDNS owner ${owner}`;
    const rule = ignored(rrset);
    if (rule !== null) return `ignored: ${rule.name} in hostmaster.yaml`;
    const alone = input.leftAlone.get(rrset);
    if (alone !== undefined) return alone;
    const undesired = whyUndesired(rrset, input, ownTypes);
    return undesired === null || input.desired.has(rrset) ? null : undesired;
  };
};

/** Why an RRset would be left alone if nobody wanted it; null: it would be deleted. */
const whyUndesired = (
  rrset: ExistingRRset,
  { owns, zone, isWritten }: OwnershipInput,
  ownTypes: ReadonlySet<string>,
): string | null => {
  if (rrset.type === 'SOA') return "the name server's own: the zone file has no SOA";
  if (rrset.type === 'NS' && rrset.name === zone) return 'apex NS: the zone file has none';
  if (rrset.type === aliasSetType) {
    return `alias of Route 53 that the zone file does not state: ${rrset.values.map(({ rdata }) => rdata).join(', ')}`;
  }
  if (ownTypes.has(rrset.type)) return "the name server's own type";
  if (rrset.values.length === 0) return 'disabled: not served';
  return owns === 'listed' && isWritten?.(rrset) !== true
    ? 'owns: listed, and not known as written by Hostmaster'
    : null;
};

const heritage = /heritage=external-dns/;
const ownerName = /external-dns\/owner=([^,"\\]+)/;

/**
 * ExternalDNS marks what it owns with a TXT at the same name, or, for one type, at the name with `TYPE-` in front.
 * Null where the zone has no such TXT.
 */
const foreignOwners = (existing: readonly ExistingRRset[], zone: string): Whose | null => {
  const markers = new Map<string, string>();
  for (const rrset of existing) {
    if (rrset.type !== 'TXT') continue;
    const marker = rrset.values.find((value) => heritage.test(value.rdata));
    if (marker !== undefined) markers.set(rrset.name, ownerName.exec(marker.rdata)?.[1] ?? 'unknown');
  }
  if (markers.size === 0) return null;
  return (rrset) => {
    if (rrset.name === zone && (rrset.type === 'SOA' || rrset.type === 'NS')) return null;
    return markers.get(rrset.name) ?? markers.get(`${rrset.type.toLowerCase()}-${rrset.name}`) ?? null;
  };
};
