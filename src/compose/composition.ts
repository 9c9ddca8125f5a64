import { compareText } from '../model/compare.ts';
import type { RRset } from '../model/rrset.ts';
import { type RosterServer, type Server, serverKey } from '../model/server.ts';
import type { DesiredZone, Protection, Quarantine } from '../model/zone.ts';
import type { DirectoryZone } from './configured-zones.ts';
import { keyOfEntry } from './contenders.ts';
import { type Contribution, type ServerContributions, serverKeyOf } from './contribution.ts';
import { contributionsOf } from './contributions.ts';
import type { Finding } from './findings-to-problems.ts';
import { areSimple, type MergedName, mergeName, noStatics, type Statics, simpleRRset } from './merge.ts';
import { indexRoster, type RosterIndex, reindexed, rivalsOf } from './roster-index.ts';
import { type ComposeInput, compileRuleset, type Ruleset } from './ruleset.ts';

/** All contributions by server and by name. It is kept after a pass: then one server's change is composed without the rest. */
export interface Composition {
  readonly input: ComposeInput;
  readonly ruleset: Ruleset;
  readonly index: RosterIndex;
  readonly entries: ReadonlyMap<string, RosterServer>;
  /** In the order of the servers' keys. */
  readonly byServer: ReadonlyMap<string, ServerContributions>;
  /** A single contribution is not in a list: nearly every name has one, and a hundred thousand lists cost memory. */
  readonly byName: ReadonlyMap<string, Contribution | readonly Contribution[]>;
}

const contributionsAt = (there: Contribution | readonly Contribution[] | undefined): readonly Contribution[] => {
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
  const index = indexRoster([...entries.values()], ruleset.contends);
  const byServer = new Map<string, ServerContributions>();
  const byName = new Map<string, Contribution | Contribution[]>();
  for (const [key, entry] of entries) {
    const contributed = contributionsOf(ruleset, index, entry);
    byServer.set(key, contributed);
    for (const contribution of contributed.contributions) {
      const there = byName.get(contribution.name);
      if (there === undefined) byName.set(contribution.name, contribution);
      else if ('kind' in there) byName.set(contribution.name, [there, contribution]);
      else there.push(contribution);
    }
  }
  return { input, ruleset, index, entries, byServer, byName };
};

/** What was merged for one zone. */
export interface MergedZone {
  readonly rrsets: RRset[];
  readonly quarantined: Quarantine[];
  readonly protected: Protection[];
}

/** Merges every name that a server, a claim or an unusable rule is about. */
export const mergeAll = ({
  ruleset,
  byName,
  input,
}: Composition): { readonly zones: ReadonlyMap<string, MergedZone>; readonly findings: readonly Finding[] } => {
  const zones = new Map<string, MergedZone>();
  const findings: Finding[] = [];
  const zoneOf = (entry: DirectoryZone): MergedZone => {
    const known = zones.get(entry.name);
    if (known !== undefined) return known;
    const fresh: MergedZone = { rrsets: [], quarantined: [], protected: [] };
    zones.set(entry.name, fresh);
    return fresh;
  };
  const byGit = new Set([...ruleset.claims.keys(), ...ruleset.blockedByGit.keys()]);
  const statics = staticsAt(input.zones, (name) => byName.has(name) || byGit.has(name));
  const merge = (name: string, contributions: readonly Contribution[]): void => {
    const merged = mergeName(ruleset, name, contributions, statics.get(name) ?? noStatics);
    if (merged === null) return;
    const zone = zoneOf(merged.entry);
    zone.rrsets.push(...merged.rrsets);
    zone.quarantined.push(...merged.quarantined);
    zone.protected.push(...merged.protected);
    for (const finding of merged.findings) findings.push(finding);
  };
  const isAlone = (name: string): boolean => !statics.has(name) && !byGit.has(name);
  for (const [name, there] of byName) {
    const contributions = contributionsAt(there);
    if (!areSimple(contributions) || !isAlone(name)) merge(name, contributions);
    else for (const contribution of contributions) zoneOf(contribution.entry).rrsets.push(simpleRRset(contribution));
  }
  for (const name of byGit) if (!byName.has(name)) merge(name, []);
  return { zones, findings };
};

/** What one server's change affects. */
export interface Affected {
  /** Every name that the server or a rival contributed to before, or contributes to now. */
  readonly names: readonly string[];
  readonly merged: readonly MergedName[];
  /** The server, unless it is gone, and its rivals. */
  readonly recomposed: readonly ServerContributions[];
}

/** Composes only the names that one server's change affects. `next` null: the server is gone. */
export const affectedBy = (from: Composition, previous: Server | null, next: RosterServer | null): Affected => {
  const { ruleset, index, entries, byName, input } = from;
  const server = next?.server ?? previous;
  if (server === null) return { names: [], merged: [], recomposed: [] };
  const key = serverKey(server);
  const old = entries.get(key) ?? null;
  const now = reindexed(index, key, next, ruleset.contends);
  const rivals = new Map<string, RosterServer | null>([[key, next]]);
  for (const entry of [old, next].filter((each) => each !== null)) {
    for (const other of [...rivalsOf(index, entry), ...rivalsOf(now, entry)]) {
      const otherKey = keyOfEntry(other);
      if (otherKey !== key) rivals.set(otherKey, other);
    }
  }
  const recomposed = [...rivals].flatMap(([, entry]) => (entry === null ? [] : [contributionsOf(ruleset, now, entry)]));
  const contributions = Map.groupBy(
    recomposed.flatMap((contributed) => contributed.contributions),
    ({ name }) => name,
  );
  const before = [...rivals.keys()].flatMap((each) => from.byServer.get(each)?.contributions ?? []);
  const names = new Set([...before.map(({ name }) => name), ...contributions.keys()]);
  const statics = staticsAt(input.zones, (name) => names.has(name));
  const merged = [...names].flatMap((name) => {
    const rest = contributionsAt(byName.get(name)).filter(
      (contribution) => !rivals.has(serverKeyOf(contribution) ?? ''),
    );
    const all = [...rest, ...(contributions.get(name) ?? [])].sort(byServerKey);
    return mergeName(ruleset, name, all, statics.get(name) ?? noStatics) ?? [];
  });
  return { names: [...names].sort(), merged, recomposed };
};

const byServerKey = (a: Contribution, b: Contribution): number => {
  const [keyOfA, keyOfB] = [serverKeyOf(a) ?? '', serverKeyOf(b) ?? ''];
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
