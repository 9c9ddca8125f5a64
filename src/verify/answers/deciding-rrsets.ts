import { synthesisedTypes } from '../../model/rdata.ts';
import type { RRset } from '../../model/rrset.ts';
import { zoneTreeOf } from '../../model/zone-tree.ts';
import { innerTypes } from './expectations.ts';

/** A name, and one type of it or all (null). */
export interface AskedName {
  readonly name: string;
  readonly type: string | null;
}

/** Types that answer for others at their name. */
const answerForOthers: ReadonlySet<string> = new Set(['CNAME', ...synthesisedTypes]);

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
  asked === null || type === asked || answerForOthers.has(type);

/** What to ask for, so that these RRsets show: LUA and ALIAS never do by their own type. */
export const typesToAsk = (rrsets: readonly RRset[], { type }: AskedName): readonly string[] => {
  const types = type !== null ? [type] : rrsets.map((rrset) => rrset.type);
  const shown = types.flatMap((each) => {
    if (each === 'ALIAS') return ['A', 'AAAA'];
    return synthesisedTypes.has(each) ? rrsets.filter(({ type }) => type === each).flatMap(innerTypes) : [each];
  });
  return shown.length === 0 ? ['A'] : [...new Set(shown)];
};
