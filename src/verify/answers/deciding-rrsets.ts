import { addressTypes, answeredTypes, answersForOthers, traitsOf } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import { zoneTreeOf } from '../../model/zone-tree.ts';

/** A name, and one type of it or all (null). */
export interface AskedName {
  readonly name: string;
  readonly type: string | null;
}

/**
 * The RRsets of a zone that decide what is answered for a name: its own; those of the wildcard that answers for it; and
 * the zone cut or DNAME that occludes it.
 */
export const decidingRRsets = (zone: string, rrsets: readonly RRset[], asked: AskedName): readonly RRset[] => {
  const tree = zoneTreeOf(zone, rrsets);
  const occludedBy = tree.occludedBy(asked.name);
  const own = new Set(tree.rrsetsFor(asked.name));
  return rrsets.filter((rrset) => rrset === occludedBy || (isOfType(rrset.type, asked.type) && own.has(rrset)));
};

const isOfType = (type: string, asked: string | null): boolean =>
  asked === null || type === asked || answersForOthers(type);

/** What to ask for, so that these RRsets show: those that are synthesised never do by their own type. */
export const typesToAsk = (rrsets: readonly RRset[], { type }: AskedName): readonly string[] => {
  const types = type !== null ? [type] : rrsets.map((rrset) => rrset.type);
  const shown = types.flatMap((each): readonly string[] => {
    const { synthesised } = traitsOf(each);
    if (synthesised?.answers === 'addresses') return addressTypes;
    return synthesised === undefined ? [each] : rrsets.filter(({ type }) => type === each).flatMap(answeredTypes);
  });
  return shown.length === 0 ? addressTypes.slice(0, 1) : [...new Set(shown)];
};
