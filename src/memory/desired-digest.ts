import { createHash, hash } from 'node:crypto';
import type { RRset } from '../model/rrset.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { OpenTarget } from '../target.ts';

// A digest has two parts: that of the zone's settings and of the target, and the sum of the hashes of its RRsets. So the
// change of a few of these costs no more than they do, and their order does not count.

/**
 * A digest of the desired RRsets and of everything else that a plan depends on: the zone's settings, what the target
 * supports, the name servers that must be able to answer. '' where some of that is not known. Computed when it is first
 * asked for, as few zones need it.
 */
export const desiredDigestOf = (zone: DesiredZone, target: OpenTarget): (() => string) => {
  let digest: string | null = null;
  return () => {
    digest ??= zone.quarantined.length > 0 || !zone.complete ? '' : digestOf(zone, target);
    return digest;
  };
};

const digestOf = (zone: DesiredZone, target: OpenTarget): string => {
  const settings = JSON.stringify([zone.settings, target.provider.supports, target.definition.verify_at]);
  const sum = zero();
  for (const rrset of zone.rrsets) add(sum, rrset, 1);
  return `${createHash('sha256').update(settings).digest('hex')} ${textOf(sum)}`;
};

/** The digest of the same zone with these RRsets in place of those before. Null where it is no digest. */
export const digestAfter = (digest: string, before: readonly RRset[], after: readonly RRset[]): string | null => {
  const [settings = '', text = ''] = digest.split(' ');
  const sum = sumIn(text);
  if (sum === null) return null;
  for (const rrset of before) add(sum, rrset, -1);
  for (const rrset of after) add(sum, rrset, 1);
  return `${settings} ${textOf(sum)}`;
};

/** Numbers of `octets` octets each, added up without a carry from one to the next. */
type Sum = number[];
const lanes = 4;
const octets = 6;
const modulus = 2 ** (8 * octets);

const zero = (): Sum => Array<number>(lanes).fill(0);

const add = (sum: Sum, rrset: RRset, sign: 1 | -1): void => {
  const digest = hash('sha256', wordsOf(rrset), 'buffer');
  for (let i = 0; i < lanes; i += 1) {
    const each = digest.readUIntBE(i * octets, octets);
    sum[i] = ((sum[i] ?? 0) + sign * each + modulus) % modulus;
  }
};

const wordsOf = ({ name, type, ttl, values, options, healthCheck, isWatched }: RRset): string => {
  let words = `${name} ${type} ${ttl} ${values.length}\n`;
  // A retained value is reported by every pass, and for that the zone has to be read.
  for (const { downSince, rdata, retained } of values) {
    words += `${rdata}${retained === undefined ? '' : ' retained'}${downSince === undefined ? '' : ' down'}\n`;
  }
  if (options !== undefined) words += JSON.stringify(options);
  if (healthCheck !== undefined) words += JSON.stringify(healthCheck);
  if (isWatched === true) words += 'watched';
  return words;
};

const width = 2 * octets;

const textOf = (sum: Sum): string => sum.map((each) => each.toString(16).padStart(width, '0')).join('');

const sumIn = (text: string): Sum | null =>
  /^[0-9a-f]+$/.test(text) && text.length === lanes * width
    ? zero().map((_, i) => Number.parseInt(text.slice(i * width, (i + 1) * width), 16))
    : null;
