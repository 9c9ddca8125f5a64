import { messageOf } from '../model/errors.ts';
import type { Change, Changeset } from '../model/plan.ts';
import type { Store, UnprovenChange } from '../model/ports.ts';
import type { Difference, VerifyReport } from '../model/result.ts';
import { keyOf, type RRsetKey, sameAnswer } from '../model/rrset.ts';
import { type ZoneId, zoneLabel } from '../model/zone.ts';
import type { RunContext } from '../target.ts';

/** One zone at one target after an apply. */
export interface VerifiedZone {
  readonly zone: ZoneId;
  readonly target: string;
  /** What was written. */
  readonly changes: readonly Change[];
  /** Was the whole zone read before? */
  readonly isRead: boolean;
  /** What should change there and was not written. */
  readonly open: readonly (RRsetKey & Pick<Change, 'drift'>)[];
}

/**
 * Saves what was written and not shown by every name server, and tells for a zone at a target whether it is in order: not
 * where a name server differs, and not where an earlier write is still without effect.
 */
export const rememberUnproven = async (
  zones: readonly VerifiedZone[],
  { differences }: Pick<VerifyReport, 'differences'>,
  store: Pick<Store, 'unproven' | 'keepUnproven'>,
  { onNotice }: Pick<RunContext, 'onNotice'>,
): Promise<(zone: ZoneId, target: string) => boolean> => {
  const byZone = Map.groupBy(differences, ({ zone }) => zone);
  const doubted = new Set<string>();
  for (const each of zones.filter(({ changes, isRead }) => isRead || changes.length > 0)) {
    const label = labelOf(each.zone, each.target);
    const found = each.changes.length === 0 ? [] : (byZone.get(zoneLabel(each.zone)) ?? []);
    try {
      const before = await store.unproven(each.zone, each.target);
      const after = unprovenAfter(each, before, found);
      if (found.length > 0 || after.some(({ isAtTarget }) => !isAtTarget)) doubted.add(label);
      if (before.length > 0 || after.length > 0) await store.keepUnproven(each.zone, each.target, after);
    } catch (error) {
      doubted.add(label);
      onNotice?.(`could not save what name servers did not show of ${label}: ${messageOf(error)}`);
    }
  }
  return (zone, target) => !doubted.has(labelOf(zone, target));
};

const labelOf = (zone: ZoneId, target: string): string => `${zoneLabel(zone)} at ${target}`;

/** What was written now counts anew; of the rest, a read that finds nothing to change shows that it is at the target. */
const unprovenAfter = (
  { changes, isRead, open }: VerifiedZone,
  before: readonly UnprovenChange[],
  differences: readonly Difference[],
): readonly UnprovenChange[] => {
  const written = new Set(changes.map(keyOf));
  const unwritten = new Set(open.map(keyOf));
  const earlier = before
    .filter((each) => !written.has(keyOf(each)))
    .map((each) => (isRead && !unwritten.has(keyOf(each)) ? { ...each, isAtTarget: true } : each));
  return [...earlier, ...changes.filter(isIn(differences, written)).map(unprovenOf)];
};

/** A difference that is of no change is of the whole zone: a name server does not answer for it. */
const isIn = (differences: readonly Difference[], written: ReadonlySet<string>): ((change: RRsetKey) => boolean) => {
  const keys = new Set(differences.map(keyOf));
  const isWhole = differences.some((each) => !written.has(keyOf(each)));
  return (change) => isWhole || keys.has(keyOf(change));
};

const unprovenOf = ({ name, type, after }: Change): UnprovenChange => ({
  name,
  type,
  after: after === null ? null : { ttl: after.ttl, values: after.values.map(({ rdata }) => rdata) },
  isAtTarget: false,
});

/** The planned changes that were written before as they are planned now, as they had no effect. */
export const writtenBefore = (
  { changes, withheld }: Pick<Changeset, 'changes' | 'withheld'>,
  unproven: readonly UnprovenChange[],
): readonly Change[] => {
  const known = new Map(unproven.filter(({ isAtTarget }) => !isAtTarget).map((each) => [keyOf(each), each]));
  return [...changes, ...withheld].filter((change) => {
    const before = known.get(keyOf(change));
    return before !== undefined && isSame(change.after, before.after);
  });
};

const isSame = (after: Change['after'], before: UnprovenChange['after']): boolean => {
  if (after === null || before === null) return after === before;
  return sameAnswer(after, { ttl: before.ttl, values: before.values.map((rdata) => ({ rdata })) });
};

/** One zone at one target that was verified, with what the state knows of it. */
export interface AskedZone {
  readonly zone: ZoneId;
  readonly target: string;
  readonly unproven: readonly UnprovenChange[];
  /** Has it a last sync? */
  readonly isSynced: boolean;
}

/** What a verification says of unproven changes: those that are shown everywhere now, and those that are not. */
export const afterVerification = (
  { zone, unproven }: AskedZone,
  { differences }: Pick<VerifyReport, 'differences'>,
) => {
  const found = differences.filter((each) => each.zone === zoneLabel(zone));
  const keys = new Set(found.map(keyOf));
  const isWhole = found.some(({ expected, kind }) => expected === null && (kind === 'no_answer' || kind === 'missing'));
  return { isInOrder: found.length === 0, still: unproven.filter((each) => isWhole || keys.has(keyOf(each))) };
};

/**
 * Saves what a verification found: a zone with a difference is not in order, and what is shown everywhere is proven. The
 * state is opened only where that changes something; what cannot be saved is a notice.
 */
export const rememberVerified = async (
  zones: readonly AskedZone[],
  report: Pick<VerifyReport, 'differences'>,
  save: (job: (store: Store) => Promise<void>) => Promise<void>,
  { onNotice }: Pick<RunContext, 'onNotice'>,
): Promise<void> => {
  const due = zones
    .map((each) => ({ ...each, ...afterVerification(each, report) }))
    .filter(({ isInOrder, isSynced, still, unproven }) => (!isInOrder && isSynced) || still.length < unproven.length);
  if (due.length === 0) return;
  try {
    await save(async (store) => {
      for (const { isInOrder, still, target, zone } of due) {
        if (!isInOrder) await store.forgetSync(zone, target);
        await store.keepUnproven(zone, target, still);
      }
    });
  } catch (error) {
    onNotice?.(`could not save what this verification found; add --full to the next plan: ${messageOf(error)}`);
  }
};
