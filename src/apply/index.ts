// Apply: from changesets to writes at targets, and what became of each change.
//
// Terms
//   changeset      all changes of one zone at one target; a `ChangesetRun` is one being applied, with its lease
//   atomic set     the changes of one server's A, AAAA and PTR, over several zones: all are applied or none
//   claim          a shared name that takes a value from several servers; it waits for the sets of these
//   phase          one step of the order over all zones (phases.ts)
//   lease          the permission to write one zone at one target; of all Hostmasters on one store one has it
//   stale          an RRset is no longer what the plan was made from
//   compare and swap  a write that happens only where each RRset is still what the change says it was before
//
// Premise: others write to the same zones at any moment, targets stop answering, and this process can be killed between
// any two lines. So every touched RRset is read again just before its write, a write without an answer is read back before
// it is sent again, and what must be whole over several writes is in the journal first.
//
// How it works
//   1. apply-input.ts, changeset-run.ts: each changeset gets a run. One with changes of sets or claims is connected with
//      other zones; any other zone is written by itself, with its own lease, in the phase `main`.
//   2. lease.ts: the leases of all connected zones are taken, in the order of their keys, so that no two applies wait for
//      each other; all of them together wait half a minute at most, with what the pass has waited before it read. Each
//      write asks again whether the lease is still ours, and notes until when it may take effect: whoever has the lease
//      next waits that long, if there was no answer.
//   3. run-phases.ts: connected zones are read, sets that cannot be whole are skipped, the others are journalled
//      (sets/set-group.ts says how sets fail, roll back and recover), and then phase after phase is written over all zones:
//      PTRs, addresses, claims, and the deletes the other way round.
//   4. zone/: one zone's writes. order.ts and split-writes.ts put its changes into writes that the provider can take;
//      write.ts sends them and takes out what the target refuses; outcome.ts says what became of each change.
//   5. target-concurrency.ts: servers side by side, targets of one server in turns. circuit-breaker.ts: after three zones
//      without an answer a target's other zones are not tried.
//   6. stopping.ts: what a signal does to all of this.
//
// A reviewed plan is stricter: it is refused as a whole where anything is stale (refuse-stale.ts), and a zone of it is
// rolled back as a whole where one of its changes fails.
import { compareText } from '../model/compare.ts';
import { isDueChangeset } from '../model/plan.ts';
import type { ZoneResult } from '../model/result.ts';
import type { ZoneTarget } from '../model/zone-target.ts';
import type { RunContext } from '../target.ts';
import type { ApplyWork } from './apply-input.ts';
import { type ApplyAllOptions, noAnswerCodes, runPhases } from './run-phases.ts';
import { zoneResultOf } from './zone/outcome.ts';

export type { ApplyWork } from './apply-input.ts';
export { type LeaseHandle, leaseHandle, newWriterWait, unansweredWrites, waitForWriter } from './lease.ts';
export { refuseStale } from './refuse-stale.ts';
export type { ApplyAllOptions } from './run-phases.ts';
export type { ClaimChange, ReplanClaims } from './sets/claims.ts';
export { nothingRecovered, type Recovered, recoverJournal } from './sets/recover-journal.ts';
export { defaultWriteTimeout } from './zone/send.ts';

/** Applies all changesets, as the page above says. */
export const applyAll = async (
  work: readonly ApplyWork[],
  options: ApplyAllOptions,
  context: RunContext,
): Promise<readonly ZoneResult[]> => {
  const due = work
    .filter(({ changeset }) => isDueChangeset(changeset))
    .toSorted((a, b) => byZoneAndTarget(a.changeset, b.changeset));
  const total = due.reduce((sum, { changeset }) => sum + changeset.changes.length, 0);
  let done = 0;
  const onWritten = (changes: number) => {
    done += changes;
    context.onStep?.({ stage: 'apply', done, total });
  };
  if (total > 0) context.onStep?.({ stage: 'apply', done, total });
  const changesetRuns = await runPhases(due, options, context, onWritten);
  return changesetRuns.map(({ run }) => zoneResultOf(run)).sort(byZoneAndTarget);
};

/** Did this zone fail because its target gave no answer? */
export const isUnanswered = ({ code }: ZoneResult): boolean => code !== null && noAnswerCodes.has(code);

const byZoneAndTarget = (a: ZoneTarget, b: ZoneTarget): number =>
  compareText(a.zone, b.zone) || compareText(a.view ?? '', b.view ?? '') || compareText(a.target, b.target);
