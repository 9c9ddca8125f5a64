import type { RRType } from './rdata/field.ts';
import { tableRows } from './rdata/table.ts';
import type { TypeTraits } from './rdata/traits.ts';
import type { RRsetKey } from './rrset-key.ts';

export type { Synthesis, TypeTraits } from './rdata/traits.ts';

// What the stages ask about RR types. All of it is read from the traits in the table, once.

const none: TypeTraits = {};
const traitsByName = new Map<string, TypeTraits>(tableRows.map(({ name, traits }) => [name, traits]));

/** The traits of a type by its canonical name; none for one that is not in the table. */
export const traitsOf = (type: string): TypeTraits => traitsByName.get(type) ?? none;

/** The names of the types whose traits are such, in the table's order. */
export const typesWhere = (isSuch: (traits: TypeTraits, type: RRType) => boolean): readonly string[] =>
  tableRows.filter((type) => isSuch(type.traits, type)).map(({ name }) => name);

const setWhere = (isSuch: (traits: TypeTraits) => boolean): ReadonlySet<string> => new Set(typesWhere(isSuch));

/** Can a record have it? The others are of questions and of messages (RFC 6895 section 3.1). */
export const isDataType = ({ code }: RRType): boolean => code !== 0 && code !== 41 && (code < 128 || code > 255);

// Addresses.

/** The types whose rdata is an address. */
export type AddressType = 'A' | 'AAAA';

export const addressTypes: readonly AddressType[] = ['A', 'AAAA'];

export const isAddressType = (type: string): type is AddressType => type === 'A' || type === 'AAAA';

/** Something for each of the two. */
export const byAddressType = <T>(make: (type: AddressType) => T): Readonly<Record<AddressType, T>> => ({
  A: make('A'),
  AAAA: make('AAAA'),
});

/** The type of the other version of IP. */
export const otherAddressType = (type: string): AddressType => (type === 'A' ? 'AAAA' : 'A');

/** The type of a record for an address, which is IPv6 if it has a colon. */
export const addressTypeOf = (address: string): AddressType => (address.includes(':') ? 'AAAA' : 'A');

// Names that rdata leads to.

/** The type that says whose an address is. */
export const reverseType = 'PTR';

/** Types whose rdata names what has to answer for them to be of use. */
export const pointingTypes: ReadonlySet<string> = setWhere(({ pointing }) => pointing === true);

// What stands at one name.

/** Types that may stand beside a CNAME (RFC 4035 section 2.5). */
export const besideCname: ReadonlySet<string> = setWhere((traits) => traits.besideCname === 'allowed');

/** Does the type stand alone at its name? */
export const standsAlone = (type: string): boolean => traitsOf(type).alone === true;

/** The RRset that would have to be alone at a name. */
export const cnameAt = (name: string): RRsetKey => ({ name, type: 'CNAME' });

/** May the type be what is answered for others at its name: for all of them, or for those of addresses? */
export const answersForOthers = (type: string): boolean =>
  standsAlone(type) || traitsOf(type).synthesised !== undefined;

// What every zone has, and where it ends.

/** The RRset that every zone has once, at its apex. Its serial is the name server's own. */
export const soaAt = (zone: string): RRsetKey => ({ name: zone, type: 'SOA' });

export const isSoa = (type: string): boolean => type === 'SOA';

/** The RRset that says who answers for a name and what is below it: at the apex of a zone, or at a zone cut. */
export const nameServersAt = (name: string): RRsetKey => ({ name, type: 'NS' });

export const isNameServers = (type: string): boolean => type === 'NS';

/** Is it the SOA or the NS of the zone itself, which a zone is not without? */
export const isApexSet = ({ name, type }: RRsetKey, zone: string): boolean => {
  const { apex } = traitsOf(type);
  return apex === 'needed_only' || (apex === 'needed' && name === zone);
};

/** Does it say who answers for this very name, the apex of a zone or a zone cut? */
export const isNameServersOf = ({ name, type }: RRsetKey, of: string): boolean => name === of && isNameServers(type);

/** Does it say, at a zone cut or above it, who answers there (NS, DS)? */
export const isDelegationType = (type: string): boolean => traitsOf(type).delegation === true;

// What name servers and services make.

/** What a name server makes itself as it signs a zone. */
export const ownTypes: readonly string[] = typesWhere(({ madeByServer }) => madeByServer === true);

/** Types whose answers are made, by code or by looking elsewhere: no question for the type itself shows them. */
export const synthesisedTypes: ReadonlySet<string> = setWhere(({ synthesised }) => synthesised !== undefined);

/** Types whose answers are made by code: an address that is checked may be written as one. */
export const codeTypes: readonly string[] = typesWhere(({ synthesised }) => synthesised?.by === 'code');

/** Does the name server run what a zone file says in a record of the type? */
export const runsCode = (type: string): boolean => traitsOf(type).synthesised?.by === 'code';

/** The types that a synthesised RRset answers for; none where it is of another type. */
export const answeredTypes = ({ type, values }: Rdatas): readonly string[] => {
  const { synthesised } = traitsOf(type);
  if (synthesised === undefined) return [];
  return synthesised.answers === 'addresses'
    ? addressTypes
    : [...new Set(values.map(({ rdata }) => rdata.split(' ', 1)[0] ?? ''))];
};

/** The types that a service keeps the RRset in the place of. */
export const replacedTypes = (rrset: Rdatas): readonly string[] =>
  traitsOf(rrset.type).inPlaceOfAnswers === true ? answeredTypes(rrset) : [];

/** The types that a service keeps in the place of others. */
export const replacingTypes: readonly string[] = typesWhere(({ inPlaceOfAnswers }) => inPlaceOfAnswers === true);

interface Rdatas {
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
}
