import type { RecentChange, RevertedDrift } from '../model/daemon-store.ts';
import {
  type EarlierRRset,
  type GuardContext,
  type PassSuspension,
  plannedHash,
  suspensionAt,
  type VerifiedHash,
} from '../model/guard-context.ts';
import type { Change } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import { keyOf, type RRsetKey } from '../model/rrset.ts';
import type { DesiredZone, ZoneId } from '../model/zone.ts';
import { type Allow, isLetThrough } from '../plan/index.ts';
import { isVerifiedMark } from './verified-rrsets.ts';

/** What a pass tells its guards. */
export interface GuardRules {
  readonly suspended: readonly PassSuspension[];
  /** As GuardContext has it. */
  readonly heedsDrift: boolean;
  /** Count the percentages over the guards' window: what is planned will be applied. */
  readonly overWindow: boolean;
}

export const plainRules: GuardRules = { suspended: [], heedsDrift: false, overWindow: false };

export type GuardStore = Pick<Store, 'verified' | 'recentChanges' | 'keepRecentChanges' | 'revertedDrift'>;

/** What the guards have to know of a zone at a target; `changes` are those that are planned, before the guards judge them. */
export const guardContextAt = async (
  { id, settings }: Pick<DesiredZone, 'id' | 'settings'>,
  target: string,
  changes: readonly RRsetKey[],
  { heedsDrift, overWindow, suspended }: GuardRules,
  store: GuardStore,
  now: number,
): Promise<GuardContext> => ({
  suspended: suspensionAt(suspended, { zone: id.name, target }, now),
  verified: changes.length === 0 ? null : await verifiedAt(id, target, changes, store),
  heedsDrift,
  contested: heedsDrift && changes.length > 0 ? (await store.revertedDrift(id, target)).filter(isContested) : [],
  earlier: overWindow && changes.length > 0 ? await earlierAt(id, target, settings.guards.window, store, now) : [],
});

/** Of more names, all of the zone is read at once. */
const mostNames = 500;

const verifiedAt = async (
  zone: ZoneId,
  target: string,
  changes: readonly RRsetKey[],
  store: GuardStore,
): Promise<readonly VerifiedHash[] | null> => {
  const names = [...new Set([zone.name, ...changes.map(({ name }) => name)])];
  const found = await store.verified(zone, target, names.length > mostNames ? undefined : names);
  const isMarked = found.some((each) => isVerifiedMark(each, zone));
  return isMarked ? found.flatMap(({ hash, name, type }) => (hash === null ? [] : [{ name, type, hash }])) : null;
};

const earlierAt = async (
  zone: ZoneId,
  target: string,
  window: number,
  store: GuardStore,
  now: number,
): Promise<readonly EarlierRRset[]> => {
  if (window === 0) return [];
  const since = now - window;
  const found = await store.recentChanges(zone, target, since);
  // The clock was set back: nobody knows any more when that was, so it counts as if it were now, and then grows old.
  const late = found.filter(({ at }) => at > now).map((each) => ({ ...each, at: now }));
  if (late.length > 0) await store.keepRecentChanges(zone, target, late, { since, until: now }).catch(() => undefined);
  return earlierOf(found);
};

/** How each RRset was before the first of its changes, the oldest first; what a person let through is where counting begins. */
export const earlierOf = (changes: readonly RecentChange[]): readonly EarlierRRset[] =>
  [...Map.groupBy(changes, keyOf).values()].flatMap((own) => {
    const counted = own.slice(own.findLastIndex(({ allowed }) => allowed) + 1);
    const [first] = counted;
    const last = counted.at(-1);
    if (first === undefined || last === undefined) return [];
    return [{ name: first.name, type: first.type, before: first.before, after: last.after }];
  });

/** One zone at one target that is about to be written. */
export interface ZoneToWrite {
  readonly zone: Pick<DesiredZone, 'id' | 'settings'>;
  readonly target: string;
  readonly changes: readonly Change[];
}

/** Saves how the RRsets are that are about to be written, so that the guards know it when this apply was killed, too. */
export const rememberRecentChanges = async (
  zones: readonly ZoneToWrite[],
  allows: readonly Allow[],
  store: Pick<Store, 'keepRecentChanges'>,
  now: number,
): Promise<void> => {
  for (const { changes, target, zone } of zones) {
    const { window } = zone.settings.guards;
    if (changes.length === 0 || window === 0) continue;
    const recent = changes.map((change): RecentChange => {
      const { action, after, before, name, type } = change;
      const hashes = { before: plannedHash(type, before), after: plannedHash(type, after) };
      // What is down goes by itself, and comes back: nobody has to look at how much of that there is.
      const allowed = change.health === true || isLetThrough(allows, change, zone.id, target);
      return { at: now, action, name, type, ...hashes, allowed };
    });
    await store.keepRecentChanges(zone.id, target, recent, { since: now - window, until: now });
  }
};

/** So often within so long, and what comes back is contested. */
const mostCorrections = 5;
const correctionsCount = 3_600_000;

const isContested = ({ at }: RevertedDrift): boolean => at.length >= mostCorrections;

/** Saves which drift was corrected now. What is contested stays so until a person resumes it. */
export const rememberCorrections = async (
  zones: readonly ZoneToWrite[],
  store: Pick<Store, 'revertedDrift' | 'keepRevertedDrift'>,
  now: number,
): Promise<void> => {
  for (const { changes, target, zone } of zones) {
    const corrected = new Set(changes.filter(({ drift }) => drift === true).map(keyOf));
    if (corrected.size === 0) continue;
    const known = await store.revertedDrift(zone.id, target);
    const next = correctionsAfter(
      known,
      changes.filter(({ drift }) => drift === true),
      now,
    );
    await store.keepRevertedDrift(zone.id, target, next);
  }
};

/** Those that change: an RRset without a time is forgotten. */
export const correctionsAfter = (
  known: readonly RevertedDrift[],
  corrected: readonly RRsetKey[],
  now: number,
): readonly RevertedDrift[] => {
  const due = new Map(corrected.map(({ name, type }) => [keyOf({ name, type }), { name, type }]));
  const old = known.map(({ at, name, type }) => {
    // What is still to come was noted before the clock was set back: nobody knows any more when that was.
    const isRecent = (each: number) => each <= now && now - each < correctionsCount;
    const kept = isContested({ at, name, type }) ? at : at.filter(isRecent);
    const again = due.delete(keyOf({ name, type }));
    return { name, type, at: again ? [...kept, now] : kept };
  });
  return [...old, ...[...due.values()].map((key) => ({ ...key, at: [now] }))];
};

/** What is contested at these no longer is: a person has looked at it. */
export const forgetCorrections = async (
  zones: readonly Pick<ZoneToWrite, 'zone' | 'target'>[],
  store: Pick<Store, 'revertedDrift' | 'keepRevertedDrift'>,
): Promise<void> => {
  for (const { target, zone } of zones) {
    const known = await store.revertedDrift(zone.id, target);
    if (known.length === 0) continue;
    await store.keepRevertedDrift(
      zone.id,
      target,
      known.map(({ name, type }) => ({ name, type, at: [] })),
    );
  }
};
