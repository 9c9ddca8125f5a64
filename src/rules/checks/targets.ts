import { addressInName } from '../../model/address.ts';
import { isWithin } from '../../model/name.ts';
import { rdataNames } from '../../model/rdata.ts';
import { answersForOthers, isAddressType, standsAlone, traitsOf, typesWhere } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import { checkEachValue, nameAndType, type RRsetRule } from '../rule.ts';
import type { Occlusion, ZoneIndex } from '../zone-index.ts';
import { repeatsZone } from './repeated-zone.ts';

// Names inside values: what they must not be, and what must stand at them.

/** The name that a value leads to; null where it says that there is none (`.`). */
const targetOf = (type: string, rdata: string): string | null => {
  const [target = '.'] = rdataNames(type, rdata);
  return target === '.' ? null : target;
};

/** A rule about the name that each value leads to; its check says `points to` it and what is wrong with that, or null. */
const targetRule = (
  rule: Omit<RRsetRule, 'scope' | 'check'> & {
    readonly check: (target: string, rrset: RRset, zone: ZoneIndex) => string | null;
  },
): RRsetRule => ({
  ...rule,
  scope: 'rrset',
  check: (rrset, zone) =>
    checkEachValue(rrset, (rdata) => {
      const target = targetOf(rrset.type, rdata);
      const message = target === null ? null : rule.check(target, rrset, zone);
      return message === null ? null : `${nameAndType(rrset)} ${message}`;
    }),
});

export const targetAddress = targetRule({
  id: 'target-address',
  severity: 'error',
  summary:
    'The target of MX, NS, SRV, CNAME, DNAME, ALIAS, PTR, SVCB or HTTPS is an address, also where the zone was put after it for want of a final dot.',
  octodns: 'refuses; accepts one with the zone after it, and those of SVCB and HTTPS',
  namedCheckzone: 'warns of MX and NS; accepts the others',
  why: 'No such name exists.',
  types: typesWhere(({ target }) => target !== undefined),
  check: (target, { type }, zone) => {
    const address = addressInName(target, zone.apex);
    if (address === null) return null;
    const instead = traitsOf(type).follows === true ? 'use A or AAAA instead' : 'use a name that has an A or AAAA';
    return `points to the address ${address}, but must point to a name; ${instead}`;
  },
});

const hasType = (rrsets: readonly RRset[], isSuch: (type: string) => boolean): boolean =>
  rrsets.some((rrset) => isSuch(rrset.type));

/** Does it resolve to addresses, as far as the zone file can tell? */
const mayHaveAddress = (type: string): boolean => isAddressType(type) || answersForOthers(type);

export const targetCname = targetRule({
  id: 'target-cname',
  severity: 'error',
  summary: 'The target of NS, MX or SRV is a CNAME of the zone (RFC 2181 section 10.3, RFC 2782).',
  octodns: 'refuses',
  namedCheckzone: 'warns',
  why: 'Resolvers and mail servers may give up; a wildcard CNAME counts too.',
  types: ['NS', 'MX', 'SRV'],
  check: (target, { type }, zone) => {
    const found = zone.lookup(target);
    if (typeof found === 'string' || !hasType(found, standsAlone)) return null;
    const rfc = type === 'SRV' ? 'RFC 2782' : 'RFC 2181 section 10.3';
    return `points to ${target}, which is a CNAME, but must have an A or AAAA itself (${rfc}); use the name that the CNAME points to`;
  },
});

export const missingGlue = targetRule({
  id: 'missing-glue',
  severity: 'error',
  summary: 'A name server in the zone has no A or AAAA there.',
  octodns: 'refuses; wants A or AAAA also below other delegations',
  namedCheckzone: 'warns below a delegation; refuses at the apex',
  why: "It cannot be found. A sibling's name server is found through the sibling (RFC 9471 section 2).",
  types: typesWhere((traits) => traits.target === 'name_server'),
  check: (target, rrset, zone) => {
    if (!isWithin(target, zone.apex)) return null;
    const occludedBy = zone.occludedBy(target);
    const isMissing = occludedBy === null ? hasNoAddress(target, zone) : lacksGlue(target, occludedBy, rrset, zone);
    return isMissing
      ? `points to ${target}, which has no A or AAAA in the zone, so no resolver can reach this name server; add one`
      : null;
  },
});

const hasNoAddress = (target: string, zone: ZoneIndex): boolean => {
  const found = zone.lookup(target);
  return found === 'absent' || (found !== 'unknown' && !hasType(found, mayHaveAddress));
};

/** Only the delegation's own servers need glue here; a sibling's are found through the sibling (RFC 9471 section 2). */
const lacksGlue = (target: string, { kind }: Occlusion, rrset: RRset, zone: ZoneIndex): boolean => {
  const needed = rrset.name === zone.apex || isWithin(target, rrset.name);
  const isZoneCut = kind === 'delegation' || kind === 'subzone';
  return needed && isZoneCut && !hasType(zone.at(target), isAddressType) && !zone.mayHaveOthers(target);
};

export const danglingTarget = targetRule({
  id: 'dangling-target',
  severity: 'warning',
  summary:
    'CNAME, ALIAS, PTR, MX, SRV, SVCB or HTTPS leads to a name of the zone where nothing is, or no address that is needed.',
  octodns: 'accepts (its best-practice set refuses)',
  namedCheckzone: 'accepts a CNAME to nothing; warns of an MX without address',
  why: 'Another writer may have the name, so it is no error. Wildcards, delegations and ignored names are respected.',
  types: typesWhere(({ target }) => target === 'addresses' || target === 'anything'),
  check: (target, { type, name }, zone) => {
    if (!isWithin(target, zone.apex) || target === name || addressInName(target, zone.apex) !== null) return null;
    const found = zone.lookup(target);
    if (found === 'unknown') return null;
    const hint = repeatsZone(target, zone.apex) ? ' (it repeats the zone: is a final dot missing?)' : '';
    if (found === 'absent')
      return `points to ${target}, which does not exist${hint}; correct it, or add what is missing`;
    if (traitsOf(type).target === 'anything' || hasType(found, mayHaveAddress)) return null;
    return `points to ${target}, which has no A or AAAA; correct it, or add one`;
  },
});
