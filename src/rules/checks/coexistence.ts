import { aliasedTypes, aliasSetType, besideCname } from '../../model/rdata.ts';
import type { RRset } from '../../model/rrset.ts';
import { type Faults, fault, labelOf, type NameRule, placeOf, type RRsetRule } from '../rule.ts';

// Which types may share a name, and which may have one value only.

const find = (rrsets: readonly RRset[], type: string) => rrsets.find((rrset) => rrset.type === type);

const typesOf = (rrsets: readonly RRset[]) =>
  rrsets
    .map((rrset) => rrset.type)
    .sort()
    .join(' and ');

export const cnameCoexistence: NameRule = {
  id: 'cname-coexistence',
  scope: 'name',
  check: (rrsets, zone): Faults => {
    const cname = find(rrsets, 'CNAME');
    if (cname === undefined || cname.name === zone.apex) return null;
    const others = rrsets.filter((rrset) => rrset.type !== 'CNAME' && !besideCname.has(rrset.type));
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
    const faults = rrsets.flatMap((alias) => {
      const answered = alias.type === 'ALIAS' ? ['A', 'AAAA'] : aliasedTypes(alias);
      const others = rrsets.filter(({ type }) => answered.includes(type));
      if (others.length === 0) return [];
      const what = alias.type === 'ALIAS' ? "the name's addresses" : 'the same type';
      const message = `${labelOf(alias)} stands beside ${typesOf(others)}: both answer for ${what}; remove one of them`;
      return [fault(message, placeOf(alias))];
    });
    return faults.length === 0 ? null : faults;
  },
};

export const oneValue: RRsetRule = {
  id: 'one-value',
  scope: 'rrset',
  types: ['CNAME', 'DNAME', 'ALIAS', 'SOA', aliasSetType],
  check: (rrset) => {
    const [count, most] = [rrset.values.length, rrset.type === aliasSetType ? aliasedTypes(rrset).length : 1];
    const what = rrset.type === aliasSetType ? 'one for each type' : 'exactly one';
    return count <= most ? null : [fault(`${labelOf(rrset)} has ${count} values; ${rrset.type} has ${what}`)];
  },
};
