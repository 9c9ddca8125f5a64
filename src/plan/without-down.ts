import type { HealthCheck } from '../model/health.ts';
import type { Change, DownAddress } from '../model/plan.ts';
import { addressTypeOf } from '../model/rr-types.ts';
import { makeRRset, type RRset, type Value } from '../model/rrset.ts';
import type { ReadonlyRRsetMap } from '../model/rrset-map.ts';

/** A checked A or AAAA as it is written where the provider does not check it: what the daemon found down is left out. */
export interface AnsweredNow {
  /** null: nothing is to be answered while no address is up. */
  readonly rrset: RRset | null;
  readonly down: readonly DownAddress[];
}

/** Without its check, and without what the daemon's health checker says of its addresses. */
export const withoutCheck = ({ healthCheck: _, isWatched: __, ...rrset }: RRset): RRset => ({
  ...rrset,
  values: rrset.values.map(withoutVerdict),
});

/** The check stays, for a provider that makes it. */
export const withoutVerdicts = ({ isWatched: _, ...rrset }: RRset): RRset => ({
  ...rrset,
  values: rrset.values.map(withoutVerdict),
});

const withoutVerdict = (value: Value): Value => {
  if (value.downSince === undefined) return value;
  const { downSince: _, ...rest } = value;
  return rest;
};

/** What is answered of it now: what is up, or what `when_all_down` says. */
export const answeredNow = (rrset: RRset): AnsweredNow => {
  const { healthCheck, name, type, values } = rrset;
  const plain = withoutCheck(rrset);
  const down = values.flatMap(({ downSince, rdata }) =>
    downSince === undefined ? [] : [{ name, type, rdata, since: new Date(downSince).toISOString() }],
  );
  if (down.length === 0) return { rrset: plain, down };
  const up = values.filter(({ downSince }) => downSince === undefined);
  const answered = up.length > 0 || healthCheck === undefined ? up : whenAllDown(plain, healthCheck);
  return { rrset: answered.length === 0 ? null : { ...plain, values: answered }, down };
};

const whenAllDown = ({ name, ttl, type, values }: RRset, { when_all_down: all }: HealthCheck): readonly Value[] => {
  if (all === 'open') return values;
  if (all === 'closed') return [];
  // They stand for the addresses of the claim, and are for the same servers.
  const origins = values.flatMap((value) => value.origins);
  const backup = all.backup.filter((address) => addressTypeOf(address) === type);
  return makeRRset(
    name,
    type,
    ttl,
    backup.map((rdata) => ({ rdata, origins })),
  ).values;
};

/** The changes, those marked that only take out what is down, or put back what is up: nobody wants anything else than before. */
export const markHealth = (
  changes: readonly Change[],
  { checkedByDaemon }: { readonly checkedByDaemon: ReadonlyRRsetMap<RRset> },
): readonly Change[] =>
  changes.map((change): Change => {
    const wanted = checkedByDaemon.get(change);
    if (wanted === undefined || change.before === null || change.before.ttl !== wanted.ttl) return change;
    const known = new Set([...wanted.values.map(({ rdata }) => rdata), ...backupOf(wanted.healthCheck)]);
    return change.before.values.every(({ rdata }) => known.has(rdata)) ? { ...change, health: true } : change;
  });

/** The addresses that are answered while no other is up. */
export const backupOf = (check: HealthCheck | undefined): readonly string[] =>
  check === undefined || typeof check.when_all_down === 'string' ? [] : check.when_all_down.backup;
