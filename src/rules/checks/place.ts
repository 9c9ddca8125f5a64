import { isWildcard } from '../../model/name.ts';
import type { RRset } from '../../model/rrset.ts';
import { type Faults, faultIf, labelOf, type RRsetRule } from '../rule.ts';
import type { Occlusion, ZoneIndex } from '../zone-index.ts';

// Where RRsets may stand: at the apex only, not at the apex, on this side of a cut.

const isGlue = ({ name, type }: RRset, zone: ZoneIndex): boolean =>
  (type === 'A' || type === 'AAAA') && zone.nameServers().has(name);

/** What the parent's side of a cut holds (RFC 4035 section 2.6, RFC 2181 section 6). */
const parentTypes = new Set(['NS', 'DS', 'NSEC', 'NSEC3', 'RRSIG']);

const belongsToParent = (rrset: RRset, cut: Occlusion, zone: ZoneIndex): boolean =>
  (rrset.name === cut.name && parentTypes.has(rrset.type)) || isGlue(rrset, zone);

const hasOcclusion = (kind: Occlusion['kind']) => (zone: ZoneIndex) => zone.hasOcclusion(kind);

export const subzone: RRsetRule = {
  id: 'subzone',
  scope: 'rrset',
  types: 'every',
  applies: hasOcclusion('subzone'),
  check: (rrset, zone) => {
    const cut = zone.occludedBy(rrset.name);
    return faultIf(
      cut?.kind === 'subzone' && !belongsToParent(rrset, cut, zone),
      () =>
        `${labelOf(rrset)} belongs to ${cut?.name}, which is a zone of its own in hostmaster.yaml; move it to that zone's file (only NS, DS and glue stay here)`,
    );
  },
};

export const belowDelegation: RRsetRule = {
  id: 'below-delegation',
  scope: 'rrset',
  types: 'every',
  applies: hasOcclusion('delegation'),
  check: (rrset, zone) => {
    const cut = zone.occludedBy(rrset.name);
    if (cut?.kind !== 'delegation' || belongsToParent(rrset, cut, zone)) return null;
    // A rule of their own speaks of these.
    if (rrset.name === cut.name && (rrset.type === 'CNAME' || rrset.type === 'DNAME')) return null;
    return faultIf(
      true,
      () =>
        `${labelOf(rrset)} can never be answered: ${cut.name} is delegated by its NS, and this is not glue for it; remove it, or the delegation`,
    );
  },
};

export const belowDname: RRsetRule = {
  id: 'below-dname',
  scope: 'rrset',
  types: 'every',
  applies: hasOcclusion('dname'),
  check: (rrset, zone) => {
    const cut = zone.occludedBy(rrset.name);
    return faultIf(
      cut?.kind === 'dname',
      () =>
        `${labelOf(rrset)} can never be answered: the DNAME at ${cut?.name} redirects all names below it (RFC 6672 section 2.4); remove one of them`,
    );
  },
};

export const nsWildcard: RRsetRule = {
  id: 'ns-wildcard',
  scope: 'rrset',
  types: ['NS'],
  check: (rrset) =>
    faultIf(
      isWildcard(rrset.name),
      () => `${labelOf(rrset)}: a wildcard cannot be delegated (RFC 4592 section 4.2); delegate each name`,
    ),
};

export const apexCname: RRsetRule = {
  id: 'apex-cname',
  scope: 'rrset',
  types: ['CNAME'],
  check: (rrset, zone) =>
    faultIf(
      rrset.name === zone.apex,
      () =>
        `${labelOf(rrset)}: the apex has SOA and NS, which a CNAME cannot stand beside (RFC 1034 section 3.6.2); use A and AAAA, or ALIAS where the name server has it`,
    ),
};

export const apexOnly: RRsetRule = {
  id: 'apex-only',
  scope: 'rrset',
  types: ['DNSKEY', 'CDNSKEY', 'CDS', 'CSYNC', 'NSEC3PARAM', 'ZONEMD'],
  check: (rrset, zone) =>
    faultIf(
      rrset.name !== zone.apex,
      () => `${labelOf(rrset)}: ${rrset.type} stands at the zone's apex only, ${zone.apex}; move it there`,
    ),
};

export const dsAtApex: RRsetRule = {
  id: 'ds-at-apex',
  scope: 'rrset',
  types: ['DS'],
  check: (rrset, zone) =>
    faultIf(
      rrset.name === zone.apex,
      () => `${labelOf(rrset)}: a zone's DS stands in its parent (RFC 4035 section 2.4); hand it to the parent's owner`,
    ),
};

export const repeatedZone: RRsetRule = {
  id: 'repeated-zone',
  scope: 'rrset',
  types: 'every',
  applies: (zone) => zone.apex.indexOf('.') < zone.apex.length - 1,
  check: (rrset, zone): Faults =>
    faultIf(
      repeatsZone(rrset.name, zone.apex),
      () =>
        `${labelOf(rrset)}: the name repeats the zone; in a zone file names are relative to ${zone.apex}, so leave the second one out`,
    ),
};

/** `www.example.com.example.com.` or `example.com.example.com.` in `example.com.`. */
export const repeatsZone = (name: string, apex: string): boolean => {
  const twice = `${apex}${apex}`;
  return name.length >= twice.length && (name === twice || name.endsWith(`.${twice}`));
};
