import { isNameServers, typesWhere } from '../../model/rr-types.ts';
import { nameAndType, type RRsetRule, violation, violationIf, type ZoneRule } from '../rule.ts';

// What stands at the apex only, or never there.

export const apexCname: RRsetRule = {
  id: 'apex-cname',
  severity: 'error',
  summary: 'A CNAME stands at the apex (RFC 1034 section 3.6.2).',
  octodns: 'refuses',
  namedCheckzone: 'refuses',
  why: 'The same; only the CNAME is quarantined.',
  scope: 'rrset',
  types: typesWhere(({ alone }) => alone === true),
  check: (rrset, zone) =>
    violationIf(
      rrset.name === zone.apex,
      () =>
        `${nameAndType(rrset)}: the apex has SOA and NS, which a CNAME cannot stand beside (RFC 1034 section 3.6.2); use A and AAAA, or ALIAS where the name server has it`,
    ),
};

export const apexOnly: RRsetRule = {
  id: 'apex-only',
  severity: 'error',
  summary: 'DNSKEY, CDNSKEY, CDS, CSYNC, NSEC3PARAM or ZONEMD stands below the apex.',
  octodns: 'refuses these types as unknown',
  namedCheckzone: 'accepts',
  why: 'They speak for a whole zone; PowerDNS refuses some of them.',
  scope: 'rrset',
  types: typesWhere(({ apex }) => apex === 'only'),
  check: (rrset, zone) =>
    violationIf(
      rrset.name !== zone.apex,
      () => `${nameAndType(rrset)}: ${rrset.type} belongs at the zone's apex, ${zone.apex}; move it there`,
    ),
};

export const dsAtApex: RRsetRule = {
  id: 'ds-at-apex',
  severity: 'error',
  summary: 'A DS stands at the apex (RFC 4035 section 2.4).',
  octodns: 'accepts',
  namedCheckzone: 'refuses',
  why: 'The DS belongs in the parent zone; PowerDNS refuses it.',
  scope: 'rrset',
  types: typesWhere(({ apex }) => apex === 'never'),
  check: (rrset, zone) =>
    violationIf(
      rrset.name === zone.apex,
      () =>
        `${nameAndType(rrset)}: a zone's DS belongs in its parent zone (RFC 4035 section 2.4); give it to whoever runs that one`,
    ),
};

export const apexNsUndeclared: ZoneRule = {
  id: 'apex-ns-undeclared',
  severity: 'warning',
  summary: 'The zone file has no NS at the apex.',
  octodns: 'accepts, and leaves them as they are',
  namedCheckzone: 'refuses',
  why: 'They stay as they are: a zone file without them does not ask for their deletion.',
  scope: 'zone',
  // Without a file there is no place to declare them.
  applies: ({ zone }) => zone.complete && zone.files.length > 0,
  check: ({ apex, at, isQuarantined }) =>
    isQuarantined(apex) || at(apex).some(({ type }) => isNameServers(type))
      ? null
      : [
          violation(
            `${apex} has no NS at its apex in the zone file: those at the target stay as they are; add them to the file to manage them`,
          ),
        ],
};
