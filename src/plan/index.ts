// One zone at one target goes through plan-zone.ts like this:
//
//   1. retain.ts adds what must stay although nobody wants it: what others wrote beside our values (owned-by-list.ts), and
//      values whose server is not proven gone (retain-absent.ts, judged by deletion-verdict.ts).
//   2. fit.ts adapts the zone to what the target supports, and compiles health checks (health-checks.ts). What does not
//      fit becomes a problem, and is quarantined.
//   3. partition.ts divides what exists into what is ours to change and what is unmanaged, as ownership.ts says. A desired
//      RRset that an unmanaged one is in the way of is quarantined too (unmanaged-conflict.ts).
//   4. diff.ts makes the changes that turn what is ours into what is desired.
//   5. guard.ts withholds the changes that are not safe (context-guards.ts: by what was before this pass), and withheld-by-absence.ts lists the deletes that step 1 put off.
//
// When all zones are planned, withhold-sets.ts withholds the atomic sets of which a part is withheld, and assemble.ts makes
// the plan. plan-names.ts takes the same way for a few names of a zone that is known otherwise, and reviewed.ts judges a
// changeset that was planned before.

export type { AbsentAllow, Allow, ShrinkAllow } from './allow.ts';
export {
  absentAllows,
  isLetThrough,
  isOfZone,
  parseAllow,
  parseChangeAllow,
  printAbsent,
  shrinkAllows,
} from './allow.ts';
export { assemblePlan, type PlanParts } from './assemble.ts';
export { fit, type PlanTarget } from './fit.ts';
export { isLeftToDaemon } from './health-checks.ts';
export { isProtected, ownership } from './ownership.ts';
export {
  type DraftedZone,
  draftZone,
  judgeZone,
  type PlannedZone,
  type PlanZoneInput,
  planZone,
  unchangedChangeset,
} from './plan-zone.ts';
export { type JudgedChangeset, judgeReviewed } from './reviewed.ts';
export type { Unplanned } from './set-causes.ts';
export { atomicSets, type Registered, type ServerRef } from './sets.ts';
export { type WithholdSetsInput, withholdSplitSets } from './withhold-sets.ts';
