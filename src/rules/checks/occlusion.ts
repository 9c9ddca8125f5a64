import { isWildcard } from '../../model/name.ts';
import { isAddressType } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import { nameAndType, type RRsetRule, violationIf } from '../rule.ts';
import type { Occlusion, ZoneIndex } from '../zone-index.ts';

// What lies at or below a zone cut or below a DNAME, and is never answered from this zone.

const isGlue = ({ name, type }: RRset, zone: ZoneIndex): boolean => isAddressType(type) && zone.nameServers().has(name);

/** What the parent's side of a cut holds (RFC 4035 section 2.6, RFC 2181 section 6). */
const parentTypes = new Set(['NS', 'DS', 'NSEC', 'NSEC3', 'RRSIG']);

const belongsToParent = (rrset: RRset, cut: Occlusion, zone: ZoneIndex): boolean =>
  (rrset.name === cut.name && parentTypes.has(rrset.type)) || isGlue(rrset, zone);

const hasOcclusion = (kind: Occlusion['kind']) => (zone: ZoneIndex) => zone.hasOcclusion(kind);

export const subzone: RRsetRule = {
  id: 'subzone',
  severity: 'error',
  summary: 'An RRset belongs to a sub-zone that is configured as a zone of its own.',
  octodns: 'refuses; and glue',
  namedCheckzone: 'accepts, as it sees one zone only',
  why: "NS, DS and glue are the parent's; without the glue the sub-zone could not be reached.",
  scope: 'rrset',
  types: 'every',
  applies: hasOcclusion('subzone'),
  check: (rrset, zone) => {
    const cut = zone.occludedBy(rrset.name);
    return violationIf(
      cut?.kind === 'subzone' && !belongsToParent(rrset, cut, zone),
      () =>
        `${nameAndType(rrset)} belongs to ${cut?.name}, which is a zone of its own in hostmaster.yaml; move it to that zone's file (only NS, DS and glue stay here)`,
    );
  },
};

export const belowDelegation: RRsetRule = {
  id: 'below-delegation',
  severity: 'error',
  summary: 'An RRset stands at or below a delegation, and is neither NS, DS nor glue.',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'It can never be answered, so it is not what its author meant.',
  scope: 'rrset',
  types: 'every',
  applies: hasOcclusion('delegation'),
  check: (rrset, zone) => {
    const cut = zone.occludedBy(rrset.name);
    if (cut?.kind !== 'delegation' || belongsToParent(rrset, cut, zone)) return null;
    // A rule of their own speaks of these.
    if (rrset.name === cut.name && (rrset.type === 'CNAME' || rrset.type === 'DNAME')) return null;
    return violationIf(
      true,
      () =>
        `${nameAndType(rrset)} can never be answered: ${cut.name} is delegated (NS), and this is not its glue; remove this, or the delegation`,
    );
  },
};

export const belowDname: RRsetRule = {
  id: 'below-dname',
  severity: 'error',
  summary: 'An RRset stands below a DNAME (RFC 6672 section 2.4).',
  octodns: 'refuses',
  namedCheckzone: 'accepts',
  why: 'It can never be answered.',
  scope: 'rrset',
  types: 'every',
  applies: hasOcclusion('dname'),
  check: (rrset, zone) => {
    const cut = zone.occludedBy(rrset.name);
    return violationIf(
      cut?.kind === 'dname',
      () =>
        `${nameAndType(rrset)} can never be answered: the DNAME at ${cut?.name} redirects all names below it (RFC 6672 section 2.4); remove one of them`,
    );
  },
};

export const nsWildcard: RRsetRule = {
  id: 'ns-wildcard',
  severity: 'error',
  summary: 'An NS stands at a wildcard (RFC 4592 section 4.2).',
  octodns: 'accepts',
  namedCheckzone: 'refuses',
  why: 'Its meaning is undefined.',
  scope: 'rrset',
  types: ['NS'],
  check: (rrset) =>
    violationIf(
      isWildcard(rrset.name),
      () => `${nameAndType(rrset)}: a wildcard cannot be delegated (RFC 4592 section 4.2); delegate each name`,
    ),
};
