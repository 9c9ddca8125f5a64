import type { HealthCheck } from '../model/health.ts';
import { cnameAt, otherAddressType, standsAlone, typesWhere } from '../model/rr-types.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, type RRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import { namesAbove, occludes } from '../model/zone-tree.ts';
import type { RetainedValue } from './deletion-verdict.ts';
import type { StoredValues } from './existing.ts';
import { withValues } from './existing.ts';

/**
 * Puts retained values among what is wanted. A compiled RRset of which no address is wanted stays as it is, for its health
 * check is not known any more.
 */
export const retainValues = (
  unwanted: StoredValues,
  retained: readonly RetainedValue[],
  rrsets: RRsetMap<RRset>,
): void => {
  const { name, type, rrset } = unwanted;
  const values = retained.map(({ rdata, reason }) => ({ rdata, origins: [], retained: reason }));
  const wanted = rrsets.get(unwanted);
  if (wanted !== undefined) {
    rrsets.set(unwanted, withCheckOf(withValues(wanted, values), wanted.healthCheck));
    return;
  }
  const other = rrset.type === type ? undefined : rrsets.get({ name, type: otherAddressType(type) });
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
  rrsets.set(unwanted, withCheckOf(withValues({ name, type, ttl: rrset.ttl, values: [] }, values), check));
};

/** The health check holds for retained addresses too; their URLs are made after that of an address that has one. */
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

const typesDecidingBelow = typesWhere(({ decidesBelow }) => decidesBelow === true);

/**
 * The name whose changes have to wait because a retained value could not be answered after them: it would stand beside a
 * CNAME, or be occluded by a zone cut or DNAME that does not exist yet. Null: there is none.
 */
export const blockingName = (
  { name, type }: StoredValues,
  wanted: ReadonlyRRsetMap<RRset>,
  existing: readonly ExistingRRset[],
  zone: string,
): string | null => {
  if (standsAlone(type) ? [...wanted.values()].some((each) => each.name === name) : wanted.has(cnameAt(name))) {
    return name;
  }
  const isNew = (above: string): boolean => {
    const occluding = typesDecidingBelow
      .map((each) => ({ name: above, type: each }))
      .filter((key) => occludes(key, zone) && wanted.has(key));
    return occluding.length > 0 && !occluding.some(mapRRsets(existing).has);
  };
  return namesAbove(name, zone).find(isNew) ?? null;
};
