import { besideCname, type Change, type RefusedChange } from '../../src/provider.ts';
import type { Content } from './content.ts';

/** Types of which none makes a name server leave a CNAME out. */
export const withCname: ReadonlySet<string> = new Set(['CNAME', 'NSEC3', ...besideCname]);

/**
 * The changes that a name server would answer with NOERROR and leave out (RFC 2136 section 3.4.2): a CNAME beside
 * others, others beside a CNAME, and the end of the apex's SOA and NS.
 */
export const leftOut = (zone: string, changes: readonly Change[], content: Content): readonly RefusedChange[] => {
  const typesAt = typesByName(changes, content);
  return changes.flatMap(({ after, name, type }) => {
    if (after !== null) {
      const clash = clashOf(type, typesAt.get(name) ?? new Set());
      return clash === undefined
        ? []
        : [{ name, type, message: `a name server leaves it out beside the ${clash} there` }];
    }
    const isApex = name === zone && (type === 'SOA' || type === 'NS');
    return isApex
      ? [{ name, type, message: `a name server keeps the ${type} of a zone (RFC 2136 section 3.4.2)` }]
      : [];
  });
};

const clashOf = (type: string, types: ReadonlySet<string>): string | undefined => {
  if (type === 'CNAME') return [...types].find((each) => !withCname.has(each));
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
