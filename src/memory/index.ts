// Memory: what the state store keeps from pass to pass, and when it is written.
//
// Terms
//   ledger       per zone and target: each value that we wrote for a server (or, where `owns: listed`, for Git), with its
//                sources (`lab/web1`, `git`) and claims (ledger.ts)
//   orphan       a value that exists where the inventory could have written it, and that nobody wants or accounts for, with
//                how long that has been so and how many complete answers of the inventories said so; it goes with the value
//   evidence     what decides whether an unwanted value may be deleted: servers, names, addresses, ledger and orphans
//   unproven     per zone and target: each change that was written, and that a name server did not show when it was asked
//   verified     per zone and target: a hash of each RRset as it was wanted when it was last seen so; while the same is wanted,
//                what differs is drift (verified-rrsets.ts)
//   recent       per zone and target: what was written within the guards' window, with the RRsets before (guard-context.ts)
//   corrections  per zone and target: when the daemon corrected drift; five within an hour, and it is contested
//   last sync    per zone and target: the fingerprint, mark and desired digest when the zone was last known to be as
//                desired; while all three are the same, it need not be read
//   pass record  when a pass ran, what became of it, and how much it changed
//
// Premise: a store that is lost, or an entry that could not be saved, costs reads and time, never records: what is not known
// is not deleted. An apply may be killed at any line, and another Hostmaster may write between two passes.
//
// How it works
//   1. Before a plan, deletionEvidenceAt reads ledger and orphans of a zone, and desiredDigestOf gives what its last sync is
//      compared with. Before the guards judge, guardContextAt reads what was verified and written lately.
//   2. Before an apply, rememberInventories saves the answers of the inventories, and rememberValuesBeforeApply adds what is
//      about to be written to the ledger, beside what exists: whatever a killed apply leaves is known. rememberRecentChanges
//      does the same for the guards.
//   3. After it, rememberValues brings the ledger to what exists now, and saves the orphans that are still there, as the plan
//      counted them: once more where every inventory answered completely and an interval has passed since the last count.
//   4. After the verification, rememberUnproven saves what was not shown: a zone with such a change is not in order, and a
//      plan that comes to the same change again says that it had no effect. rememberVerifiedRRsets saves how each RRset was
//      wanted that is so now, and rememberCorrections which drift was corrected. rememberSyncs saves the zones that are as
//      desired and in order, leaves a mark at those it wrote, and forgets all others; recordPass comes last.
//   5. A reviewed plan has no inventories and no full reads: rememberReviewedBeforeApply and rememberReviewed save what its
//      changes themselves say, and its zones are forgotten, so that the next pass reads them.
//   6. What cannot be saved once zones are being written is one problem (watch-store.ts), and the pass goes on: what was
//      written is told. Before that, it throws.
export { rememberAbsent } from './absent-servers.ts';
export { deletionEvidenceAt, type EvidenceStore } from './deletion-evidence.ts';
export { desiredDigestOf } from './desired-digest.ts';
export {
  forgetCorrections,
  type GuardRules,
  type GuardStore,
  guardContextAt,
  plainRules,
  rememberCorrections,
  rememberRecentChanges,
  type ZoneToWrite,
} from './guard-context.ts';
export { rememberSyncs } from './last-synced.ts';
export { recordPass } from './record-pass.ts';
export {
  rememberInventories,
  rememberReviewed,
  rememberReviewedBeforeApply,
  rememberValues,
  rememberValuesBeforeApply,
} from './remember-values.ts';
export {
  type AskedZone,
  afterVerification,
  rememberUnproven,
  rememberVerified,
  type VerifiedZone,
  writtenBefore,
} from './unproven.ts';
export { rememberVerifiedRRsets, type SeenZone } from './verified-rrsets.ts';
export { watchStore } from './watch-store.ts';
