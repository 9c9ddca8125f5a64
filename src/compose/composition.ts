import { compareText } from '../model/compare.ts';
import type { RRset } from '../model/rrset.ts';
import { type RosterServer, type Server, serverKey } from '../model/server.ts';
import type { DesiredZone, Protection, Quarantine } from '../model/zone.ts';
import { type Item, ownerOf, type ServerContributions } from './contribution.ts';
import { contributionsOf } from './contributions.ts';
import type { Finding } from './finding.ts';
import { areSimple, type Merged, mergeName, noStatics, type Statics, simpleRRset } from './merge.ts';
import { concernedBy, indexRoster, keyOfEntry, type RosterIndex, reindexed } from './roster.ts';
import { type ComposeInput, compileRuleset, type Ruleset } from './ruleset.ts';
import type { ZoneEntry } from './zones.ts';

/** All that servers come to, kept so that the change of one of them costs its own names only. */
export interface Composition {
  readonly input: ComposeInput;
  readonly ruleset: Ruleset;
  readonly index: RosterIndex;
  readonly entries: ReadonlyMap<string, RosterServer>;
  /** In the order of the servers' keys. */
  readonly contributions: ReadonlyMap<string, ServerContributions>;
  /** One item by itself, without a list: mostly it is the only one. */
  readonly byName: ReadonlyMap<string, Item | readonly Item[]>;
}

const itemsOf = (there: Item | readonly Item[] | undefined): readonly Item[] => {
  if (there === undefined) return [];
  return 'kind' in there ? [there] : there;
};

export const composition = (input: ComposeInput): Composition => {
  const ruleset = compileRuleset(input);
  const entries = new Map(
    input.roster.servers
      .map((entry): readonly [string, RosterServer] => [keyOfEntry(entry), entry])
      .sort(([a], [b]) => compareText(a, b)),
  );
  const index = indexRoster([...entries.values()], ruleset.counts);
  const parts = new Map<string, ServerContributions>();
  const byName = new Map<string, Item | Item[]>();
  for (const [key, entry] of entries) {
    const contributed = contributionsOf(ruleset, index, entry);
    parts.set(key, contributed);
    for (const item of contributed.items) {
      const there = byName.get(item.name);
      if (there === undefined) byName.set(item.name, item);
      else if ('kind' in there) byName.set(item.name, [there, item]);
      else there.push(item);
    }
  }
  return { input, ruleset, index, entries, contributions: parts, byName };
};

/** What all servers come to, by the zone's name. */
export interface MergedZone {
  readonly rrsets: RRset[];
  readonly quarantined: Quarantine[];
  readonly protected: Protection[];
}

/** Every name that servers or Git's rules for them are about, merged. */
export const mergeAll = ({
  ruleset,
  byName,
  input,
}: Composition): { readonly zones: ReadonlyMap<string, MergedZone>; readonly findings: readonly Finding[] } => {
  const zones = new Map<string, MergedZone>();
  const findings: Finding[] = [];
  const zoneOf = (entry: ZoneEntry): MergedZone => {
    const known = zones.get(entry.name);
    if (known !== undefined) return known;
    const fresh: MergedZone = { rrsets: [], quarantined: [], protected: [] };
    zones.set(entry.name, fresh);
    return fresh;
  };
  const byGit = [...ruleset.claims.keys(), ...ruleset.blocked.keys()];
  const isByGit = new Set(byGit);
  const statics = staticsAt(input.zones, (name) => byName.has(name) || isByGit.has(name));
  const merge = (name: string, items: readonly Item[]): void => {
    const merged = mergeName(ruleset, name, items, statics.get(name) ?? noStatics);
    if (merged === null) return;
    const zone = zoneOf(merged.entry);
    zone.rrsets.push(...merged.rrsets);
    zone.quarantined.push(...merged.quarantined);
    zone.protected.push(...merged.protected);
    findings.push(...merged.findings);
  };
  const isAlone = (name: string): boolean => !statics.has(name) && !isByGit.has(name);
  for (const [name, there] of byName) {
    const items = itemsOf(there);
    if (!areSimple(items) || !isAlone(name)) merge(name, items);
    else for (const item of items) zoneOf(item.entry).rrsets.push(simpleRRset(item));
  }
  for (const name of isByGit) if (!byName.has(name)) merge(name, []);
  return { zones, findings };
};

/** What one server's change comes to. */
export interface Affected {
  /** Every name that the server touched before or touches now, and those of servers that share a name or address. */
  readonly names: readonly string[];
  readonly merged: readonly Merged[];
  readonly contributions: readonly ServerContributions[];
}

/** The names that change with one server (`next` null: it is gone), composed anew without the rest. */
export const affectedBy = (from: Composition, previous: Server | null, next: RosterServer | null): Affected => {
  const { ruleset, index, entries, byName, input } = from;
  const server = next?.server ?? previous;
  if (server === null) return { names: [], merged: [], contributions: [] };
  const key = serverKey(server);
  const old = entries.get(key) ?? null;
  const now = reindexed(index, key, next, ruleset.counts);
  const concerned = new Map<string, RosterServer | null>([[key, next]]);
  for (const entry of [old, next].filter((each) => each !== null)) {
    for (const other of [...concernedBy(index, entry), ...concernedBy(now, entry)]) {
      const otherKey = keyOfEntry(other);
      if (otherKey !== key) concerned.set(otherKey, other);
    }
  }
  const contributions = [...concerned].flatMap(([, entry]) =>
    entry === null ? [] : [contributionsOf(ruleset, now, entry)],
  );
  const items = Map.groupBy(
    contributions.flatMap((contributed) => contributed.items),
    ({ name }) => name,
  );
  const before = [...concerned.keys()].flatMap((each) => from.contributions.get(each)?.items ?? []);
  const names = new Set([...before.map(({ name }) => name), ...items.keys()]);
  const statics = staticsAt(input.zones, (name) => names.has(name));
  const merged = [...names].flatMap((name) => {
    const rest = itemsOf(byName.get(name)).filter((item) => !concerned.has(ownerOf(item) ?? ''));
    const all = [...rest, ...(items.get(name) ?? [])].sort(byOwner);
    return mergeName(ruleset, name, all, statics.get(name) ?? noStatics) ?? [];
  });
  return { names: [...names].sort(), merged, contributions };
};

const byOwner = (a: Item, b: Item): number => {
  const [keyOfA, keyOfB] = [ownerOf(a) ?? '', ownerOf(b) ?? ''];
  return keyOfA < keyOfB ? -1 : keyOfA > keyOfB ? 1 : 0;
};

interface OpenStatics {
  readonly rrsets: Statics['rrsets'][number][];
  readonly quarantined: Quarantine[];
}

/** What zone files have at these names. */
const staticsAt = (
  zones: readonly DesiredZone[],
  isWanted: (name: string) => boolean,
): ReadonlyMap<string, Statics> => {
  const found = new Map<string, OpenStatics>();
  const at = (name: string): OpenStatics => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const fresh: OpenStatics = { rrsets: [], quarantined: [] };
    found.set(name, fresh);
    return fresh;
  };
  for (const zone of zones) {
    for (const rrset of zone.rrsets) if (isWanted(rrset.name)) at(rrset.name).rrsets.push(rrset);
    for (const each of zone.quarantined) if (isWanted(each.name)) at(each.name).quarantined.push(each);
  }
  return found;
};
