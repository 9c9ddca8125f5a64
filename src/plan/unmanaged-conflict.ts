import { aliasedTypes, aliasSetType, besideCname } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import type { ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, Unreadable } from '../model/zone.ts';
import { isProtected } from './ownership.ts';

/** A wanted RRset that what we leave alone stands in the way of. */
export interface UnmanagedConflict {
  readonly rrset: RRset;
  readonly rule: 'unmanaged-conflict';
  readonly message: string;
}

export interface LeftAlone {
  readonly rrset: ExistingRRset;
  readonly why: string;
}

/** What of others may stay beside a CNAME; KEY did before there was DNSKEY (RFC 2535 section 2.3.5). */
const withCname: ReadonlySet<string> = new Set([...besideCname, 'NSEC3', 'KEY']);

/** Finds the wanted RRsets that are not ours to write, or that DNS does not allow beside what stays. */
export const unmanagedConflicts = (
  wanted: ReadonlyRRsetMap<RRset>,
  left: readonly LeftAlone[],
  unreadable: readonly Unreadable[],
): readonly UnmanagedConflict[] => {
  const found: UnmanagedConflict[] = [];
  const clash = (rrset: RRset | undefined, message: string) => {
    if (rrset !== undefined) found.push({ rrset, rule: 'unmanaged-conflict', message });
  };
  for (const { rrset, why } of left) {
    if (isProtected(why)) clash(wanted.get(rrset), `it exists and is not ours to write (${why})`);
  }
  for (const { rrset, why } of left) {
    for (const type of aliasedTypes(rrset)) {
      clash(wanted.get({ name: rrset.name, type }), `it cannot stand beside the alias that is left alone (${why})`);
    }
  }
  for (const { name, type, why } of [...left.map(({ rrset, why }) => ({ ...rrset, why })), ...unreadable]) {
    const alias = wanted.get({ name, type: aliasSetType });
    if (alias !== undefined && aliasedTypes(alias).includes(type)) {
      clash(alias, `it cannot stand beside the ${type} that is left alone (${why})`);
    }
  }
  for (const each of unreadable) clash(wanted.get(each), `what exists there cannot be read (${each.why})`);
  const served = [
    ...left.flatMap(({ rrset: { name, type, values }, why }) => (values.length > 0 ? [{ name, type, why }] : [])),
    ...unreadable,
  ].filter(({ type }) => !withCname.has(type));
  const cnames = new Map(served.filter(({ type }) => type === 'CNAME').map((each) => [each.name, each]));
  for (const { name, type, why } of served) {
    if (type === 'CNAME') continue;
    clash(wanted.get({ name, type: 'CNAME' }), `a CNAME cannot stand beside the ${type} that is left alone (${why})`);
  }
  if (cnames.size === 0) return found;
  for (const rrset of wanted.values()) {
    const cname = rrset.type === 'CNAME' ? undefined : cnames.get(rrset.name);
    if (cname !== undefined) clash(rrset, `it cannot stand beside the CNAME that is left alone (${cname.why})`);
  }
  return found;
};
