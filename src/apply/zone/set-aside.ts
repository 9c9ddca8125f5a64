import { dependentsOf, sidesOf } from '../../model/dependents.ts';
import type { Change } from '../../model/plan.ts';
import type { ChangeResult } from '../../model/result.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ZoneRun } from './run.ts';
import { stands, undecided } from './run.ts';
import { listOf } from './send.ts';

/** How each status is said of what others go with. */
const words = { refused: 'refused', stale: 'no longer what the plan saw', skipped: 'not made' } as const;

/**
 * Takes changes out of a run, by keyOf with the reason for each, and with them what cannot go without them. Where nothing
 * but deletes is left, they stay too: something was to come in place of what they take away. What belongs to atomic sets
 * has its own order, and goes on.
 */
export const setAside = (
  run: ZoneRun,
  reasons: ReadonlyMap<string, string>,
  status: Extract<ChangeResult['status'], keyof typeof words>,
): void => {
  const { changeset, belongsToSet } = run.input;
  const left = undecided(run, changeset.changes);
  const bad = left.filter((change) => reasons.has(keyOf(change)));
  if (bad.length === 0) return;
  for (const change of bad) run.outcome.set(keyOf(change), { status, message: reasons.get(keyOf(change)) ?? null });
  const served = new Set(run.state.opened?.rrsets.filter(({ values }) => values.length > 0).map(({ name }) => name));
  const dependents = dependentsOf({
    zone: changeset.zone,
    changes: left,
    withheld: bad.flatMap(sidesOf),
    exists: (name) => served.has(name),
  });
  const was = `${listOf(bad)}, which was ${words[status]}`;
  skip(run, dependents.keys(), `goes with ${was}`);
  const goesOn = undecided(run, changeset.changes).filter((change) => belongsToSet?.(change) !== true);
  const nothingComes = goesOn.every(({ action }) => action === 'delete') && !hasGained(run);
  if (nothingComes) skip(run, goesOn, `nothing would come in its place, because ${listOf(bad)} was ${words[status]}`);
};

const skip = ({ outcome }: ZoneRun, changes: Iterable<Change>, message: string): void => {
  for (const change of changes) {
    if (!outcome.has(keyOf(change))) outcome.set(keyOf(change), { status: 'skipped', message });
  }
};

/** Did anything but deletes get through? */
const hasGained = (run: ZoneRun): boolean =>
  run.input.changeset.changes.some((change) => change.action !== 'delete' && stands(run, change));
