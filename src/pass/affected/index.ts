// A pass of a few servers: composes, reads, checks, plans, applies, verifies and remembers their names alone.
//
// Terms
//   last pass      what the last pass left in memory: all that is wanted and all that servers contribute, by name
//                  (last-pass.ts). One pass at a time has it, changes it in place, and gives it to the next
//   touched name   every name that these servers, or who shares a name or address with them, contributed to or do now
//   around         names that decide what becomes of the touched ones (above, leading to them, bad input), and that are read
//                  and checked with them; one that would change itself ends the pass
//   needs_full_pass  these names alone do not tell, and the caller has everything planned anew
//
// Premise: it is the pass over everything, over few names. Each stage is the same function as there; what a stage looks up
// of all others stays as the last pass had it. Where that may be wrong, because somebody else wrote to the state, a write
// failed, or a name server does not answer what was written, there is no next last pass.
//
// How it works
//   1. changes.ts: the servers, each as a complete answer of its inventory has it. composed.ts: their touched names, merged
//      with what everybody else contributes there. zone.ts, check.ts: the names around them, and the rules.
//   2. deletion-evidence.ts, plan.ts: evidence as it is with these servers; reads, and plans each zone at each target.
//   3. apply.ts: the same steps as pass/apply.ts has for everything; replan.ts plans claims without servers that failed.
//   4. hand-on.ts: brings it all into the last pass, which then is as if everything had been composed anew.
import type { Affected } from '../../compose/affected.ts';
import { findingsToProblems } from '../../compose/findings-to-problems.ts';
import { type GuardRules, plainRules } from '../../memory/index.ts';
import type { Plan } from '../../model/plan.ts';
import { assemblePlan, atomicSets, withholdSplitSets } from '../../plan/index.ts';
import type { Registered } from '../../plan/sets.ts';
import type { PlannedWork } from '../../run.ts';
import type { RunContext } from '../../target.ts';
import type { Resources } from '../open.ts';
import { quarantinedAddresses } from '../withhold.ts';
import { changedServers, type ServerChange } from './changes.ts';
import { checkTouched } from './check.ts';
import { composedWith, touchedZones } from './composed.ts';
import { evidenceOverlay, evidenceWith, impactOf, registeredOverlay } from './deletion-evidence.ts';
import { type LastPass, problemKey } from './last-pass.ts';
import { over } from './overlay.ts';
import { type PlanningStore, planTouched } from './plan.ts';
import type { AffectedPass, NextOfServers, PlannedAffected } from './planned.ts';
import { refusedAsPlanned, refusedBefore } from './refuse.ts';
import { needsFullPass } from './zone.ts';

export { type AppliedAffected, applyAffected } from './apply.ts';
export { answersWithChanges, changesTo, mostServers, type ServerChange } from './changes.ts';
export { type LastPass, type LastPassTarget, lastPassOf } from './last-pass.ts';
export type { AffectedPass, PlannedAffected } from './planned.ts';
export type { NeedsFullPass } from './zone.ts';

/**
 * Plans the change of a few servers, to be applied: where the last pass can still be believed, and what was planned can be
 * applied and proven by these names alone. What is open stays open.
 */
export const affectedPass = async (
  last: LastPass,
  changes: readonly ServerChange[],
  resources: Resources,
  context: RunContext,
  rules: Pick<GuardRules, 'suspended' | 'heedsDrift'> = plainRules,
): Promise<AffectedPass> => {
  const refused = await refusedBefore(last, changes, resources);
  if (refused !== null) return refused;
  const planned = await planAffected(last, changes, {
    store: resources.store,
    context,
    rules: { ...rules, overWindow: true },
  });
  return planned.status === 'planned' ? (refusedAsPlanned(last, planned) ?? planned) : planned;
};

export interface PlanningContext {
  readonly store: PlanningStore;
  readonly context: RunContext;
  /** Default is that nothing is suspended, and nothing counted over time. */
  readonly rules?: GuardRules;
}

/**
 * Plans the change of a few servers: composes, reads, checks and compares their names alone, and those that decide with
 * them. Gives what a full pass would, where nothing else moved since the last one; where that cannot be known, it says so.
 */
export const planAffected = async (
  last: LastPass,
  changes: readonly ServerChange[],
  { store, context, rules = plainRules }: PlanningContext,
): Promise<AffectedPass> => {
  const started = context.clock.now();
  const changed = changedServers(last, changes);
  if ('status' in changed) return changed;
  const affected = composedWith(last, changed);
  const open = [...changed.keys(), ...affected.recomposed.map(({ key }) => key)].find((key) =>
    last.openServers.has(key),
  );
  if (open !== undefined) return needsFullPass(`what is withheld of ${open} may be in other zones than these`);
  const touched = touchedZones(last, affected.merged);
  if ('status' in touched) return touched;
  const checked = checkTouched(touched, last.definitions.zoneNames);
  if ('status' in checked) return checked;
  const { zones } = checked;
  const impact = impactOf(last.composition, changed, affected);
  const now = context.clock.now();
  const evidence = evidenceOverlay(last, impact, now);
  const planning = { store, context, rules, evidence: evidenceWith(last, evidence, now), now };
  const planned = await planTouched(last, zones, planning);
  if ('status' in planned) return planned;
  const next = { affected, impact, zones, evidence, registered: registeredOverlay(last, impact) };
  const isNew = (problem: Plan['problems'][number]) => !last.reportedProblems.has(problemKey(problem));
  const problems = [...problemsOf(affected), ...checked.problems.filter(isNew), ...planned.problems];
  const { heedsDrift } = rules;
  return {
    status: 'planned',
    started,
    names: affected.names,
    next,
    heedsDrift,
    ...planOf(last, next, planned.work, problems),
  };
};

/** With the atomic sets withheld that cannot be written whole. */
const planOf = (
  last: LastPass,
  { registered, zones }: NextOfServers,
  work: readonly PlannedWork[],
  problems: Plan['problems'],
): Pick<PlannedAffected, 'plan' | 'work'> => {
  const names: Registered = { ...over(last.registered, registered), size: last.registered.size + registered.size };
  const changesets = withholdSplitSets({
    changesets: work.map(({ changeset }) => changeset),
    registered: names,
    allows: [],
    quarantined: quarantinedAddresses(zones.map(({ checked }) => checked)),
  });
  const own = changesets.map((each, i) => {
    const isOwn = ({ name }: { readonly name: string }) => work[i]?.part?.names.has(name) === true;
    return { ...each, withheld: each.withheld.filter(isOwn) };
  });
  const { config_commit: commit, dirty, inventory, targets } = last.plan;
  return {
    plan: assemblePlan({
      ...{ commit, dirty, targets, inventory, changesets: own, problems },
      atomicSets: atomicSets(own, names),
    }),
    work: work.map((each, i) => ({ ...each, changeset: own[i] ?? each.changeset })),
  };
};

const problemsOf = ({ merged, recomposed }: Affected): Plan['problems'] =>
  findingsToProblems([...recomposed, ...merged].flatMap(({ findings }) => findings));
