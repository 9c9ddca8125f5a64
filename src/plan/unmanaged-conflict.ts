import type { UnmanagedReason } from '../model/plan.ts';
import { aliasedTypes, aliasSetType, besideCname } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import type { ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, Unreadable } from '../model/zone.ts';
import { isProtected } from './ownership.ts';

/** A wanted RRset that an unmanaged one is in the way of. */
export interface UnmanagedConflict {
  readonly rrset: RRset;
  readonly rule: 'unmanaged-conflict';
  readonly message: string;
}

export interface UnmanagedRRset {
  readonly rrset: ExistingRRset;
  readonly reason: UnmanagedReason;
}

/** Types that may stand beside a CNAME; KEY did before there was DNSKEY (RFC 2535 section 2.3.5). */
const allowedBesideCname: ReadonlySet<string> = new Set([...besideCname, 'NSEC3', 'KEY']);

/** Finds the wanted RRsets that are not ours to write, or that DNS does not allow beside what stays. */
export const unmanagedConflicts = (
  wanted: ReadonlyRRsetMap<RRset>,
  unmanaged: readonly UnmanagedRRset[],
  unreadable: readonly Unreadable[],
): readonly UnmanagedConflict[] => {
  const found: UnmanagedConflict[] = [];
  const conflict = (rrset: RRset | undefined, message: string) => {
    if (rrset !== undefined) found.push({ rrset, rule: 'unmanaged-conflict', message });
  };
  for (const { rrset, reason } of unmanaged) {
    if (isProtected(reason)) conflict(wanted.get(rrset), `it exists and is not ours to write (${reason.why})`);
  }
  for (const { rrset, reason } of unmanaged) {
    for (const type of aliasedTypes(rrset)) {
      const message = `it cannot stand beside the alias that is left alone (${reason.why})`;
      conflict(wanted.get({ name: rrset.name, type }), message);
    }
  }
  for (const { name, type, why } of [...unmanaged.map(keyAndWhy), ...unreadable]) {
    const alias = wanted.get({ name, type: aliasSetType });
    if (alias !== undefined && aliasedTypes(alias).includes(type)) {
      conflict(alias, `it cannot stand beside the ${type} that is left alone (${why})`);
    }
  }
  for (const each of unreadable) conflict(wanted.get(each), `what exists there cannot be read (${each.why})`);
  const served = [...unmanaged.filter(({ rrset }) => rrset.values.length > 0).map(keyAndWhy), ...unreadable].filter(
    ({ type }) => !allowedBesideCname.has(type),
  );
  const cnames = new Map(served.filter(({ type }) => type === 'CNAME').map((each) => [each.name, each]));
  for (const { name, type, why } of served) {
    if (type === 'CNAME') continue;
    conflict(
      wanted.get({ name, type: 'CNAME' }),
      `a CNAME cannot stand beside the ${type} that is left alone (${why})`,
    );
  }
  if (cnames.size === 0) return found;
  for (const rrset of wanted.values()) {
    const cname = rrset.type === 'CNAME' ? undefined : cnames.get(rrset.name);
    if (cname !== undefined) conflict(rrset, `it cannot stand beside the CNAME that is left alone (${cname.why})`);
  }
  return found;
};

const keyAndWhy = ({ rrset: { name, type }, reason: { why } }: UnmanagedRRset) => ({ name, type, why });
