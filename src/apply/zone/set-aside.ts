import { dependentsOf, sidesOf } from '../../model/dependents.ts';
import type { Change } from '../../model/plan.ts';
import type { ChangeResult } from '../../model/result.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ZoneRun } from './run.ts';
import { isApplied, undecided } from './run.ts';
import { listOf } from './send.ts';

/** What messages say of a change with this outcome. */
const statusWords = { refused: 'was refused', stale: 'has changed since the plan', skipped: 'was not made' } as const;

/**
 * Takes changes out of a run, by keyOf with the reason for each, and with them the changes that depend on them. Where
 * nothing but deletes is left, these are skipped too: something was to replace what they delete. Changes of atomic sets
 * are not skipped by this: their set decides.
 */
export const setAside = (
  run: ZoneRun,
  reasons: ReadonlyMap<string, string>,
  status: Extract<ChangeResult['status'], keyof typeof statusWords>,
): void => {
  const { changeset, belongsToSet } = run.input;
  const left = undecided(run, changeset.changes);
  const bad = left.filter((change) => reasons.has(keyOf(change)));
  if (bad.length === 0) return;
  for (const change of bad) run.outcome.set(keyOf(change), { status, message: reasons.get(keyOf(change)) ?? null });
  const served = new Set(run.state.firstRead?.rrsets.filter(({ values }) => values.length > 0).map(({ name }) => name));
  const dependents = dependentsOf({
    zone: changeset.zone,
    changes: left,
    withheld: bad.flatMap(sidesOf),
    exists: (name) => served.has(name),
  });
  const why = `${listOf(bad)}, which ${statusWords[status]}`;
  skip(run, dependents.keys(), `depends on ${why}`);
  const others = undecided(run, changeset.changes).filter((change) => belongsToSet?.(change) !== true);
  const onlyDeletes = others.every(({ action }) => action === 'delete') && !hasGained(run);
  if (onlyDeletes) skip(run, others, `nothing would replace it without ${why}`);
};

const skip = ({ outcome }: ZoneRun, changes: Iterable<Change>, message: string): void => {
  for (const change of changes) {
    if (!outcome.has(keyOf(change))) outcome.set(keyOf(change), { status: 'skipped', message });
  }
};

/** Is anything but deletes applied? */
const hasGained = (run: ZoneRun): boolean =>
  run.input.changeset.changes.some((change) => change.action !== 'delete' && isApplied(run, change));
