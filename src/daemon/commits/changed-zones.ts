import { compareText } from '../../model/compare.ts';
import type { Definitions } from '../../model/definitions.ts';
import { keyOf } from '../../model/rrset.ts';
import { type DesiredZone, zoneLabel } from '../../model/zone.ts';

type Wanted = Pick<Definitions, 'zones' | 'zoneNames' | 'roles'>;

/**
 * The zones of which a commit changes what is wanted, by name. What it says of servers may reach any zone: where that differs,
 * it is all of them.
 */
export const changedZones = (before: Wanted, after: Wanted): readonly string[] => {
  const zones = new Set([...before.zoneNames, ...after.zoneNames]);
  const [known, next] = [wantedByZone(before), wantedByZone(after)];
  const isAll = withoutPlaces(before.roles) !== withoutPlaces(after.roles);
  return [...zones].filter((zone) => isAll || known.get(zone) !== next.get(zone)).sort(compareText);
};

const wantedByZone = ({ zones }: Wanted): ReadonlyMap<string, string> =>
  new Map(zones.map((zone) => [zoneLabel(zone.id), wantedOf(zone)]));

/** All that decides what is done with a zone, whatever order its files have it in. */
const wantedOf = ({ settings, rrsets, quarantined, complete }: DesiredZone): string => {
  const byKey = (a: { name: string; type: string | null }, b: { name: string; type: string | null }): number =>
    compareText(`${a.name} ${a.type}`, `${b.name} ${b.type}`);
  return withoutPlaces([
    settings,
    [...rrsets].sort((a, b) => compareText(keyOf(a), keyOf(b))),
    [...quarantined].sort(byKey),
    complete,
  ]);
};

/** Where something stands, and why, changes nothing of what is wanted. */
const ofPlaces: ReadonlySet<string> = new Set(['at', 'file', 'line', 'column', 'origin', 'origins', 'reason']);

const withoutPlaces = (value: unknown): string =>
  JSON.stringify(value, (key, each) => (ofPlaces.has(key) ? undefined : each));
