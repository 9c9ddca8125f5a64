import type { VerifiedRRset } from '../model/daemon-store.ts';
import { messageOf } from '../model/errors.ts';
import { neverVerified, plannedHash } from '../model/guard-context.ts';
import type { Change, PlannedRRset } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { mapRRsets, rrsetMap } from '../model/rrset-map.ts';
import type { ZoneId, ZoneSnapshot } from '../model/zone.ts';
import type { RunContext } from '../target.ts';

// Which RRsets were as they were wanted, and how, when that was last seen: read so at the target, or written and shown by every
// name server. What differs from that while the same is wanted is drift. A row for each RRset that exists; one that is to change
// keeps the row that it has, and has one that is no hash where it has none. A mark at the apex says that the zone has rows at all,
// so that what has none was not wanted, and for which desired digest all of them are as they should be.

const markType = 'verified';
const partly = 'partly';

export const isVerifiedMark = ({ name, type }: RRsetKey, zone: ZoneId): boolean =>
  type === markType && name === zone.name;

/** One zone at one target after an apply. */
export interface SeenZone {
  readonly zone: ZoneId;
  readonly target: string;
  /** As it was read in full before the apply; null: it was not. */
  readonly snapshot: ZoneSnapshot | null;
  readonly desiredDigest: () => string;
  /** What was written. */
  readonly changes: readonly Change[];
  /** What should change there and was not written. */
  readonly open: readonly (RRsetKey & Pick<Change, 'drift'>)[];
}

type VerifiedStore = Pick<Store, 'verified' | 'keepVerified' | 'unproven'>;

/** Saves what is as it is wanted now. What cannot be saved is a notice: then less is taken for drift. */
export const rememberVerifiedRRsets = async (
  zones: readonly SeenZone[],
  store: VerifiedStore,
  { onNotice }: Pick<RunContext, 'onNotice'>,
): Promise<void> => {
  for (const seen of zones) {
    if (seen.snapshot === null && seen.changes.length === 0) continue;
    try {
      await rememberOne(seen, store);
    } catch (error) {
      onNotice?.(`could not save what was verified of ${seen.zone.name} at ${seen.target}: ${messageOf(error)}`);
    }
  }
};

const rememberOne = async (seen: SeenZone, store: VerifiedStore): Promise<void> => {
  const { changes, desiredDigest, open, snapshot, target, zone } = seen;
  const [mark] = (await store.verified(zone, target, [zone.name])).filter((each) => isVerifiedMark(each, zone));
  if (snapshot === null && mark === undefined) return;
  const digest = snapshot === null ? '' : desiredDigest();
  const unproven = changes.length === 0 ? [] : await store.unproven(zone, target);
  const doubted = mapRRsets<RRsetKey>([...open, ...unproven]);
  if (snapshot === null || (mark?.hash === digest && digest !== '')) {
    const written = changes.filter((change) => !doubted.has(change)).map(hashAfter);
    return written.length === 0 ? undefined : store.keepVerified(zone, target, written);
  }
  const isWhole = doubted.size() === 0 && digest !== '';
  const known = (await store.verified(zone, target)).filter((each) => !isVerifiedMark(each, zone));
  await store.keepVerified(zone, target, [
    ...rowsAfter(seen, snapshot, known, doubted),
    { name: zone.name, type: markType, hash: isWhole ? digest : partly },
  ]);
};

const hashAfter = ({ after, name, type }: Change): VerifiedRRset => ({ name, type, hash: plannedHash(type, after) });

/** The rows that change. */
const rowsAfter = (
  { changes, open }: SeenZone,
  { rrsets }: ZoneSnapshot,
  known: readonly VerifiedRRset[],
  doubted: { readonly has: (key: RRsetKey) => boolean },
): readonly VerifiedRRset[] => {
  const exists = rrsetMap<RRsetKey & { readonly planned: PlannedRRset }>();
  for (const { healthCheck, name, ttl, type, values } of rrsets) {
    if (values.length > 0)
      exists.set({ name, type }, { name, type, planned: { ttl, values, health_check: healthCheck ?? null } });
  }
  for (const { after, name, type } of changes) {
    if (after === null) exists.delete({ name, type });
    else exists.set({ name, type }, { name, type, planned: after });
  }
  const before = mapRRsets(known);
  // What was wanted of it is known, also where that is nothing.
  const drifted = mapRRsets<RRsetKey>(open.filter(({ drift }) => drift === true));
  const now = exists.values().flatMap(({ name, planned, type }): readonly VerifiedRRset[] => {
    if (drifted.has({ name, type })) return [];
    const row = before.get({ name, type });
    const hash = doubted.has({ name, type }) ? (row?.hash ?? neverVerified) : plannedHash(type, planned);
    return row?.hash === hash ? [] : [{ name, type, hash }];
  });
  const gone = known.filter((row) => !exists.has(row) && !doubted.has(row));
  return [...now, ...gone.map(({ name, type }) => ({ name, type, hash: null }))];
};
