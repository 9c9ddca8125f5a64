import type { CheckedAnswer } from '../../model/health.ts';
import type { Question } from '../../model/ports.ts';
import { aliasedTypes, aliasSetType, synthesisedTypes } from '../../model/rdata.ts';
import { type RRsetKey, rrsetOfType } from '../../model/rrset.ts';
import type { ZoneTree } from '../../model/zone-tree.ts';
import type { ServedRRset } from './served-rrset.ts';

/**
 * What a name server should say about one RRset.
 *
 * - `exact`: these values with this TTL, and no other; `includes`: at least these.
 * - `some`: any values, because the name server makes them itself (LUA, ALIAS).
 * - `checked`: some of the addresses of `checked`, or all that stands for them while none is up.
 * - `none`: no value; `expected` is null.
 */
export interface Expectation {
  readonly key: RRsetKey;
  /** One that is answered as expected is enough: an ALIAS may have A only, or AAAA only. */
  readonly questions: readonly Question[];
  /** `referral`: NS in the authority section; `glue`: addresses in the additional one; neither authoritative. */
  readonly section: 'answer' | 'referral' | 'glue';
  readonly match: 'exact' | 'includes' | 'some' | 'checked' | 'none';
  readonly expected: { readonly ttl: number; readonly values: readonly string[] } | null;
  readonly checked?: CheckedAnswer;
}

const addressTypes: readonly string[] = ['A', 'AAAA'];

/**
 * The expectations for one RRset of a zone: present in `zone`, or absent from it (deleted: `before` is what it was).
 * Empty where no question can show it: what is occluded is not answered, glue aside. A SOA's serial is
 * the name server's own.
 */
export const expectationsFor = (
  zone: ZoneTree<ServedRRset>,
  key: RRsetKey,
  before?: ServedRRset,
): readonly Expectation[] => {
  // Nobody asks for a SOA that the zone file leaves to the name server.
  if (key.type === 'SOA' && rrsetOfType(zone.at(key.name), 'SOA') === undefined) return [];
  if (synthesisedTypes.has(key.type)) return synthesisedExpectations(zone, key, before);
  const occludedBy = zone.occludedBy(key.name, key.type);
  if (occludedBy?.type === 'NS') return atZoneCut(zone, key, occludedBy);
  if (occludedBy?.type === 'DNAME') return [];
  return plainExpectation(zone, key);
};

const isAlias = ({ type }: RRsetKey): boolean => type === 'ALIAS' || type === aliasSetType;

/** The types that a LUA RRset, or alias record sets of Route 53, answer: the first word of each rdata. */
export const innerTypes = (lua: ServedRRset): readonly string[] => [
  ...new Set(lua.values.map((value) => value.rdata.split(' ', 1)[0] ?? '')),
];

const plainExpectation = (zone: ZoneTree<ServedRRset>, key: RRsetKey): readonly Expectation[] => {
  const rrsets = zone.rrsetsFor(key.name);
  const rrset = rrsetOfType(rrsets, key.type);
  const lua = rrsetOfType(rrsets, 'LUA');
  const fromLua = lua !== undefined && innerTypes(lua).includes(key.type);
  const aliases = rrsetOfType(rrsets, aliasSetType);
  const fromAlias =
    (rrsetOfType(rrsets, 'ALIAS') !== undefined && addressTypes.includes(key.type)) ||
    (aliases !== undefined && aliasedTypes(aliases).includes(key.type));
  // Whether an ALIAS has an address of this family is its target's affair.
  if (rrset === undefined && fromAlias) return [];
  if (rrset === undefined && fromLua) return [luaExpectation(key, lua, key.type)];
  if (rrset === undefined) return [expectation(key, 'none', null)];
  const checked = rrset.checked?.find((each) => each.type === key.type);
  if (checked !== undefined) return [{ ...expectation(key, 'checked', rrset), checked }];
  return [expectation(key, fromLua || fromAlias ? 'includes' : 'exact', rrset)];
};

const atZoneCut = (zone: ZoneTree<ServedRRset>, key: RRsetKey, cut: ServedRRset): readonly Expectation[] => {
  const rrset = rrsetOfType(zone.at(key.name), key.type);
  if (rrset === undefined) return [];
  if (rrset === cut) return [{ ...expectation(key, 'exact', cut), section: 'referral' }];
  const isGlue = addressTypes.includes(key.type) && cut.values.some((value) => value.rdata === key.name);
  if (!isGlue) return [];
  const questions: readonly Question[] = [{ name: key.name, type: key.type, transport: 'tcp' }];
  return [{ ...expectation(key, 'exact', rrset), section: 'glue', questions }];
};

/** LUA and ALIAS are never asked for by their own type: what counts is the type that is answered. */
const synthesisedExpectations = (
  zone: ZoneTree<ServedRRset>,
  key: RRsetKey,
  before: ServedRRset | undefined,
): readonly Expectation[] => {
  if (zone.occludedBy(key.name) !== null) return [];
  const rrset = rrsetOfType(zone.at(key.name), key.type);
  const made = rrset ?? before;
  if (made === undefined) return [];
  const types = key.type === 'ALIAS' ? addressTypes : innerTypes(made);
  if (rrset === undefined) return types.flatMap((type) => plainExpectation(zone, { name: key.name, type }));
  if (isAlias(key)) {
    return [{ ...expectation(key, 'some', null), questions: types.map((type) => ({ name: key.name, type })) }];
  }
  return types.map((type) => luaExpectation(key, rrset, type));
};

const luaExpectation = (key: RRsetKey, lua: ServedRRset, type: string): Expectation => {
  const questions = [{ name: key.name, type }];
  const checked = lua.checked?.find((each) => each.type === type);
  return checked === undefined
    ? { ...expectation(key, 'some', null), questions }
    : {
        ...expectation(key, 'checked', null),
        questions,
        expected: { ttl: lua.ttl, values: checked.addresses },
        checked,
      };
};

const expectation = (key: RRsetKey, match: Expectation['match'], rrset: ServedRRset | null): Expectation => ({
  key,
  questions: [{ name: key.name, type: key.type }],
  section: 'answer',
  match,
  expected: rrset === null ? null : { ttl: rrset.ttl, values: rrset.values.map((value) => value.rdata) },
});
