import type { ClaimChange, ReplanClaims } from '../../apply/index.ts';
import { type RosterServer, serverKey } from '../../model/server.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import { planNames } from '../../plan/plan-names.ts';
import { checkZones } from '../../rules/index.ts';
import { claimChangesOf, withUnknownFate } from '../replan.ts';
import { composedWith } from './composed.ts';
import type { LastPass } from './last-pass.ts';
import { stillWithheld } from './plan.ts';
import type { NextOfServers, PlannedAffected } from './planned.ts';
import { zoneAt } from './zone.ts';

/** As pass/replan.ts does it for everything: the claims again where the sets of some servers could not be written. */
export const replanningTouched =
  (last: LastPass, { next, work }: PlannedAffected): ReplanClaims =>
  async (failed) => {
    const keys = new Set(failed.map(({ inventory, server }) => serverKey({ inventory, name: server })));
    const { merged } = composedWith(last, withoutServers(last, next, keys));
    const byZone = Map.groupBy(merged, ({ entry }) => entry.name);
    return work.flatMap(({ changeset, evidence, fitFor, snapshot, zone: { id } }): readonly ClaimChange[] => {
      const touched = next.zones.find(({ zone }) => zone.id.name === id.name && zone.id.view === id.view);
      const lastTarget = last.zoneTargets.get(zoneTargetKey(changeset));
      if (evidence === null || snapshot === null || touched === undefined) return [];
      const { around, names } = touched;
      const zone = zoneAt(touched.last, byZone.get(id.name) ?? [], [...names, ...around]);
      const { zones } = checkZones([zone], { zoneNames: last.definitions.zoneNames });
      const planned = planNames({
        desired: zones[0] ?? zone,
        target: fitFor,
        existing: snapshot,
        allows: [],
        evidence: withUnknownFate(keys, evidence),
        names,
        around,
        total: lastTarget?.total ?? 0,
        withheldBefore: lastTarget === undefined ? [] : stillWithheld(lastTarget),
      });
      if (planned.status === 'needs_full_pass') return [];
      return claimChangesOf(changeset, planned.planned.changeset.changes);
    });
  };

/** A server that its inventory does not call active leaves its claims all the same. */
const withoutServers = (
  { composition: { entries } }: LastPass,
  { impact: { changed } }: NextOfServers,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, RosterServer | null> => {
  const next = new Map(changed);
  for (const key of keys) {
    const entry = next.has(key) ? next.get(key) : entries.get(key);
    if (entry?.server.state === 'active') next.set(key, null);
  }
  return next;
};
