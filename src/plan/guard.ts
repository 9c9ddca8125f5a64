import { sidesOf } from '../model/dependents.ts';
import type { Change, Withheld } from '../model/plan.ts';
import { refusedByAbsence, refusedByDelegation, refusedByIncomplete, refusedByQuarantine } from './change-guards.ts';
import { refusedByDrift, refusedBySuspension } from './context-guards.ts';
import { refusedByNeverEmpty } from './never-empty.ts';
import { refusedByPercentages } from './percentages.ts';
import type { GuardInput, Judge, Refusal, Refusals } from './refusal.ts';
import { dependentChanges, dependsOn } from './refusal.ts';

// Guards: how they work
//
// Terms
//   guard      a safety limit, with a name that `--allow` takes and a switch or number under `guards:` of the zone
//   refused    of a change: a guard judged it, and does not let it through
//   dependent  of a change: it would be of no use, or do harm, without one that is refused (model/dependents.ts)
//   withheld   refused or dependent: in the plan, but not among its changes
//   allowable  withheld, and there is an `--allow` that lets it through
//
// Premise
//   A wrong delete in DNS is noticed when it is cached everywhere, and what is missing from desired may be missing by
//   mistake. So whatever a guard cannot tell from a mistake waits for a person, while the rest of the zone is applied.
//   A guard only takes changes out; it never alters one.
//
// The guards, in their order
//   drift         somebody else changed what was in order, and the zone says to tell that, or it came back too often
//   quarantine    what is wanted here is bad input, and so is what depends on it: what exists stays
//   incomplete    a file of the zone did not parse: only creates are safe
//   absence       what is wanted cannot stand beside a value that must not be deleted yet
//   delegation    an NS or DS changes; or its new name servers do not answer for the zone yet
//   never_empty   the zone, or a name that must keep an answer, would be left without one
//   max_delete_percent, max_replace_percent   more of the zone changes than its settings allow, at once or since a while ago
//   suspended     a person said that nothing is to be written here: what the others let through
// Two more are elsewhere: `filter`, for one zone is not enough to judge (withhold-sets.ts), and the deletes that `absence`
// withholds, for retained values never become changes (withheld-by-absence.ts).
//
// How it works
//   1. Each guard judges the changes that the guards before it let through. It does not refuse what `--allow` names.
//   2. What depends on its refusals is withheld with them, for the same guard and under the same `--allow`.
//   3. Each guard also judges the allowable changes of the guards before it: if it would refuse them too, they are listed
//      under it as well. So one plan says all that has to be allowed, instead of one guard after the other. Drift is not among
//      them, as it counts for no other guard, and `suspended` does not judge them, as what it lists is what a resume would do.

const guards: readonly Judge[] = [
  refusedByDrift,
  refusedByQuarantine,
  refusedByIncomplete,
  refusedByAbsence,
  refusedByDelegation,
  refusedByNeverEmpty,
  refusedByPercentages,
  refusedBySuspension,
];

const judgesAgain = (judge: Judge): boolean => judge !== refusedBySuspension;
const isJudgedAgain = ({ allow, guard: name }: Refusal): boolean => allow !== null && name !== 'drift';

export interface Guarded {
  readonly changes: readonly Change[];
  readonly withheld: readonly Withheld[];
}

/** Withholds what is not safe. Pure. */
export const guard = (input: GuardInput): Guarded => {
  if (input.changes.length === 0) return { changes: [], withheld: [] };
  let changes = input.changes;
  const allowable: Change[] = [];
  const withheld: Withheld[] = [];
  const withholdAll = (refusals: Iterable<readonly [Change, Refusal]>) => {
    for (const [change, refusal] of refusals) withheld.push({ ...change, ...refusal });
  };
  for (const judge of guards) {
    const refusals = withDependents(judge, { ...input, changes });
    if (allowable.length > 0 && judgesAgain(judge)) {
      const before = new Set(allowable);
      const again = withDependents(judge, { ...input, changes: [...changes, ...allowable] });
      withholdAll([...again].filter(([change]) => before.has(change)));
    }
    if (refusals.size === 0) continue;
    withholdAll(refusals);
    for (const [change, refusal] of refusals) if (isJudgedAgain(refusal)) allowable.push(change);
    changes = changes.filter((change) => !refusals.has(change));
  }
  return { changes, withheld };
};

const withDependents = (judge: Judge, input: GuardInput): Refusals => {
  const refusals = judge(input);
  if (refusals.size === 0) return refusals;
  const byName = Map.groupBy(refusals, ([{ name }]) => name);
  const all = new Map(refusals);
  for (const [change, name] of dependentChanges([...refusals.keys()].flatMap(sidesOf), input)) {
    const refused = byName.get(name);
    const refusal = refused?.at(-1)?.[1];
    if (all.has(change) || refused === undefined || refusal === undefined) continue;
    all.set(change, { ...refusal, kind: 'dependent', reason: dependsOn(refused.map(([each]) => each)) });
  }
  return all;
};
