import { compareText } from '../model/compare.ts';
import type { RRset } from '../model/rrset.ts';
import type { RosterServer } from '../model/server.ts';
import type { DesiredZone, Protection, Quarantine } from '../model/zone.ts';
import type { DirectoryZone } from './configured-zones.ts';
import { keyOfEntry } from './contenders.ts';
import type { Contribution, ServerContributions } from './contribution.ts';
import { contributionsOf } from './contributions.ts';
import type { Finding } from './findings-to-problems.ts';
import { areSimple, mergeName, noStatics, type Statics, simpleRRset } from './merge.ts';
import { indexRoster, type OwnedIndex } from './roster-index.ts';
import { type ComposeInput, compileRuleset, type Ruleset } from './ruleset.ts';

/**
 * All contributions by server and by name. It is kept after a pass: then the change of a few servers is composed without
 * the rest, and brought into it (affected.ts). Its input stays the one that it was composed from.
 */
export interface Composition {
  readonly input: ComposeInput;
  readonly ruleset: Ruleset;
  readonly index: OwnedIndex;
  readonly entries: Map<string, RosterServer>;
  /** In the order of the servers' keys, as it was composed. */
  readonly byServer: Map<string, ServerContributions>;
  /** A single contribution is not in a list: nearly every name has one, and a hundred thousand lists cost memory. */
  readonly byName: Map<string, Contribution | readonly Contribution[]>;
}

export const contributionsAt = (there: Contribution | readonly Contribution[] | undefined): readonly Contribution[] => {
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

interface OpenStatics {
  readonly rrsets: Statics['rrsets'][number][];
  readonly quarantined: Quarantine[];
}

/** What zone files have at these names. */
export const staticsAt = (
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
