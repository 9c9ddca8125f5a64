import { createHash } from 'node:crypto';
import { checkText } from './health.ts';
import type { PlannedRRset } from './plan.ts';
import { isSoa } from './rr-types.ts';
import type { RRsetKey } from './rrset-key.ts';
import { withSerialNumber } from './soa.ts';
import type { ZoneTarget } from './zone-target.ts';

// What the guards judge a zone at a target by, besides what is wanted there and what exists: plain data, which the state keeps.

/** What a person suspended: zones at targets, where nothing is written until it is resumed. Times are RFC 3339, in UTC. */
export interface PassSuspension {
  /** Canonical names; null: all. */
  readonly zones: readonly string[] | null;
  /** null: all. */
  readonly targets: readonly string[] | null;
  readonly reason: string;
  /** null: until it is resumed. */
  readonly until: string | null;
  /** Who did it, and when. */
  readonly by: string;
  readonly at: string;
}

/** An RRset that was written lately: plannedHash of it as it was before, and as it was written last; null: there was none. */
export interface EarlierRRset extends RRsetKey {
  readonly before: string | null;
  readonly after: string | null;
}

/** An RRset as it was wanted when it was last verified. */
export interface VerifiedHash extends RRsetKey {
  /** plannedHash of it; `neverVerified`: it was there, and not as it was wanted. */
  readonly hash: string;
}

export const neverVerified = '';

export interface GuardContext {
  /** The first that is about the zone at the target; null: it is not suspended. */
  readonly suspended: PassSuspension | null;
  /** At the names that change, or may. Of what is not among them, nothing was wanted then; null: nothing was ever verified here. */
  readonly verified: readonly VerifiedHash[] | null;
  /** Withhold drift where the zone's `drift` is `alert`, and what is contested: so does the daemon. */
  readonly heedsDrift: boolean;
  /** Drift that was corrected too often. */
  readonly contested: readonly RRsetKey[];
  /** How the RRsets were `window` ago that were written since, without those that a person let through. */
  readonly earlier: readonly EarlierRRset[];
}

export const nothingSpecial: GuardContext = {
  suspended: null,
  verified: null,
  heedsDrift: false,
  contested: [],
  earlier: [],
};

/** One short text for what an RRset answers and how it is checked; equal where the two are, whatever a SOA's serial. */
export const plannedHash = (type: string, rrset: PlannedRRset | null): string | null => {
  if (rrset === null) return null;
  const rdatas = rrset.values.map(({ rdata }) => (isSoa(type) ? withSerialNumber(rdata, 0) : rdata));
  const check = checkText(type, rrset.health_check);
  return createHash('sha256')
    .update(`${rrset.ttl}\n${rdatas.join('\n')}\n${check}`)
    .digest('base64url')
    .slice(0, 22);
};

/** The first that is about the zone at the target now; null: none is. `now` is milliseconds since 1970. */
export const suspensionAt = (
  suspensions: readonly PassSuspension[],
  at: ZoneAtTarget,
  now: number,
): PassSuspension | null =>
  suspensions.find((each) => (each.until === null || Date.parse(each.until) > now) && isWithinScope(each, at)) ?? null;

type ZoneAtTarget = Pick<ZoneTarget, 'zone' | 'target'>;

/** Zones at targets: those that are in both lists; null: all. */
export type SuspensionScope = Pick<PassSuspension, 'zones' | 'targets'>;

export const isWithinScope = ({ targets, zones }: SuspensionScope, at: ZoneAtTarget): boolean =>
  (zones?.includes(at.zone) ?? true) && (targets?.includes(at.target) ?? true);
