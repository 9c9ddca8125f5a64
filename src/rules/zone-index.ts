import { compileGlobs } from '../model/glob.ts';
import { compileIgnore, type IgnoreMatcher } from '../model/ignore.ts';
import { lazy, onceEach } from '../model/lazy.ts';
import { isWithin, parentOf, relativeTo } from '../model/name.ts';
import type { RRset } from '../model/rrset.ts';
import type { DesiredZone, IgnoreRule } from '../model/zone.ts';
import { existingNames, groupByName, mapOcclusions, occludes, zoneTree } from '../model/zone-tree.ts';

/** What takes names out of a zone: an NS or DNAME, or what stands for one. */
export interface Occlusion {
  readonly name: string;
  readonly type: 'NS' | 'DNAME';
  /**
   * `subzone`: a zone of its own in hostmaster.yaml; `quarantined`: an NS or DNAME that cannot be used, so that nobody knows
   * what is below.
   */
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
  readonly mayHaveOthers: (name: string) => boolean;
  /** The entry of the zone's `ignore` that covers an RRset; null: none does. */
  readonly ignoredBy: (rrset: RRset) => IgnoreRule | null;
  readonly hasOcclusion: (kind: Occlusion['kind']) => boolean;
  /** What a name is occluded by; null where it is the zone's own. */
  readonly occludedBy: (name: string) => Occlusion | null;
  /** The targets of all NS RRsets. */
  readonly nameServers: () => ReadonlySet<string>;
  /** Like a name server: wildcards included, zone cuts respected. */
  readonly lookup: (name: string) => Lookup;
  /** The zone of this repository that a name is in; null where there is none. */
  readonly zoneOf: (name: string) => ZoneIndex | null;
}

const none: readonly RRset[] = [];

/** Each `ignore` is compiled once: all zones of "*" have the same one. */
interface CompiledIgnore {
  readonly names: (ignore: readonly IgnoreRule[]) => ReturnType<typeof compileGlobs>;
  readonly rules: (ignore: readonly IgnoreRule[]) => IgnoreMatcher;
}

/** `subzones` are the zones of their own below this one; `zoneOf` finds the other indexes. */
const indexZone = (
  zone: DesiredZone,
  subzones: readonly string[],
  zoneOf: (name: string) => ZoneIndex | null,
  compiled: CompiledIgnore,
): ZoneIndex => {
  const apex = zone.id.name;
  const byName = groupByName(zone.rrsets);
  const at = (name: string) => byName.get(name) ?? none;
  const quarantined = new Set(zone.quarantined.map((entry) => entry.name));
  const isQuarantined = (name: string) => quarantined.has(name);
  const occlusions = mapOcclusions(occlusionsOf(zone, subzones));
  const existing = lazy(() => existingNames(apex, [...byName.keys(), ...quarantined]));
  const tree = zoneTree({
    apex,
    at,
    exists: (name) => existing().has(name),
    occlusionAt: (name) => occlusions.get(name),
  });
  const occludedBy = occlusions.size === 0 ? () => null : tree.occludedBy;
  const kinds = new Set([...occlusions.values()].map(({ kind }) => kind));
  const openEnded = !zone.complete || zone.settings.owns === 'listed';
  const { ignore } = zone.settings;
  const mayHaveOthers = (name: string) =>
    openEnded || isQuarantined(name) || compiled.names(ignore)(relativeTo(name, apex)).length > 0;

  const lookup = (name: string): Lookup => {
    if (!isWithin(name, apex) || occludedBy(name) !== null || isQuarantined(name)) return 'unknown';
    const rrsets = byName.get(name);
    if (rrsets !== undefined) return rrsets;
    if (mayHaveOthers(name)) return 'unknown';
    const wildcard = tree.sourceOfSynthesis(name);
    if (wildcard === null) return 'absent';
    return isQuarantined(wildcard) ? 'unknown' : (byName.get(wildcard) ?? 'absent');
  };

  return {
    zone,
    apex,
    byName,
    at,
    isQuarantined,
    mayHaveOthers,
    ignoredBy: (rrset) => compiled.rules(ignore)(rrset, apex),
    occludedBy,
    hasOcclusion: (kind) => kinds.has(kind),
    nameServers: lazy(() => new Set(ofType(zone.rrsets, 'NS').flatMap((rrset) => rrset.values.map((v) => v.rdata)))),
    lookup,
    zoneOf,
  };
};

const ofType = (rrsets: readonly RRset[], type: string) => rrsets.filter((rrset) => rrset.type === type);

/** Of two for one name the later one counts: it is known better. */
const occlusionsOf = (zone: DesiredZone, subzones: readonly string[]): readonly Occlusion[] => {
  const occlusions: Occlusion[] = [];
  const add = (name: string, type: string | null, kind: Occlusion['kind']): void => {
    if (type === 'NS' || type === 'DNAME') occlusions.push({ name, type, kind });
  };
  for (const { name, type } of zone.quarantined) {
    if (type !== null && occludes({ name, type }, zone.id.name)) add(name, type, 'quarantined');
  }
  for (const rrset of zone.rrsets) {
    if (occludes(rrset, zone.id.name)) add(rrset.name, rrset.type, rrset.type === 'NS' ? 'delegation' : 'dname');
  }
  for (const name of subzones) add(name, 'NS', 'subzone');
  return occlusions;
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
  const compiled: CompiledIgnore = {
    names: onceEach((ignore) => compileGlobs(ignore.map(({ name }) => name))),
    rules: onceEach(compileIgnore),
  };
  const indexes = zones.map((zone) => indexZone(zone, subzones.get(zone.id.name) ?? [], zoneOf, compiled));
  for (const index of indexes) if (!byApex.has(index.apex)) byApex.set(index.apex, index);
  return indexes;
};
