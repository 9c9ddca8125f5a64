import { compareText } from '../model/compare.ts';
import type { AtomicSet, Changeset, Plan, TargetStatus } from '../model/plan.ts';
import { planDigest, summarise } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { sortProblems } from '../model/problem.ts';
import type { InventoryStatus } from '../model/server.ts';

export interface PlanParts {
  readonly commit: string | null;
  /** Missing: false. */
  readonly dirty?: boolean;
  readonly targets: readonly TargetStatus[];
  readonly changesets: readonly Changeset[];
  readonly problems: readonly Problem[];
  /** Missing: there is none. */
  readonly inventory?: Readonly<Record<string, InventoryStatus>>;
  /** Missing: there is none. */
  readonly atomicSets?: readonly AtomicSet[];
  /** Missing: there are none. */
  readonly absent?: readonly string[];
}

/** The plan of one pass: sorted, counted, digested. */
export const assemblePlan = (parts: PlanParts): Plan => {
  const { commit, dirty = false, targets, changesets, problems, inventory, atomicSets = [], absent = [] } = parts;
  const sorted = changesets.toSorted(
    (a, b) => compareText(a.zone, b.zone) || compareText(a.view ?? '', b.view ?? '') || compareText(a.target, b.target),
  );
  return {
    version: 2,
    digest: planDigest(sorted, atomicSets),
    config_commit: commit,
    dirty,
    inventory: inventory ?? {},
    targets: targets.toSorted((a, b) => compareText(a.name, b.name)),
    changesets: sorted,
    atomic_sets: atomicSets,
    problems: sortProblems(problems),
    summary: summarise(sorted),
    ...(absent.length === 0 ? {} : { absent }),
  };
};
