import type { RRset } from '../../model/rrset.ts';
import { type Faults, fault, labelOf, type NameRule, placeOf, type RRsetRule } from '../rule.ts';

// Which types may share a name, and which may have one value only.

const find = (rrsets: readonly RRset[], type: string) => rrsets.find((rrset) => rrset.type === type);

const typesOf = (rrsets: readonly RRset[]) =>
  rrsets
    .map((rrset) => rrset.type)
    .sort()
    .join(' and ');

/** May stand beside a CNAME (RFC 4035 section 2.5). */
const besideCname = new Set(['CNAME', 'RRSIG', 'NSEC']);

export const cnameCoexistence: NameRule = {
  id: 'cname-coexistence',
  scope: 'name',
  check: (rrsets, zone): Faults => {
    const cname = find(rrsets, 'CNAME');
    if (cname === undefined || cname.name === zone.apex) return null;
    const others = rrsets.filter((rrset) => !besideCname.has(rrset.type));
    if (others.length === 0) return null;
    const message = `${labelOf(cname)} stands beside ${typesOf(others)}: a CNAME must be alone at its name (RFC 1034 section 3.6.2); remove it or the others`;
    return [fault(message, placeOf(cname))];
  },
};

export const dnameCoexistence: NameRule = {
  id: 'dname-coexistence',
  scope: 'name',
  check: (rrsets, zone): Faults => {
    const dname = find(rrsets, 'DNAME');
    if (dname === undefined || dname.name === zone.apex || find(rrsets, 'NS') === undefined) return null;
    const message = `${labelOf(dname)} stands beside NS: a name is either redirected or delegated (RFC 6672 section 2.4); remove one of them`;
    return [fault(message, placeOf(dname))];
  },
};

export const aliasCoexistence: NameRule = {
  id: 'alias-coexistence',
  scope: 'name',
  check: (rrsets): Faults => {
    const alias = find(rrsets, 'ALIAS');
    const others = rrsets.filter((rrset) => rrset.type === 'A' || rrset.type === 'AAAA');
    if (alias === undefined || others.length === 0) return null;
    const message = `${labelOf(alias)} stands beside ${typesOf(others)}: both answer for the name's addresses; remove one of them`;
    return [fault(message, placeOf(alias))];
  },
};

export const oneValue: RRsetRule = {
  id: 'one-value',
  scope: 'rrset',
  types: ['CNAME', 'DNAME', 'ALIAS', 'SOA'],
  check: (rrset) =>
    rrset.values.length < 2
      ? null
      : [fault(`${labelOf(rrset)} has ${rrset.values.length} values; ${rrset.type} has exactly one`)],
};
