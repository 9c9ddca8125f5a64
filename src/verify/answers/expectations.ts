import type { CheckedAnswer } from '../../model/health.ts';
import type { Question } from '../../model/ports.ts';
import {
  answeredTypes,
  isAddressType,
  isNameServers,
  isSoa,
  type Synthesis,
  synthesisedTypes,
  traitsOf,
} from '../../model/rr-types.ts';
import { type RRsetKey, rrsetOfType } from '../../model/rrset.ts';
import type { ZoneTree } from '../../model/zone-tree.ts';
import type { ServedRRset } from './served-rrset.ts';

/**
 * What a name server should say about one RRset.
 *
 * - `exact`: these values with this TTL, and no other; `includes`: at least these.
 * - `some`: any values, because the name server makes them itself (synthesised types).
 * - `checked`: some of the addresses of `checked`, or all that stands for them while none is up.
 * - `none`: no value; `expected` is null.
 */
export interface Expectation {
  readonly key: RRsetKey;
  /** One that is answered as expected is enough: an alias may have addresses of one version of IP only. */
  readonly questions: readonly Question[];
  /** `referral`: NS in the authority section; `glue`: addresses in the additional one; neither authoritative. */
  readonly section: 'answer' | 'referral' | 'glue';
  readonly match: 'exact' | 'includes' | 'some' | 'checked' | 'none';
  readonly expected: { readonly ttl: number; readonly values: readonly string[] } | null;
  readonly checked?: CheckedAnswer;
}

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
  if (isSoa(key.type) && rrsetOfType(zone.at(key.name), key.type) === undefined) return [];
  if (synthesisedTypes.has(key.type)) return synthesisedExpectations(zone, key, before);
  const occludedBy = zone.occludedBy(key.name, key.type);
  if (occludedBy !== null) return isNameServers(occludedBy.type) ? atZoneCut(zone, key, occludedBy) : [];
  return plainExpectation(zone, key);
};

/** The RRset of a name that a type is synthesised from. */
const synthesisedFrom = (type: string, rrsets: readonly ServedRRset[], by: Synthesis['by']): ServedRRset | undefined =>
  rrsets.find((rrset) => traitsOf(rrset.type).synthesised?.by === by && answeredTypes(rrset).includes(type));

const plainExpectation = (zone: ZoneTree<ServedRRset>, key: RRsetKey): readonly Expectation[] => {
  const rrsets = zone.rrsetsFor(key.name);
  const rrset = rrsetOfType(rrsets, key.type);
  const alias = synthesisedFrom(key.type, rrsets, 'lookup');
  const code = synthesisedFrom(key.type, rrsets, 'code');
  // Whether an alias has an address of this family is its target's affair.
  if (rrset === undefined && alias !== undefined) return [];
  if (rrset === undefined && code !== undefined) return [codeExpectation(key, code, key.type)];
  if (rrset === undefined) return [expectation(key, 'none', null)];
  const checked = rrset.checked?.find((each) => each.type === key.type);
  if (checked !== undefined) return [{ ...expectation(key, 'checked', rrset), checked }];
  return [expectation(key, code !== undefined || alias !== undefined ? 'includes' : 'exact', rrset)];
};

const atZoneCut = (zone: ZoneTree<ServedRRset>, key: RRsetKey, cut: ServedRRset): readonly Expectation[] => {
  const rrset = rrsetOfType(zone.at(key.name), key.type);
  if (rrset === undefined) return [];
  if (rrset === cut) return [{ ...expectation(key, 'exact', cut), section: 'referral' }];
  const isGlue = isAddressType(key.type) && cut.values.some((value) => value.rdata === key.name);
  if (!isGlue) return [];
  const questions: readonly Question[] = [{ name: key.name, type: key.type, transport: 'tcp' }];
  return [{ ...expectation(key, 'exact', rrset), section: 'glue', questions }];
};

/** What is synthesised is never asked for by its own type: what counts is the type that is answered. */
const synthesisedExpectations = (
  zone: ZoneTree<ServedRRset>,
  key: RRsetKey,
  before: ServedRRset | undefined,
): readonly Expectation[] => {
  if (zone.occludedBy(key.name) !== null) return [];
  const rrset = rrsetOfType(zone.at(key.name), key.type);
  const made = rrset ?? before;
  if (made === undefined) return [];
  const types = answeredTypes(made);
  if (rrset === undefined) return types.flatMap((type) => plainExpectation(zone, { name: key.name, type }));
  if (traitsOf(key.type).synthesised?.by === 'lookup') {
    return [{ ...expectation(key, 'some', null), questions: types.map((type) => ({ name: key.name, type })) }];
  }
  return types.map((type) => codeExpectation(key, rrset, type));
};

const codeExpectation = (key: RRsetKey, made: ServedRRset, type: string): Expectation => {
  const questions = [{ name: key.name, type }];
  const checked = made.checked?.find((each) => each.type === type);
  return checked === undefined
    ? { ...expectation(key, 'some', null), questions }
    : {
        ...expectation(key, 'checked', null),
        questions,
        expected: { ttl: made.ttl, values: checked.addresses },
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
