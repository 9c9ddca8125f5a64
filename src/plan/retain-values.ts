import type { HealthCheck } from '../model/health.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, type RRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import { namesAbove, occludes } from '../model/zone-tree.ts';
import type { RetainedValue } from './deletion-verdict.ts';
import type { Stored } from './existing.ts';
import { withValues } from './existing.ts';

/**
 * Puts what must not go among what is wanted. What was compiled, and nothing of which is wanted now, stays as it is: its
 * check is not known any more.
 */
export const retainValues = (lost: Stored, retained: readonly RetainedValue[], rrsets: RRsetMap<RRset>): void => {
  const { name, type, rrset } = lost;
  const values = retained.map(({ rdata, reason }) => ({ rdata, origins: [], retained: reason }));
  const wanted = rrsets.get(lost);
  if (wanted !== undefined) {
    rrsets.set(lost, withCheckOf(withValues(wanted, values), wanted.healthCheck));
    return;
  }
  const other = rrset.type === type ? undefined : rrsets.get({ name, type: type === 'A' ? 'AAAA' : 'A' });
  if (rrset.type !== type && other === undefined) {
    const [reason] = retained.map((each) => each.reason);
    const whole = rrset.values.map(({ rdata }) => ({
      rdata,
      origins: [],
      ...(reason === undefined ? {} : { retained: reason }),
    }));
    rrsets.set(rrset, { name, type: rrset.type, ttl: rrset.ttl, values: whole });
    return;
  }
  const check = rrset.type === type ? rrset.healthCheck : other?.healthCheck;
  rrsets.set(lost, withCheckOf(withValues({ name, type, ttl: rrset.ttl, values: [] }, values), check));
};

/** The check goes for what is kept as well; its URL is made after that of an address that has one. */
const withCheckOf = (rrset: RRset, check: HealthCheck | undefined): RRset => {
  if (check === undefined) return rrset;
  const [example] = Object.entries(check.urls ?? {});
  if (check.urls === null || example === undefined) return { ...rrset, healthCheck: check };
  const urls = Object.fromEntries(
    rrset.values.map(({ rdata }) => [rdata, check.urls?.[rdata] ?? urlLike(example, rdata)] as const),
  );
  return { ...rrset, healthCheck: { ...check, urls: { ...check.urls, ...urls } } };
};

const urlLike = ([address, url]: readonly [string, string], wanted: string): string =>
  url.replace(inUrl(address), inUrl(wanted));

const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/**
 * The name whose changes have to wait because what must not go could not be answered after them: beside a CNAME, or
 * below a zone cut or a DNAME that is not there yet. Null: nothing is in its way.
 */
export const obstacleTo = (
  { name, type }: Stored,
  wanted: ReadonlyRRsetMap<RRset>,
  existing: readonly ExistingRRset[],
  zone: string,
): string | null => {
  if (
    type === 'CNAME' ? [...wanted.values()].some((each) => each.name === name) : wanted.has({ name, type: 'CNAME' })
  ) {
    return name;
  }
  const isNew = (above: string): boolean => {
    const occluding = ['DNAME', 'NS']
      .map((each) => ({ name: above, type: each }))
      .filter((key) => occludes(key, zone) && wanted.has(key));
    return occluding.length > 0 && !occluding.some(mapRRsets(existing).has);
  };
  return namesAbove(name, zone).find(isNew) ?? null;
};
