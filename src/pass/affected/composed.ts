import { type Affected, affectedBy, type ChangedServers } from '../../compose/affected.ts';
import type { MergedName, Statics } from '../../compose/merge.ts';
import { parentOf } from '../../model/name.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import type { LastPass, LastPassZone } from './last-pass.ts';
import { type NeedsFullPass, needsFullPass, type TouchedZone, touchedZone } from './zone.ts';

/** Composes the names that the change of some servers affects, and no others. */
export const composedWith = (last: LastPass, changed: ChangedServers): Affected =>
  affectedBy(last.composition, changed, () => ({ get: (name) => staticsAt(last, name) }));

const staticsAt = (last: LastPass, name: string): Statics => {
  const zones = zonesWith(last, name);
  return {
    rrsets: zones.flatMap(({ fromFiles }) => fromFiles.get(name) ?? []),
    quarantined: zones.flatMap(({ badInFiles }) => badInFiles.get(name) ?? []),
  };
};

/** The zones that a name may stand in. */
export const zonesWith = ({ zones }: Pick<LastPass, 'zones'>, name: string): readonly LastPassZone[] => {
  const found: LastPassZone[] = [];
  for (let at = name; ; at = parentOf(at)) {
    found.push(...(zones.get(at) ?? []));
    if (at === '.') return found;
  }
};

/** Zone by zone; a zone of two views is two. */
export const touchedZones = (last: LastPass, merged: readonly MergedName[]): readonly TouchedZone[] | NeedsFullPass => {
  const touched: TouchedZone[] = [];
  for (const [name, own] of Map.groupBy(merged, ({ entry }) => entry.name)) {
    for (const each of last.zones.get(name) ?? []) {
      const { id, settings } = each.zone;
      const zoneTargets = settings.targets.map((target) =>
        last.zoneTargets.get(zoneTargetKey({ zone: id.name, view: id.view, target })),
      );
      if (zoneTargets.includes(undefined)) return needsFullPass(`${id.name} was not planned at all its targets`);
      const open = new Set(zoneTargets.flatMap((target) => [...(target?.open.keys() ?? [])]));
      const zone = touchedZone(each, own, open);
      if ('status' in zone) return zone;
      touched.push(zone);
    }
  }
  return touched;
};
