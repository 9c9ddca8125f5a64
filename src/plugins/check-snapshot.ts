import { SyntaxProblem } from '../model/errors.ts';
import { isWithin, parseName } from '../model/name.ts';
import { parseRdata, typeByName } from '../model/rdata.ts';
import { isSoa, soaAt } from '../model/rr-types.ts';
import { keyOf, type RRsetKey } from '../model/rrset.ts';
import { mapRRsets, rrsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, ZoneId, ZoneSnapshot } from '../model/zone.ts';
import type { ReadOptions } from '../provider.ts';
import { isObjectLike } from './unchecked.ts';

/** RFC 2181 section 8. */
const maxTtl = 2 ** 31 - 1;

/**
 * Why what a built-in provider read cannot be believed, or null: text that it read is canonical by the way it was made, but what
 * answered may have left out the rest of the zone, or meant another one. A full read has the SOA at the apex.
 */
export const whyUnsoundSnapshot = (
  { rrsets, unreadable, zone }: ZoneSnapshot,
  asked: ZoneId,
  options: ReadOptions | undefined,
): string | null => {
  if (!isSameZone(zone, asked)) return 'it is of another zone';
  for (const rrset of rrsets) {
    const problem = whyNotIn(asked.name, rrset) ?? whyNoTtl(rrset);
    if (problem !== null) return problem;
  }
  const twice = mapRRsets(rrsets).size() === rrsets.length ? null : firstRepeated(rrsets);
  if (twice !== null) return `${keyOf(twice)} is there twice`;
  const stray = unreadable.find(({ name }) => !isWithin(name.toLowerCase(), asked.name));
  if (stray !== undefined) return `${keyOf(stray)} is not in the zone`;
  return options?.names === undefined ? whyNoSoa(rrsets, unreadable, asked.name) : null;
};

const firstRepeated = (rrsets: readonly ExistingRRset[]): ExistingRRset | null => {
  const seen = rrsetMap<ExistingRRset>();
  for (const rrset of rrsets) {
    if (seen.has(rrset)) return rrset;
    seen.set(rrset, rrset);
  }
  return null;
};

const whyNotIn = (apex: string, rrset: RRsetKey): string | null =>
  isWithin(rrset.name, apex) ? null : `${keyOf(rrset)} is not in the zone`;

const whyNoTtl = ({ name, ttl, type }: ExistingRRset): string | null =>
  Number.isInteger(ttl) && ttl >= 0 && ttl <= maxTtl
    ? null
    : `${keyOf({ name, type })} has a TTL of ${ttl}, which is none from 0 to ${maxTtl}`;

/** One that cannot be read is there all the same. */
const whyNoSoa = (
  rrsets: ZoneSnapshot['rrsets'],
  unreadable: ZoneSnapshot['unreadable'],
  apex: string,
): string | null => {
  const key = keyOf(soaAt(apex));
  const soa = rrsets.find((rrset) => isSoa(rrset.type) && keyOf(rrset) === key);
  if (soa === undefined) return unreadable.some((each) => keyOf(each) === key) ? null : 'it has no SOA at the apex';
  return soa.values.length > 1 ? 'it has several SOA at the apex' : null;
};

/**
 * Why a snapshot cannot be used, or null. Text that is not canonical would be taken for another name or value, and the real
 * one for missing.
 */
export const whyInvalidSnapshot = (result: unknown, zone: unknown, options: unknown): string | null => {
  if (!isObjectLike(result)) return 'it returned no snapshot';
  if (result.status === 'missing') return null;
  if (result.status === 'unchanged') {
    // The zone would be taken for missing.
    const isAsked = isObjectLike(options) && options.since !== undefined;
    return isAsked ? null : 'it returned "unchanged" without being given "since"';
  }
  if (result.status !== 'read') return 'it returned neither "read", "unchanged" nor "missing"';
  const { rrsets, unreadable } = result;
  if (!Array.isArray(rrsets) || !Array.isArray(unreadable))
    return 'its snapshot lacks the list of rrsets or of unreadable';
  const odd = whyOddText(result);
  if (odd !== null) return odd;
  if (!unreadable.every(isUnreadable)) return 'what is unreadable is not {name, type, why}';
  if (!isSameZone(result.zone, zone)) return 'its snapshot is not of the zone that was asked for';
  const apex = isObjectLike(zone) && typeof zone.name === 'string' ? zone.name : '.';
  const seen = new Set<string>();
  for (const rrset of rrsets) {
    const problem = isRRset(rrset) ? whyInvalidRRset(rrset, apex, seen) : 'an RRset is not {name, type, ttl, values}';
    if (problem !== null) return problem;
  }
  return null;
};

const whyOddText = ({ fingerprint, readOnly }: Readonly<Record<string, unknown>>): string | null => {
  if (fingerprint !== null && typeof fingerprint !== 'string') return 'its fingerprint is neither a string nor null';
  return readOnly === undefined || typeof readOnly === 'string' ? null : 'its readOnly is no text';
};

const isSameZone = (read: unknown, asked: unknown): boolean =>
  isObjectLike(read) && isObjectLike(asked) && read.name === asked.name && read.view === asked.view;

const isUnreadable = (value: unknown): boolean =>
  isObjectLike(value) && [value.name, value.type, value.why].every((each) => typeof each === 'string');

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string');

const isRRset = (value: unknown): value is ExistingRRset =>
  isObjectLike(value) &&
  typeof value.name === 'string' &&
  typeof value.type === 'string' &&
  Number.isInteger(value.ttl) &&
  (value.disabled === undefined || areTexts(value.disabled)) &&
  Array.isArray(value.values) &&
  value.values.every((each) => isObjectLike(each) && typeof each.rdata === 'string' && Array.isArray(each.origins));

const whyInvalidRRset = (rrset: ExistingRRset, apex: string, seen: Set<string>): string | null => {
  const { disabled = [], name, type, values } = rrset;
  const key = keyOf(rrset);
  if (seen.has(key)) return `it returned ${key} twice`;
  seen.add(key);
  if (canonical(() => parseName(name)) !== name) return `the name of ${key} is not canonical`;
  if (!isWithin(name, apex)) return `${key} is not in the zone`;
  const noTtl = whyNoTtl(rrset);
  if (noTtl !== null) return noTtl;
  if (typeByName(type)?.name !== type) return `the type of ${key} is not canonical`;
  if (values.length + disabled.length === 0) return `${key} has no values`;
  const wrong = values.find(({ rdata }) => canonical(() => parseRdata(type, rdata)) !== rdata);
  if (wrong !== undefined) return `the value ${wrong.rdata.slice(0, 100)} of ${key} is not canonical`;
  const isSorted = values.every(({ rdata }, i) => i === 0 || (values[i - 1]?.rdata ?? '') < rdata);
  return isSorted ? null : `the values of ${key} are not sorted, or one is there twice: makeRRset makes them so`;
};

const canonical = (parse: () => string): string | null => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
};
