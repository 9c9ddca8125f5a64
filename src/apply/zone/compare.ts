import { sameCheck } from '../../model/health.ts';
import type { Change } from '../../model/plan.ts';
import { isApexSet, isSoa } from '../../model/rr-types.ts';
import { keyOf, sameAnswer } from '../../model/rrset.ts';
import { withSerialOf } from '../../model/soa.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';

type Side = Change['before'];

/** The changes whose RRset at the target is not what `side` of them says. A SOA's serial moves by itself. */
export const differing = (
  changes: readonly Change[],
  snapshot: ZoneSnapshot,
  side: 'before' | 'after',
): readonly Change[] => {
  const existing = new Map(snapshot.rrsets.map((rrset) => [keyOf(rrset), rrset]));
  return changes.filter((change) => {
    const found = existing.get(keyOf(change));
    const expected = change[side];
    const served = found === undefined || found.values.length === 0 ? null : found;
    if (expected === null || served === null) return expected !== served;
    if (!sameCheck(change.type, expected.health_check, served.healthCheck ?? null)) return true;
    return !sameAnswer(isSoa(change.type) ? withSerials(expected, served) : expected, served);
  });
};

/**
 * Changes of a zone that was made a moment ago, against the SOA and apex NS that it was made with: a create of one of
 * these is a replace. Anything else in it is somebody else's.
 */
export const againstNew = (changes: readonly Change[], { zone, rrsets }: ZoneSnapshot): readonly Change[] => {
  const made = new Map(rrsets.filter((rrset) => isApexSet(rrset, zone.name)).map((rrset) => [keyOf(rrset), rrset]));
  return changes.map((change) => {
    const found = made.get(keyOf(change));
    if (found === undefined) return change;
    const values = found.values.map(({ rdata }) => ({ rdata, origins: [] }));
    return { ...change, action: 'replace', before: { ttl: found.ttl, values, health_check: null } };
  });
};

/** What is sent for a SOA carries the serial that the name server has now. */
export const withCurrentSerial = (changes: readonly Change[], snapshot: ZoneSnapshot): readonly Change[] => {
  if (!changes.some((change) => isSoa(change.type))) return changes;
  const soa = snapshot.rrsets.find((rrset) => isSoa(rrset.type));
  return changes.map((change) =>
    isSoa(change.type) && change.after !== null && soa !== undefined
      ? { ...change, after: withSerials(change.after, soa) }
      : change,
  );
};

const withSerials = <T extends NonNullable<Side>>(
  wanted: T,
  current: { readonly values: readonly { readonly rdata: string }[] },
): T => ({
  ...wanted,
  values: wanted.values.map((value) => ({
    ...value,
    rdata: withSerialOf(value.rdata, current.values[0]?.rdata ?? value.rdata),
  })),
});
