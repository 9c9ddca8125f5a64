import { describe, expect, it } from 'vitest';
import { rrTypes, serviceTypes } from '../../src/model/rdata.ts';
import { guardedTypes } from '../../src/model/roles.ts';
import {
  addressTypeOf,
  addressTypes,
  answeredTypes,
  besideCname,
  isAddressType,
  isApexSet,
  isDelegationType,
  ownTypes,
  pointingTypes,
  replacedTypes,
  standsAlone,
  synthesisedTypes,
  traitsOf,
  typesWhere,
} from '../../src/model/rr-types.ts';

const valuesOf = (...rdata: readonly string[]) => rdata.map((each) => ({ rdata: each }));
const known = [...rrTypes, ...serviceTypes].map(({ name }) => name);

describe('traits of RR types', () => {
  it('the types with an address are those that the table says', () => {
    expect(typesWhere(({ address }) => address !== undefined)).toEqual(addressTypes);
    expect(known.filter(isAddressType)).toEqual(addressTypes);
    expect(traitsOf(addressTypeOf('192.0.2.1')).address).toBe(4);
    expect(traitsOf(addressTypeOf('2001:db8::1')).address).toBe(6);
  });

  it.each([
    ['point at what has to be there', pointingTypes, 'ALIAS CNAME DNAME HTTPS MX NS Route53Provider/ALIAS SRV SVCB'],
    ['are synthesised', synthesisedTypes, 'ALIAS LUA Route53Provider/ALIAS'],
    ['may stand beside a CNAME', besideCname, 'NSEC RRSIG'],
    ['are made by a name server', ownTypes, 'CDNSKEY CDS DNSKEY NSEC NSEC3 NSEC3PARAM RRSIG TYPE65534 ZONEMD'],
    ['no glob of a grant reaches', guardedTypes, 'CAA DS MX NS SOA'],
    ['delegate', known.filter(isDelegationType), 'DS NS'],
    ['decide what is below', typesWhere((traits) => traits.decidesBelow === true), 'DNAME DS NS'],
    ['stand alone at their name', known.filter(standsAlone), 'CNAME'],
    ['say whose an address is', typesWhere(({ reverse }) => reverse === true), 'PTR'],
    ['have one value', typesWhere(({ values }) => values === 'one'), 'ALIAS CNAME DNAME SOA'],
    ['stand at the apex only', typesWhere(({ apex }) => apex === 'only'), 'CDNSKEY CDS CSYNC DNSKEY NSEC3PARAM ZONEMD'],
  ] as const)('these types %s', (_, types, expected) => {
    expect([...types].sort().join(' ')).toBe(expected);
  });

  it('SOA and apex NS are what a zone is not without', () => {
    const isApex = (name: string, type: string) => isApexSet({ name, type }, 'example.com.');
    expect(isApex('example.com.', 'SOA')).toBe(true);
    expect(isApex('example.com.', 'NS')).toBe(true);
    expect(isApex('sub.example.com.', 'NS')).toBe(false);
    expect(isApex('example.com.', 'DNSKEY')).toBe(false);
  });

  it('a synthesised RRset says which types it answers for', () => {
    expect(answeredTypes({ type: 'ALIAS', values: valuesOf('www.example.net.') })).toEqual(addressTypes);
    expect(answeredTypes({ type: 'LUA', values: valuesOf('TXT "return 1"', 'TXT "return 2"') })).toEqual(['TXT']);
    expect(answeredTypes({ type: 'CNAME', values: valuesOf('www.example.net.') })).toEqual([]);
  });

  it('only what a service keeps in the place of other types replaces them', () => {
    const values = valuesOf('A www.example.com. false', 'AAAA www.example.com. false');
    expect(replacedTypes({ type: 'Route53Provider/ALIAS', values })).toEqual(['A', 'AAAA']);
    expect(replacedTypes({ type: 'ALIAS', values: valuesOf('www.example.net.') })).toEqual([]);
  });

  it('a type that the table does not have has no traits', () => {
    expect(traitsOf('TYPE65280')).toEqual({});
  });
});
