import { lazy } from './lazy.ts';
import { isWithin, parentOf } from './name.ts';
import { traitsOf } from './rr-types.ts';
import type { RRsetKey } from './rrset.ts';

// A zone as a tree of names: which RRsets answer for a name, and which names the zone does not answer for itself.
//
// - A name **exists** where it has RRsets, or where a name below it has: then it is an empty non-terminal (RFC 4592
//   section 2.2.2). The apex always exists.
// - A **zone cut** is the NS RRset of a name below the apex: the name is delegated, and the child zone answers from there
//   down (RFC 9499 section 7). A **DNAME** redirects every name below its own, and leaves its own alone (RFC 6672
//   section 2.3). What lies there is **occluded**: never answered, but for the DS of the zone cut, which is the parent's
//   (RFC 4035 section 3.1.4.1), and glue. Of several, the one nearest to the apex decides, as whoever looks a name up
//   comes from there (RFC 1034 section 4.3.2, step 3); where both stand at one name, the zone cut.
// - A name that does not exist is answered for by the wildcard below its **closest encloser**, which is the longest name
//   above it that exists. That wildcard is its **source of synthesis** (RFC 4592 section 3.3.1); no other wildcard counts,
//   and none at all for a name that exists.
//
// Premise: names are canonical, and those that are asked for are within the zone. Where the RRsets are kept is the
// caller's affair: `zoneTree` asks for one name at a time, `zoneTreeOf` holds them itself.

/** What a tree has to know of a zone. `O` is what occludes: an NS or DNAME, or what stands for one. */
export interface ZoneNames<T, O extends RRsetKey> {
  readonly apex: string;
  /** The RRsets of a name, each type once. */
  at(name: string): readonly T[];
  /** Is there an RRset at or below the name? The apex always exists. */
  exists(name: string): boolean;
  /** The zone cut or DNAME of this very name. */
  occlusionAt(name: string): O | undefined;
}

export interface ZoneTree<T, O extends RRsetKey = T & RRsetKey> extends ZoneNames<T, O> {
  /** The zone cut at or above a name, or the DNAME above it, that it is occluded by. Without a type, any but DS. */
  occludedBy(name: string, type?: string): O | null;
  /** The longest name at or above this one that exists. */
  closestEncloser(name: string): string;
  /** The name of the wildcard that would answer for a name, whether it is there or not; null: the name exists. */
  sourceOfSynthesis(name: string): string | null;
  /** The RRsets that answer for a name: its own, or its wildcard's. They may be occluded. */
  rrsetsFor(name: string): readonly T[];
  isEmptyNonTerminal(name: string): boolean;
  /**
   * Is a question for the name answered with NOERROR, if only with NODATA: does the name exist, or its source of synthesis,
   * which may itself be an empty non-terminal (RFC 4592 section 2.2.3)? Else it is NXDOMAIN.
   */
  isAnswered(name: string): boolean;
}

export const zoneTree = <T, O extends RRsetKey>(names: ZoneNames<T, O>): ZoneTree<T, O> => {
  const { apex, at, exists, occlusionAt } = names;
  const closestEncloser = (name: string): string => {
    let encloser = name;
    while (encloser !== apex && encloser !== '.' && !exists(encloser)) encloser = parentOf(encloser);
    return encloser;
  };
  const sourceOfSynthesis = (name: string): string | null =>
    exists(name) || !isWithin(name, apex) ? null : wildcardBelow(closestEncloser(parentOf(name)));
  return {
    ...names,
    occludedBy: (name, type) => {
      const by = uppermostOcclusion(name, apex, occlusionAt);
      return type === 'DS' && by?.name === name ? null : by;
    },
    closestEncloser,
    sourceOfSynthesis,
    rrsetsFor: (name) => {
      const own = at(name);
      const wildcard = own.length > 0 ? null : sourceOfSynthesis(name);
      return wildcard === null ? own : at(wildcard);
    },
    isEmptyNonTerminal: (name) => at(name).length === 0 && exists(name),
    isAnswered: (name) => exists(sourceOfSynthesis(name) ?? name),
  };
};

/** A tree of these RRsets; what it needs is made when it is first asked for. */
export const zoneTreeOf = <T extends RRsetKey>(apex: string, rrsets: readonly T[]): ZoneTree<T> => {
  const byName = lazy(() => groupByName(rrsets));
  const existing = lazy(() => existingNames(apex, byName().keys()));
  const occlusions = lazy(() => mapOcclusions(rrsets.filter((rrset) => occludes(rrset, apex))));
  return zoneTree({
    apex,
    at: (name) => byName().get(name) ?? [],
    exists: (name) => existing().has(name),
    occlusionAt: (name) => occlusions().get(name),
  });
};

/** Does an RRset take the names at or below its own out of the zone? */
export const occludes = ({ name, type }: RRsetKey, apex: string): boolean =>
  type === 'DNAME' || (type === 'NS' && name !== apex);

/** What occludes among the RRsets of one name. */
export const occlusionIn = <O extends RRsetKey>(rrsets: readonly O[], apex: string): O | undefined =>
  rrsets.find((rrset) => rrset.type === 'NS' && occludes(rrset, apex)) ?? rrsets.find(({ type }) => type === 'DNAME');

/** By name; a zone cut goes before a DNAME of the same name, and of two of one type the last. */
export const mapOcclusions = <O extends RRsetKey>(occlusions: Iterable<O>): ReadonlyMap<string, O> => {
  const byName = new Map<string, O>();
  for (const each of occlusions) {
    if (each.type === 'NS' || byName.get(each.name)?.type !== 'NS') byName.set(each.name, each);
  }
  return byName;
};

const uppermostOcclusion = <O extends RRsetKey>(
  name: string,
  apex: string,
  occlusionAt: (name: string) => O | undefined,
): O | null => {
  let found: O | null = null;
  for (let at = name; ; at = parentOf(at)) {
    const by = occlusionAt(at);
    if (by !== undefined && (by.type === 'NS' || at !== name)) found = by;
    if (at === apex || at === '.') return found;
  }
};

/**
 * May an RRset of this type, when it comes, goes or changes, decide what is answered for the names below its own? With DS,
 * as a delegation's DS and NS come and go together.
 */
export const decidesBelow = (type: string): boolean => traitsOf(type).decidesBelow === true;

const wildcardBelow = (encloser: string): string => (encloser === '.' ? '*.' : `*.${encloser}`);

/** The names above one, the nearest first, up to the apex and with it. */
export const namesAbove = (name: string, apex: string): readonly string[] => {
  const above: string[] = [];
  for (let at = name; at !== apex && at !== '.'; ) {
    at = parentOf(at);
    above.push(at);
  }
  return above;
};

/** The names that exist where these have RRsets, empty non-terminals and the apex with them. */
export const existingNames = (apex: string, names: Iterable<string>): ReadonlySet<string> => {
  const existing = new Set([apex]);
  for (const name of names) {
    if (!isWithin(name, apex)) continue;
    for (let at = name; !existing.has(at); at = parentOf(at)) existing.add(at);
  }
  return existing;
};

export const groupByName = <T extends RRsetKey>(rrsets: Iterable<T>): ReadonlyMap<string, readonly T[]> => {
  const byName = new Map<string, T[]>();
  for (const rrset of rrsets) {
    const known = byName.get(rrset.name);
    if (known === undefined) byName.set(rrset.name, [rrset]);
    else known.push(rrset);
  }
  return byName;
};
