import { addressInName } from '../../model/address.ts';
import { isWithin } from '../../model/name.ts';
import { rdataNames } from '../../model/rdata.ts';
import type { RRset } from '../../model/rrset.ts';
import { eachValue, labelOf, type RRsetRule } from '../rule.ts';
import type { Occlusion, ZoneIndex } from '../zone-index.ts';
import { repeatsZone } from './place.ts';

// Names inside values: what they must not be, and what must stand at them.

/** Types whose rdata is one name and nothing else. */
const bareTargets = new Set(['NS', 'CNAME', 'DNAME', 'ALIAS', 'PTR']);

/** The name that a value leads to; null where it says that there is none (`.`). */
const targetOf = (type: string, rdata: string): string | null => {
  const target = bareTargets.has(type) ? rdata : (rdataNames(type, rdata)[0] ?? '.');
  return target === '.' ? null : target;
};

/** A rule over the name that each value leads to. */
const targetRule = (
  id: RRsetRule['id'],
  types: readonly string[],
  broken: (target: string, rrset: RRset, zone: ZoneIndex) => string | null,
): RRsetRule => ({
  id,
  scope: 'rrset',
  types,
  check: (rrset, zone) =>
    eachValue(rrset, (rdata) => {
      const target = targetOf(rrset.type, rdata);
      const message = target === null ? null : broken(target, rrset, zone);
      return message === null ? null : `${labelOf(rrset)}: ${message}`;
    }),
});

export const targetAddress = targetRule(
  'target-address',
  ['MX', 'NS', 'SRV', 'CNAME', 'DNAME', 'ALIAS', 'PTR', 'SVCB', 'HTTPS'],
  (target, { type }, zone) => {
    const address = addressInName(target, zone.apex);
    if (address === null) return null;
    const instead =
      type === 'CNAME' || type === 'ALIAS' ? 'use A or AAAA' : 'name a host, and give that one an A or AAAA';
    return `the target ${address} is an address, and only a name can stand there; ${instead}`;
  },
);

const hasType = (rrsets: readonly RRset[], types: ReadonlySet<string>): boolean =>
  rrsets.some((rrset) => types.has(rrset.type));

const cname = new Set(['CNAME']);
const addresses = new Set(['A', 'AAAA']);
/** What resolves to addresses, as far as the zone file can tell. */
const addressed = new Set(['A', 'AAAA', 'ALIAS', 'LUA', 'CNAME']);

export const targetCname = targetRule('target-cname', ['NS', 'MX', 'SRV'], (target, { type }, zone) => {
  const found = zone.lookup(target);
  if (typeof found === 'string' || !hasType(found, cname)) return null;
  const rfc = type === 'SRV' ? 'RFC 2782' : 'RFC 2181 section 10.3';
  return `the target ${target} is a CNAME, and must have addresses of its own (${rfc}); name what it leads to`;
});

export const missingGlue = targetRule('missing-glue', ['NS'], (target, rrset, zone) => {
  if (!isWithin(target, zone.apex)) return null;
  const cut = zone.occludedBy(target);
  const broken = cut === null ? hasNoAddress(target, zone) : lacksGlue(target, cut, rrset, zone);
  return broken ? `the name server ${target} has no A or AAAA in the zone, so nobody can find it; add one` : null;
});

const hasNoAddress = (target: string, zone: ZoneIndex): boolean => {
  const found = zone.lookup(target);
  return found === 'absent' || (found !== 'unknown' && !hasType(found, addressed));
};

/** Only the delegation's own servers need glue here; a sibling's are found through the sibling (RFC 9471 section 2). */
const lacksGlue = (target: string, cut: Occlusion, rrset: RRset, zone: ZoneIndex): boolean => {
  const needed = rrset.name === zone.apex || isWithin(target, rrset.name);
  const real = cut.kind === 'delegation' || cut.kind === 'subzone';
  return needed && real && !hasType(zone.at(target), addresses) && !zone.mayHaveOthers(target);
};

/** Types whose target has to have addresses; at the target of the others anything will do. */
const needsAddress = new Set(['MX', 'SRV', 'ALIAS', 'SVCB', 'HTTPS']);

export const danglingTarget = targetRule(
  'dangling-target',
  ['CNAME', 'ALIAS', 'PTR', 'MX', 'SRV', 'SVCB', 'HTTPS'],
  (target, { type, name }, zone) => {
    if (!isWithin(target, zone.apex) || target === name || addressInName(target, zone.apex) !== null) return null;
    const found = zone.lookup(target);
    if (found === 'unknown') return null;
    const hint = repeatsZone(target, zone.apex) ? ' (it repeats the zone: is a final dot missing?)' : '';
    if (found === 'absent') return `nothing exists at the target ${target}${hint}; correct it, or add what is missing`;
    if (!needsAddress.has(type) || hasType(found, addressed)) return null;
    return `the target ${target} has no A or AAAA; correct it, or add one`;
  },
);
