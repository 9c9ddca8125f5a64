import { SyntaxProblem } from '../model/errors.ts';
import { isWithin, parseName } from '../model/name.ts';
import { parseRdata, typeByName } from '../model/rdata.ts';
import { keyOf } from '../model/rrset.ts';
import type { ExistingRRset } from '../model/zone.ts';
import { isObjectLike } from './unchecked.ts';

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
  const { fingerprint, rrsets, unreadable } = result;
  if (!Array.isArray(rrsets) || !Array.isArray(unreadable))
    return 'its snapshot lacks the list of rrsets or of unreadable';
  if (fingerprint !== null && typeof fingerprint !== 'string') return 'its fingerprint is neither a string nor null';
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
