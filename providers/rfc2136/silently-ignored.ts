import { besideCname, type Change, isApexSet, type RefusedChange, standsAlone } from '../../src/provider.ts';
import type { Content } from './content.ts';

/** Types beside which a name server takes a CNAME. */
export const withCname: ReadonlySet<string> = new Set(['CNAME', 'NSEC3', ...besideCname]);

/**
 * The changes that a name server would answer with NOERROR and ignore (RFC 2136 section 3.4.2): a CNAME beside other types,
 * other types beside a CNAME, and the deletion of the apex's SOA or NS.
 */
export const silentlyIgnored = (
  zone: string,
  changes: readonly Change[],
  content: Content,
): readonly RefusedChange[] => {
  const typesAt = typesByName(changes, content);
  return changes.flatMap(({ after, name, type }) => {
    if (after !== null) {
      const conflicting = conflictingType(type, typesAt.get(name) ?? new Set());
      return conflicting === undefined
        ? []
        : [{ name, type, message: `a name server ignores it beside the ${conflicting} there` }];
    }
    const isApex = isApexSet({ name, type }, zone);
    return isApex
      ? [{ name, type, message: `a name server keeps the ${type} of a zone (RFC 2136 section 3.4.2)` }]
      : [];
  });
};

const conflictingType = (type: string, types: ReadonlySet<string>): string | undefined => {
  if (standsAlone(type)) return [...types].find((each) => !withCname.has(each));
  return types.has('CNAME') && !withCname.has(type) ? 'CNAME' : undefined;
};

/** The types that each changed name has after the changes. */
const typesByName = (
  changes: readonly Change[],
  { rrsets, unreadable }: Content,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const types = new Map(changes.map(({ name }) => [name, new Set<string>()]));
  for (const { name, type } of [...rrsets, ...unreadable]) types.get(name)?.add(type);
  for (const { after, name, type } of changes) {
    if (after === null) types.get(name)?.delete(type);
    else types.get(name)?.add(type);
  }
  return types;
};
