import type { CheckedAnswer } from '../model/health.ts';
import { isWithin, parentOf } from '../model/name.ts';

/** An RRset as far as answers go. */
export interface ServedRRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly { readonly rdata: string }[];
  /** Of a health-checked RRset that the provider made: what each address type may be answered with. */
  readonly checked?: readonly CheckedAnswer[] | null;
}

/** What a zone should answer with, ready to be looked up by name. */
export interface ZoneContent {
  readonly zone: string;
  at(name: string): ReadonlyMap<string, ServedRRset> | undefined;
  /** Is there anything at or below the name? An empty non-terminal exists (RFC 4592 section 2.2.2). */
  exists(name: string): boolean;
}

export const indexZone = (zone: string, rrsets: readonly ServedRRset[]): ZoneContent => {
  const names = new Map<string, Map<string, ServedRRset>>();
  const existing = new Set([zone]);
  for (const rrset of rrsets) {
    const at = names.get(rrset.name);
    if (at === undefined) names.set(rrset.name, new Map([[rrset.type, rrset]]));
    else at.set(rrset.type, rrset);
    for (let name = rrset.name; !existing.has(name) && isWithin(name, zone); name = parentOf(name)) existing.add(name);
  }
  return { zone, at: (name) => names.get(name), exists: (name) => existing.has(name) };
};

/**
 * What takes the answer for `name` away from the name itself, the nearest to the apex first: a zone cut at or above it
 * (RFC 1034 section 4.3.2, step 3b), or a DNAME above it (RFC 6672 section 2.3).
 */
export const occludedBy = (content: ZoneContent, name: string): ServedRRset | null => {
  for (const above of pathTo(content.zone, name)) {
    const sets = content.at(above);
    const cut = above === content.zone ? undefined : sets?.get('NS');
    const hider = cut ?? (above === name ? undefined : sets?.get('DNAME'));
    if (hider !== undefined) return hider;
  }
  return null;
};

/** The wildcard that answers for a name that does not exist, or null (RFC 4592 section 3.3.1). */
export const wildcardFor = (content: ZoneContent, name: string): ReadonlyMap<string, ServedRRset> | null => {
  if (name === content.zone || content.exists(name) || !isWithin(name, content.zone)) return null;
  let encloser = parentOf(name);
  while (!content.exists(encloser)) encloser = parentOf(encloser);
  return content.at(encloser === '.' ? '*.' : `*.${encloser}`) ?? null;
};

/** The apex, and every name from there down to `name`. */
const pathTo = (zone: string, name: string): readonly string[] => {
  const path = [name];
  for (let above = name; above !== zone && above !== '.'; ) {
    above = parentOf(above);
    path.push(above);
  }
  return path.reverse();
};
