// One pass: the way from the repository and the inventories to the name servers. This file alone knows its order, and it is
// the door of the package; each step is a call whose file is named here.
//
// One record of a zone file, on its way:
//   load/index.ts reads hostmaster.yaml and the zone file (load/read-zone.ts), with file:line for every value
//   compose/index.ts lays what servers contribute over it; rules/index.ts checks the composed zone
//   pass/plan.ts reads the zone from its target (the provider's read) and asks the name servers what they can answer
//   plan/index.ts fits the record to the target, decides whose the existing one is, compares, and lets the guards judge
//   pass/assemble.ts puts its change into the plan, which report/ prints and --out writes
//   apply/index.ts takes the zone's lease, reads the name again, and writes the change (apply/zone/write.ts, the provider's
//     apply), in the order of apply/phases.ts
//   memory/index.ts saves what was written; pass/prove.ts and verify/index.ts ask every name server for it
//
// One server of an inventory, on its way:
//   inventory/index.ts asks the inventory and proves that its answer is complete, or keeps the last good one
//   compose/index.ts makes its A, AAAA and PTR and its values of claims, within what the grants of hostmaster.yaml allow
//   from there on it goes as a record does; plan/sets.ts joins the changes of its A, AAAA and PTR into an atomic set, and
//     pass/withhold.ts withholds a set that cannot be whole
//   apply/sets/set-group.ts applies the set whole or rolls it back; memory/ledger.ts notes for whom each value is
//   when the server is gone: memory/deletion-evidence.ts, and plan/deletion-verdict.ts decides whether its values may go;
//     pass/absent-servers.ts, where a person says that it is gone
//
// In the daemon, whose daemon/daemon.ts begins all that follows:
//   daemon/watched-repository.ts says which commit is in force, and windows/index.ts when the next one may be
//   daemon/loop/loop.ts decides what runs next; daemon/engine/engine.ts runs it, by this file, in a thread of its own
//   a server that a hook names goes by pass/affected/index.ts, against what the last pass left in memory
//   daemon/knowledge.ts keeps what passes found, for daemon/http/, the events and the metrics
import { newWriterWait } from './apply/index.ts';
import type { Definitions } from './model/definitions.ts';
import { assemble } from './pass/assemble.ts';
import { awaitWriters } from './pass/await-writers.ts';
import { type ReadContext, readDefinitions } from './pass/definitions.ts';
import { checkedOffline, checkedWithoutServers, want } from './pass/desired.ts';
import { openPass, orClose } from './pass/open.ts';
import { plan } from './pass/plan.ts';
import { recover } from './pass/recover.ts';
import { refuseStopped } from './pass/stopped.ts';
import { withhold } from './pass/withhold.ts';
import type { PassOptions, PlanPass, StoreOpener } from './run.ts';
import type { RunContext } from './target.ts';

export {
  type AffectedPass,
  type AppliedAffected,
  affectedPass,
  answersWithChanges,
  applyAffected,
  changesTo,
  type LastPass,
  lastPassOf,
  mostServers,
  type NeedsFullPass,
  type PlannedAffected,
  type ServerChange,
} from './pass/affected/index.ts';
export { type ApplyPass, applyPass, applyPlanPass } from './pass/apply.ts';
export { type DeleteAllow, type DeletedZone, deleteZonePass, type FoundZone } from './pass/delete-zone/index.ts';
export { type DumpedZone, dumpPass } from './pass/dump.ts';
export { askedName, explainPass } from './pass/explain.ts';
export { closeResources as closePass } from './pass/open.ts';
export { checkPlan, readPlan } from './pass/planfile/index.ts';
export { type ServingTarget, servePass } from './pass/serve.ts';
export { verifyPass } from './pass/verify.ts';
export { watchedProbes } from './pass/watched-probes.ts';
export type { PassOptions, PlanPass, StoreOpener } from './run.ts';
export type { ProviderLookup, Registry, RunContext, Step } from './target.ts';

/** Reads the repository and checks it by the rules: everything that needs no network. */
export const validate = async (options: PassOptions, context: ReadContext): Promise<Definitions> =>
  checkedOffline(await readDefinitions(options, context), options);

/** The same without any inventory, so that only what the repository says decides what is found. */
export const validateRepository = async (options: PassOptions, context: ReadContext): Promise<Definitions> =>
  checkedWithoutServers(await readDefinitions(options, context));

/**
 * Plans: opens, recovers, reads what is wanted, plans, withholds, assembles. Writes nothing at a target, but for what
 * `recover` finds half done. The caller closes the pass (closePass); one that throws has closed what it opened.
 */
export const planPass = async (
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<PlanPass> => {
  const pass = await openPass(options, context, openStore);
  return orClose(pass, async () => {
    const wait = newWriterWait();
    const recovered = await recover(pass, pass.definitions, context, wait, options);
    refuseStopped(context);
    if (options.recover === true) await awaitWriters(pass.store, pass.selection.wouldWrite, context, wait);
    // What others write to the state from here on is not in what this pass leaves.
    await pass.store.changedByOthers();
    const desired = await want(pass, context);
    refuseStopped(context);
    const planned = await plan(pass, desired, context);
    refuseStopped(context);
    const selected = withhold(planned, desired, pass);
    return { ...(await assemble(pass, recovered, desired, planned, selected, context)), wait };
  });
};
