import { type GuardContext, plannedHash } from '../model/guard-context.ts';
import type { Change } from '../model/plan.ts';
import { mapRRsets } from '../model/rrset-map.ts';
import type { GuardInput, Judge, Refusal, Refusals } from './refusal.ts';
import { refuse } from './refusal.ts';

// The guards that judge by what was before this pass: what was verified, what came back, what a person suspended; see guard.ts.

/** The changes, those marked that make good what somebody else did since the RRset was last verified. */
export const withDrift = <Planned extends Change>(
  changes: readonly Planned[],
  { verified }: GuardContext,
): readonly Planned[] => {
  if (verified === null || changes.length === 0) return changes;
  const known = mapRRsets(verified);
  return changes.map((change): Planned => {
    const then = known.get(change)?.hash ?? null;
    return then === plannedHash(change.type, change.after) ? { ...change, drift: true } : change;
  });
};

/** Refuses drift where the zone says to tell it, and what was corrected too often. */
export const refusedByDrift: Judge = (input) => {
  const { changes, context, drift } = input;
  const found = context.heedsDrift ? changes.filter((change) => change.drift === true) : [];
  if (found.length === 0) return new Map();
  const contested = mapRRsets(context.contested);
  const again = found.filter((change) => contested.has(change));
  const told = drift === 'alert' ? found.filter((change) => !contested.has(change)) : [];
  const reason = 'somebody else changed it since it was last verified, and "drift" is alert';
  const contestedReason =
    'contested: it was corrected 5 times within an hour, and somebody else changed it again; find out who, then resume';
  const refusals = new Map([
    ...refuse(told, input, { guard: 'drift', reason, byName: true }),
    ...refuse(again, input, { guard: 'drift', kind: 'contested', reason: contestedReason, byName: true }),
  ]);
  return input.isNew ? ofMissingZone(refusals, input) : refusals;
};

/** A zone that somebody deleted is made again whole, or not at all: an `--allow` of one name lets all of it through. */
const ofMissingZone = (refusals: Refusals, { changes }: GuardInput): Refusals => {
  const drift = changes.filter((change) => change.drift === true);
  const [first] = refusals.values();
  if (first === undefined || refusals.size < drift.length) return new Map();
  const dependent: Refusal = { ...first, kind: 'dependent', reason: 'waits for the zone, which somebody else deleted' };
  return new Map(changes.map((change) => [change, refusals.get(change) ?? dependent]));
};

/** Refuses everything where a person said so. */
export const refusedBySuspension: Judge = ({ changes, context: { suspended } }) => {
  if (suspended === null) return new Map();
  const { at, by, reason: why, until } = suspended;
  const end = until === null ? '' : `, until ${until}`;
  const reason = `suspended by ${by} since ${at}${end}: ${why}`;
  const refusal: Refusal = { guard: 'suspended', kind: 'refused', reason, allow: null };
  return new Map(changes.map((change) => [change, refusal]));
};
