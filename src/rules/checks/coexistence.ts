import { grouping } from '../../model/phrases.ts';
import { answeredTypes, besideCname, standsAlone, traitsOf } from '../../model/rr-types.ts';
import { type RRset, rrsetOfType } from '../../model/rrset.ts';
import { firstOrigin, type NameRule, nameAndType, type Violations, violation } from '../rule.ts';

// Which types may share a name.

const mostTypes = 8;

const typesOf = (rrsets: readonly RRset[]) => {
  const types = rrsets.map((rrset) => rrset.type).sort();
  const shown = types.slice(0, mostTypes).join(' and ');
  return types.length > mostTypes ? `${shown} and ${grouping(types.length - mostTypes)} more types` : shown;
};

export const cnameCoexistence: NameRule = {
  id: 'cname-coexistence',
  severity: 'error',
  summary: 'A CNAME stands beside other types at its name (RFC 1034 section 3.6.2).',
  octodns: 'refuses',
  namedCheckzone: 'refuses',
  why: 'The same; all RRsets of the name are quarantined, as nobody knows which was meant.',
  scope: 'name',
  check: (rrsets, zone): Violations => {
    const cname = rrsetOfType(rrsets, 'CNAME');
    if (cname === undefined || cname.name === zone.apex) return null;
    const others = rrsets.filter((rrset) => !standsAlone(rrset.type) && !besideCname.has(rrset.type));
    if (others.length === 0) return null;
    const message = `${nameAndType(cname)} stands beside ${typesOf(others)}: a CNAME must be alone at its name (RFC 1034 section 3.6.2); remove it or the others`;
    return [violation(message, firstOrigin(cname))];
  },
};

export const dnameCoexistence: NameRule = {
  id: 'dname-coexistence',
  severity: 'error',
  summary: 'A DNAME stands beside an NS below the apex (RFC 6672 section 2.4).',
  octodns: 'refuses',
  namedCheckzone: 'accepts',
  why: 'The RFC forbids it, and name servers differ in what they answer.',
  scope: 'name',
  check: (rrsets, zone): Violations => {
    const dname = rrsetOfType(rrsets, 'DNAME');
    if (dname === undefined || dname.name === zone.apex || rrsetOfType(rrsets, 'NS') === undefined) return null;
    const message = `${nameAndType(dname)} stands beside NS: a name is either redirected or delegated (RFC 6672 section 2.4); remove one of them`;
    return [violation(message, firstOrigin(dname))];
  },
};

export const aliasCoexistence: NameRule = {
  id: 'alias-coexistence',
  severity: 'error',
  summary: 'An ALIAS stands beside an A or AAAA, or a Route53Provider/ALIAS beside the type that it is for.',
  octodns: 'refuses; and any ALIAS below the apex',
  namedCheckzone: 'refuses ALIAS as unknown',
  why: 'PowerDNS answers an ALIAS at any name, so below the apex it is allowed here.',
  scope: 'name',
  check: (rrsets): Violations => {
    const violations = rrsets.flatMap((alias) => {
      const { synthesised } = traitsOf(alias.type);
      if (synthesised?.by !== 'lookup') return [];
      const answered = answeredTypes(alias);
      const others = rrsets.filter(({ type }) => answered.includes(type));
      if (others.length === 0) return [];
      const what = synthesised.answers === 'addresses' ? "the name's addresses" : 'the same type';
      const message = `${nameAndType(alias)} stands beside ${typesOf(others)}: both answer for ${what}; remove one of them`;
      return [violation(message, firstOrigin(alias))];
    });
    return violations.length === 0 ? null : violations;
  },
};
