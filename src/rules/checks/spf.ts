import { parseName } from '../../model/name.ts';
import { rdataFields } from '../../model/rdata.ts';
import type { RRset } from '../../model/rrset.ts';
import { nameAndType, type RRsetRule, violation } from '../rule.ts';
import type { ZoneIndex } from '../zone-index.ts';

// SPF (RFC 7208): one record a name, ten look-ups at most.

const version = /^"v=spf1[ "]/i;
const types = ['TXT', 'SPF'];
const maxLookups = 10;

const spfValues = (rrset: RRset) => rrset.values.filter(({ rdata }) => version.test(rdata));

export const spfMultiple: RRsetRule = {
  id: 'spf-multiple',
  severity: 'error',
  summary: 'A name has several SPF records (RFC 7208 section 4.5).',
  octodns: 'accepts (its best-practice set refuses at the apex)',
  namedCheckzone: 'accepts',
  why: 'Receivers take none of them.',
  scope: 'rrset',
  types,
  check: (rrset) => {
    const [, second, ...more] = spfValues(rrset);
    if (second === undefined) return null;
    const message = `${nameAndType(rrset)} has ${2 + more.length} SPF records, so receivers use none of them (RFC 7208 section 4.5); merge them into one`;
    return [violation(message, second.origins[0] ?? null)];
  },
};

export const spfLookups: RRsetRule = {
  id: 'spf-lookups',
  severity: 'error',
  summary:
    'An SPF record takes over ten DNS look-ups, includes counted where they are in a zone here (RFC 7208 section 4.6.4).',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'Receivers treat it as an error.',
  scope: 'rrset',
  types,
  check: (rrset, zone) => {
    const [value] = spfValues(rrset);
    if (value === undefined) return null;
    const lookups = countLookups(textOf(rrset.type, value.rdata), zone, new Set([rrset.name]));
    if (lookups <= maxLookups) return null;
    const message = `${nameAndType(rrset)}: the SPF record takes at least ${lookups} DNS look-ups, and receivers reject one with more than ${maxLookups} (RFC 7208 section 4.6.4); remove some`;
    return [violation(message, value.origins[0] ?? null)];
  },
};

const textOf = (type: string, rdata: string): string => String(rdataFields(type, rdata).text);

const costly = /^[+\-~?]?(?:(include|exists):(.+)|(?:a|mx|ptr)(?:[:/].*)?)$|^(redirect)=(.+)$/i;

/**
 * Counts terms that ask the DNS, and, for includes and redirects that lead to a zone of this repository, theirs. It
 * stops once over the limit; `path` are the names whose records led here, each by one look-up at least.
 */
const countLookups = (text: string, zone: ZoneIndex, path: ReadonlySet<string>): number => {
  const terms = text.split(' ').slice(1);
  const hasAll = terms.some((term) => /^[+\-~?]?all$/i.test(term));
  let count = 0;
  for (const term of terms) {
    const match = costly.exec(term);
    // RFC 7208 section 6.1: redirect is not looked at where there is an "all".
    if (match === null || (match[3] !== undefined && hasAll)) continue;
    count += 1;
    const domain = match[1]?.toLowerCase() === 'include' ? match[2] : match[4];
    if (domain !== undefined) count += countAt(domain, zone, path);
    if (count > maxLookups) return count;
  }
  return count;
};

const countAt = (domain: string, zone: ZoneIndex, path: ReadonlySet<string>): number => {
  const name = domainName(domain);
  // A record that includes itself never ends for a receiver, and one that leads on too far is over the limit already.
  if (name !== null && (path.has(name) || path.size > maxLookups)) return maxLookups + 1;
  const elsewhere = name === null ? null : zone.zoneOf(name);
  if (name === null || elsewhere === null) return 0;
  const found = elsewhere.lookup(name);
  const txt = typeof found === 'string' ? undefined : found.find(({ type }) => type === 'TXT');
  const rdata = txt?.values.find((value) => version.test(value.rdata))?.rdata;
  return rdata === undefined ? 0 : countLookups(textOf('TXT', rdata), elsewhere, new Set([...path, name]));
};

/** Null for what only the receiver can expand (RFC 7208 section 7), or is no name. */
const domainName = (domain: string): string | null => {
  if (domain.includes('%')) return null;
  try {
    return parseName(domain);
  } catch {
    return null;
  }
};
