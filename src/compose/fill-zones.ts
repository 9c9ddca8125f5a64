import type { DesiredZone } from '../model/zone.ts';
import type { Composition, MergedZone } from './composition.ts';
import { inventoryScopeOf } from './inventory-scope.ts';

/** The zones of the files, with what was merged for each of them. */
export const fillZones = (
  { input: { zones, roles }, ruleset }: Composition,
  merged: ReadonlyMap<string, MergedZone>,
): readonly DesiredZone[] => {
  const forward = ruleset.registration === null ? null : ruleset.zones.of(ruleset.registration.definition.zone);
  return zones.map((zone) => {
    const scope = inventoryScopeOf(zone, roles);
    const isUnknown = ruleset.unknownNames === 'everything' || (ruleset.unknownNames === 'scope' && scope !== null);
    // While the forward zone is left alone, nothing may be deleted from its reverse zones: A and PTR go together.
    const isWithoutForward = scope?.ptr === true && forward !== null && forward.zone === null;
    const filled = fillZone(zone, merged.get(zone.id.name));
    const complete = zone.complete && !isUnknown && !isWithoutForward;
    if (scope === null) return { ...filled, complete };
    const inScope: Pick<DesiredZone, 'scope' | 'claimedNames'> =
      ruleset.claimedNames.length === 0 ? { scope } : { scope, claimedNames: ruleset.claimedNames };
    return { ...filled, complete, ...inScope };
  });
};

const fillZone = (zone: DesiredZone, merged: MergedZone | undefined): DesiredZone => {
  if (merged === undefined) return zone;
  const { rrsets, quarantined } = merged;
  const whole = new Set(quarantined.flatMap(({ name, type }) => (type === null ? [name] : [])));
  const statics = whole.size === 0 ? zone.rrsets : zone.rrsets.filter(({ name }) => !whole.has(name));
  const protections = [...(zone.protected ?? []), ...merged.protected];
  return {
    ...zone,
    rrsets: statics.concat(rrsets),
    quarantined: [...zone.quarantined, ...quarantined],
    ...(protections.length === 0 ? {} : { protected: protections }),
  };
};
