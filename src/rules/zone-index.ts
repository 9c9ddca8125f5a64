import { compileGlob } from '../model/glob.ts';
import { isWithin, parentOf, relativeTo } from '../model/name.ts';
import type { RRset } from '../model/rrset.ts';
import type { DesiredZone } from '../model/zone.ts';

/** Where a zone's own data end: at a sub-zone with a file of its own, a delegation, or below a DNAME. */
export interface Occlusion {
  readonly name: string;
  /** `quarantined`: an NS or DNAME that cannot be used, so that nobody knows what is below. */
  readonly kind: 'subzone' | 'delegation' | 'dname' | 'quarantined';
}

/** What the zone answers for a name; `unknown` where its files alone cannot tell. */
export type Lookup = readonly RRset[] | 'absent' | 'unknown';

/** A zone as the rules look at it. Everything but `at` is made when it is first asked for. */
export interface ZoneIndex {
  readonly zone: DesiredZone;
  readonly apex: string;
  /** Every name that has RRsets, with them. */
  readonly byName: ReadonlyMap<string, readonly RRset[]>;
  readonly at: (name: string) => readonly RRset[];
  /** Is something at this name bad input, so that what is there is not known? */
  readonly isQuarantined: (name: string) => boolean;
  /** May this name have RRsets that the files do not show: bad input, ignored, or not ours to list? */
  readonly isOpen: (name: string) => boolean;
  readonly hasCut: (kind: Occlusion['kind']) => boolean;
  /** The uppermost cut at or above a name (a DNAME's: only above); null where the name is the zone's own. */
  readonly cutOf: (name: string) => Occlusion | null;
  /** The targets of all NS RRsets. */
  readonly nameServers: () => ReadonlySet<string>;
  /** Like a name server: wildcards included, cuts respected. */
  readonly lookup: (name: string) => Lookup;
  /** The zone of this repository that a name is in; null where there is none. */
  readonly zoneOf: (name: string) => ZoneIndex | null;
}

const none: readonly RRset[] = [];

/** `subzones` are the zones of their own below this one; `zoneOf` finds the other indexes. */
const indexZone = (
  zone: DesiredZone,
  subzones: readonly string[],
  zoneOf: (name: string) => ZoneIndex | null,
): ZoneIndex => {
  const apex = zone.id.name;
  const byName = groupByName(zone.rrsets);
  const at = (name: string) => byName.get(name) ?? none;
  const quarantined = new Set(zone.quarantined.map((entry) => entry.name));
  const isQuarantined = (name: string) => quarantined.has(name);
  const cuts = cutsOf(zone, subzones);
  const cutOf = cuts.size === 0 ? () => null : (name: string) => uppermostCut(cuts, name, apex);
  const kinds = lazy(() => new Set([...cuts.values()].map((cut) => cut.kind)));
  const existing = lazy(() => existingNames(byName.keys(), quarantined, apex));
  const openEnded = !zone.complete || zone.settings.owns === 'listed';
  const ignored = lazy(() => zone.settings.ignore.map((rule) => compileGlob(rule.name)));
  const isOpen = (name: string) =>
    openEnded || isQuarantined(name) || ignored().some((glob) => glob(relativeTo(name, apex)));

  const lookup = (name: string): Lookup => {
    if (!isWithin(name, apex) || cutOf(name) !== null || isQuarantined(name)) return 'unknown';
    const rrsets = byName.get(name);
    if (rrsets !== undefined) return rrsets;
    if (isOpen(name)) return 'unknown';
    if (existing().has(name)) return 'absent';
    const wildcard = wildcardFor(name, existing());
    return isQuarantined(wildcard) ? 'unknown' : (byName.get(wildcard) ?? 'absent');
  };

  return {
    zone,
    apex,
    byName,
    at,
    isQuarantined,
    isOpen,
    cutOf,
    hasCut: (kind) => kinds().has(kind),
    nameServers: lazy(() => new Set(ofType(zone.rrsets, 'NS').flatMap((rrset) => rrset.values.map((v) => v.rdata)))),
    lookup,
    zoneOf,
  };
};

const groupByName = (rrsets: readonly RRset[]): ReadonlyMap<string, readonly RRset[]> => {
  const byName = new Map<string, RRset[]>();
  for (const rrset of rrsets) {
    const known = byName.get(rrset.name);
    if (known === undefined) byName.set(rrset.name, [rrset]);
    else known.push(rrset);
  }
  return byName;
};

const ofType = (rrsets: readonly RRset[], type: string) => rrsets.filter((rrset) => rrset.type === type);

const cutsOf = (zone: DesiredZone, subzones: readonly string[]): ReadonlyMap<string, Occlusion> => {
  const apex = zone.id.name;
  const cuts = new Map<string, Occlusion>();
  for (const { name, type } of zone.quarantined) {
    if ((type === 'NS' && name !== apex) || type === 'DNAME') cuts.set(name, { name, kind: 'quarantined' });
  }
  for (const { name, type } of zone.rrsets) {
    if (type === 'DNAME') cuts.set(name, { name, kind: 'dname' });
    if (type === 'NS' && name !== apex) cuts.set(name, { name, kind: 'delegation' });
  }
  for (const name of subzones) cuts.set(name, { name, kind: 'subzone' });
  return cuts;
};

const uppermostCut = (cuts: ReadonlyMap<string, Occlusion>, name: string, apex: string): Occlusion | null => {
  let found: Occlusion | null = null;
  for (let at = name; ; at = parentOf(at)) {
    const cut = cuts.get(at);
    if (cut !== undefined && (cut.kind !== 'dname' || at !== name)) found = cut;
    if (at === apex || at === '.') return found;
  }
};

/** Every name that exists, empty non-terminals with them (RFC 4592 section 2.2.2). */
const existingNames = (names: Iterable<string>, quarantined: Iterable<string>, apex: string): ReadonlySet<string> => {
  const existing = new Set([apex]);
  for (const list of [names, quarantined]) {
    for (const name of list) {
      for (let at = name; !existing.has(at) && at !== '.'; at = parentOf(at)) existing.add(at);
    }
  }
  return existing;
};

/** The wildcard that answers for a name that does not exist (RFC 4592 section 3.3.1). */
const wildcardFor = (name: string, existing: ReadonlySet<string>): string => {
  let encloser = parentOf(name);
  while (!existing.has(encloser) && encloser !== '.') encloser = parentOf(encloser);
  return encloser === '.' ? '*.' : `*.${encloser}`;
};

const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** For each zone name the other zone names below it, however far. */
const subzonesByZone = (zoneNames: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const all = new Set(zoneNames);
  const below = new Map<string, string[]>();
  for (const name of all) {
    for (let at = name; at !== '.'; ) {
      at = parentOf(at);
      if (!all.has(at)) continue;
      const known = below.get(at);
      if (known === undefined) below.set(at, [name]);
      else known.push(name);
    }
  }
  return below;
};

/** An index for every zone; each finds the others. Of two views of a zone the first is found. */
export const indexZones = (zones: readonly DesiredZone[], zoneNames: readonly string[]): readonly ZoneIndex[] => {
  const subzones = subzonesByZone(zoneNames);
  const byApex = new Map<string, ZoneIndex>();
  const zoneOf = (name: string): ZoneIndex | null => {
    for (let at = name; ; at = parentOf(at)) {
      const index = byApex.get(at);
      if (index !== undefined || at === '.') return index ?? null;
    }
  };
  const indexes = zones.map((zone) => indexZone(zone, subzones.get(zone.id.name) ?? [], zoneOf));
  for (const index of indexes) if (!byApex.has(index.apex)) byApex.set(index.apex, index);
  return indexes;
};
