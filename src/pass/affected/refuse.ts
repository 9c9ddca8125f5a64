import type { Change } from '../../model/plan.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import type { PlannedWork } from '../../run.ts';
import type { Resources } from '../open.ts';
import type { ServerChange } from './changes.ts';
import type { LastPass } from './last-pass.ts';
import type { PlannedAffected } from './planned.ts';
import { type NeedsFullPass, needsFullPass } from './zone.ts';

/** Why the change of some servers is not planned without all others, as the last pass cannot be believed; null: it can. */
export const refusedBefore = async (
  last: LastPass,
  changes: readonly ServerChange[],
  { store, targets }: Resources,
): Promise<NeedsFullPass | null> => {
  if (await store.changedByOthers()) return needsFullPass('somebody else wrote to the state');
  for (const { work } of last.zoneTargets.values()) {
    const { name } = work.target.definition;
    if (targets.open.get(name) !== work.target) return needsFullPass(`${name} was opened anew`);
  }
  for (const { next } of changes) {
    if (next?.standing !== 'present' || !next.complete || next.server.state === 'decommissioned')
      return needsFullPass('what is gone, or may be, is for a pass over everything');
    const { inventory } = next.server;
    if (!last.inventories.has(inventory)) return needsFullPass(`nothing is known of the inventory ${inventory} yet`);
  }
  return null;
};

/** Why it is not applied as it was planned; null: it may be. */
export const refusedAsPlanned = (last: LastPass, { work }: PlannedAffected): NeedsFullPass | null => {
  for (const each of work) {
    const at = zoneTargetKey(each.changeset);
    const stuck = last.unwritable.find((one) => zoneTargetKey(one) === at && each.part?.names.has(one.name) === true);
    if (stuck !== undefined) return needsFullPass(`an earlier apply left ${stuck.name} half done`);
    const emptied = emptiedIn(last, each);
    if (emptied !== undefined)
      return needsFullPass(`whether a wildcard answers for ${emptied.name} depends on all names beside it`);
  }
  return null;
};

/** A name that loses all that it has, where a wildcard may then answer: what it answers is not known from the names read. */
const emptiedIn = ({ zones }: LastPass, { changeset, snapshot, zone: { id } }: PlannedWork): Change | undefined => {
  const hasWildcard = zones.get(id.name)?.some(({ wildcards }) => wildcards.length > 0) === true;
  if (!hasWildcard) return undefined;
  const left = new Map<string, number>();
  for (const { name } of snapshot?.rrsets ?? []) left.set(name, (left.get(name) ?? 0) + 1);
  for (const { action, name } of changeset.changes) {
    if (action !== 'replace') left.set(name, (left.get(name) ?? 0) + (action === 'create' ? 1 : -1));
  }
  return changeset.changes.find(({ name }) => left.get(name) === 0);
};
