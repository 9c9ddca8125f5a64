import type { Change, PlannedRRset } from '../../model/plan.ts';
import { keyOf, type RRset, type RRsetKey } from '../../model/rrset.ts';
import type { ZoneId, ZoneSnapshot } from '../../model/zone.ts';

/** What a zone holds after changes: the read that they started from, carried forward. */
export const snapshotAfter = (zone: ZoneId, before: ZoneSnapshot | null, changes: readonly Change[]): ZoneSnapshot => {
  const rrsets = new Map((before?.rrsets ?? []).map((rrset) => [keyOf(rrset), rrset]));
  for (const { name, type, after } of changes) {
    if (after === null) rrsets.delete(keyOf({ name, type }));
    else rrsets.set(keyOf({ name, type }), rrsetOf({ name, type }, after));
  }
  return {
    status: 'read',
    zone,
    fingerprint: null,
    rrsets: [...rrsets.values()],
    unreadable: before?.unreadable ?? [],
  };
};

/** What a plan says of an RRset, as an RRset. */
export const rrsetOf = ({ name, type }: RRsetKey, { health_check: check, ttl, values }: PlannedRRset): RRset =>
  check === null ? { name, type, ttl, values } : { name, type, ttl, values, healthCheck: check };
