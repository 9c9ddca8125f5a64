import { synthesisedTypes } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import { indexZone, occludedBy, wildcardFor } from './content.ts';
import { innerTypes } from './expect.ts';

/** A name, and one type of it or all (null). */
export interface Asked {
  readonly name: string;
  readonly type: string | null;
}

/** Types that answer for others at their name. */
const forOthers: ReadonlySet<string> = new Set(['CNAME', ...synthesisedTypes]);

/**
 * The RRsets of a zone that decide what is answered for a name: its own; those of the wildcard that answers for it; and
 * the zone cut or DNAME that hides it.
 */
export const answering = (zone: string, rrsets: readonly RRset[], asked: Asked): readonly RRset[] => {
  const content = indexZone(zone, rrsets);
  const hider = occludedBy(content, asked.name);
  const wildcard = [...(wildcardFor(content, asked.name)?.values() ?? [])];
  return rrsets.filter(
    (rrset) =>
      rrset === hider || (isOfType(rrset.type, asked.type) && (rrset.name === asked.name || wildcard.includes(rrset))),
  );
};

const isOfType = (type: string, asked: string | null): boolean =>
  asked === null || type === asked || forOthers.has(type);

/** What to ask for, so that these RRsets show: LUA and ALIAS never do by their own type. */
export const typesToAsk = (rrsets: readonly RRset[], { type }: Asked): readonly string[] => {
  const types = type !== null ? [type] : rrsets.map((rrset) => rrset.type);
  const shown = types.flatMap((each) => {
    if (each === 'ALIAS') return ['A', 'AAAA'];
    return synthesisedTypes.has(each) ? rrsets.filter(({ type }) => type === each).flatMap(innerTypes) : [each];
  });
  return shown.length === 0 ? ['A'] : [...new Set(shown)];
};
