import type { DesiredZone } from '../model/zone.ts';
import type { Composition } from './composition.ts';
import type { Merged } from './merge.ts';
import { scopeOf } from './scope.ts';

/** The zones as they come from their files, with what was merged for each of them. */
export const fillZones = (
  { input: { zones, roles }, book }: Composition,
  merged: readonly Merged[],
): readonly DesiredZone[] => {
  const byZone = Map.groupBy(merged, ({ entry }) => entry.name);
  const forward = book.registration === null ? null : book.zones.of(book.registration.definition.zone);
  return zones.map((zone) => {
    const here = byZone.get(zone.id.name) ?? [];
    const scope = scopeOf(zone, roles);
    const isUnknown = book.unknown === 'everything' || (book.unknown === 'scope' && scope !== null);
    // Where the forward zone is left alone, so is the reverse: the two agree or neither changes.
    const isHalf = scope?.ptr === true && forward !== null && forward.zone === null;
    const filled = fillZone(zone, here);
    return {
      ...filled,
      complete: zone.complete && !isUnknown && !isHalf,
      ...(scope === null ? {} : { scope }),
    };
  });
};

const fillZone = (zone: DesiredZone, merged: readonly Merged[]): DesiredZone => {
  if (merged.length === 0) return zone;
  const quarantined = merged.flatMap((each) => each.quarantined);
  const whole = new Set(quarantined.flatMap(({ name, type }) => (type === null ? [name] : [])));
  const statics = whole.size === 0 ? zone.rrsets : zone.rrsets.filter(({ name }) => !whole.has(name));
  const rrsets = [...statics];
  for (const each of merged) rrsets.push(...each.rrsets);
  const protections = [...(zone.protected ?? []), ...merged.flatMap((each) => each.protected)];
  return {
    ...zone,
    rrsets,
    quarantined: [...zone.quarantined, ...quarantined],
    ...(protections.length === 0 ? {} : { protected: protections }),
  };
};
