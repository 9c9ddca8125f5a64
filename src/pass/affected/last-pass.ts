import { asKnownSince } from '../../compose/affected.ts';
import type { Composition } from '../../compose/composition.ts';
import { evidenceFrom, type RosterEvidence } from '../../compose/deletion-evidence.ts';
import type { Definitions } from '../../model/definitions.ts';
import { isWildcard } from '../../model/name.ts';
import type { Plan, Withheld } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import { rdataNames } from '../../model/rdata.ts';
import { appliedChanges, resultOf, type ZoneResult } from '../../model/result.ts';
import { isApexSet, pointingTypes } from '../../model/rr-types.ts';
import type { RRset, RRsetKey } from '../../model/rrset.ts';
import { type KnownInventory, serverKey } from '../../model/server.ts';
import type { DesiredZone, Protection, Quarantine } from '../../model/zone.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import { atomicSets } from '../../plan/index.ts';
import type { Registered, ServerRef } from '../../plan/sets.ts';
import type { PlannedWork, PlanPass } from '../../run.ts';
import type { UnwritableName } from '../../target.ts';

// What a pass leaves for those of a few servers: every zone by name, and what is known of it at each target.
//
// A pass of a few servers changes it in place (hand-on.ts), and gives it to the next one: to copy the maps of a hundred
// thousand names takes longer than all else of such a pass. So a last pass has one owner, who uses it for one pass at a time
// and then nothing but what that pass gives back.

/** One zone as the last pass wanted it, by name. */
export interface LastPassZone {
  readonly zone: Omit<DesiredZone, 'rrsets' | 'quarantined' | 'protected'>;
  /** What is wanted, before the rules. */
  readonly at: Map<string, readonly RRset[]>;
  /** What zone files alone have. */
  readonly fromFiles: ReadonlyMap<string, readonly RRset[]>;
  /** Bad input of zone files and inventories, before the rules. */
  readonly bad: Map<string, readonly Quarantine[]>;
  readonly badInFiles: ReadonlyMap<string, readonly Quarantine[]>;
  /** The same and what the rules found. */
  readonly quarantined: Map<string, readonly Quarantine[]>;
  readonly protected: Map<string, readonly Protection[]>;
  /** For each name in a value that has to lead somewhere: who has it. */
  readonly leadingTo: Map<string, Set<string>>;
  readonly wildcards: readonly string[];
  /** Types that were in it when it was last planned as a whole, and whether any of them had a health check. */
  readonly types: ReadonlySet<string>;
  readonly isChecked: boolean;
}

/** One zone at a target, as the last pass left it there. */
export interface LastPassTarget {
  readonly work: Pick<PlannedWork, 'target' | 'fitFor'>;
  /** Was the zone read, so that `fitFor` says what its name servers can answer? */
  readonly isRead: boolean;
  /** With another one somebody else wrote to the zone, and what is known of it is not true any more; null: it tells nothing. */
  readonly fingerprint: string | null;
  /** RRsets of ours, SOA and apex NS not counted. */
  readonly total: number;
  /** Names with changes that were withheld, which these are, or not applied. */
  readonly open: Map<string, readonly Withheld[]>;
  /** Names with something that is not ours. */
  readonly foreign: Set<string>;
}

/** An inventory as the state knows it. */
export interface LastPassInventory {
  readonly known: KnownInventory;
  /** By the server's name: where it stands in `known.servers`. */
  readonly positions: Map<string, number>;
}

/** Everything that the pass of a few servers is measured against. */
export interface LastPass {
  /** What the repository says, without its zones; the problems are those of the last pass over everything. */
  readonly definitions: Omit<Definitions, 'zones'>;
  readonly composition: Composition;
  /** By name; of two views there are two. */
  readonly zones: ReadonlyMap<string, readonly LastPassZone[]>;
  /** By zoneTargetKey. */
  readonly zoneTargets: Map<string, LastPassTarget>;
  readonly registered: Map<string, ServerRef>;
  /** null: there is no inventory. */
  readonly evidence: RosterEvidence | null;
  /** Registration names and addresses of present servers that contend for none: they vouch for these where nobody else does. */
  readonly bystanders: ReadonlySet<string>;
  readonly inventories: Map<string, LastPassInventory>;
  /** Servers, by serverKey, of whose A, AAAA or PTR a change is withheld: it may be in any zone. */
  readonly openServers: Set<string>;
  /** What was wrong with the answers of inventories. */
  readonly rosterProblems: readonly Problem[];
  readonly unwritable: readonly UnwritableName[];
  readonly plan: Pick<Plan, 'config_commit' | 'dirty' | 'targets' | 'inventory'>;
  /** The problems of what was wanted, in one text each. */
  readonly reportedProblems: ReadonlySet<string>;
}

/** The names that an RRset leads to. */
export const leadsTo = ({ type, values }: RRset): readonly string[] =>
  pointingTypes.has(type) ? values.flatMap(({ rdata }) => rdataNames(type, rdata)) : [];

/**
 * What a pass that was applied leaves: `results` are empty where there was nothing to write. Null where it was not asked to
 * keep what servers come to.
 */
export const lastPassOf = (
  { desired, plan, unwritable, work }: PlanPass,
  results: readonly ZoneResult[],
): LastPass | null => {
  if (desired.composed === undefined) return null;
  const { composition, zones } = desired.composed;
  const inventories = new Map(
    Object.entries(desired.next).map(([name, known]) => [name, { known, positions: positionsIn(known) }]),
  );
  const { zones: checked, ...definitions } = desired.definitions;
  const all = zones.flatMap((zone, i): readonly LastPassZone[] => {
    const after = checked[i];
    return after === undefined ? [] : [lastPassZone(zone, after, composition.input.zones[i])];
  });
  const { config_commit, dirty, inventory, targets } = plan;
  return {
    definitions,
    composition: asKnownSince(composition, ({ inventory, name }) => {
      const there = inventories.get(inventory);
      const position = there?.positions.get(name);
      return position === undefined ? undefined : there?.known.servers[position];
    }),
    zones: Map.groupBy(all, ({ zone }) => zone.id.name),
    zoneTargets: new Map(work.map((each) => [zoneTargetKey(each.changeset), lastPassTarget(each, results)])),
    registered: new Map(desired.registered),
    evidence: desired.evidence === null ? null : evidenceFrom(composition),
    bystanders: new Set(bystandersIn(composition)),
    inventories,
    openServers: new Set(openServersIn(work, desired.registered)),
    rosterProblems: desired.roster.problems,
    unwritable,
    plan: { config_commit, dirty, inventory, targets },
    reportedProblems: new Set(desired.definitions.problems.map(problemKey)),
  };
};

/** The servers with a change of their registration that is withheld. */
export const openServersIn = (work: readonly PlannedWork[], registered: Registered): readonly string[] =>
  atomicSets(
    work.map(({ changeset }) => ({ ...changeset, changes: changeset.withheld })),
    registered,
  ).map(({ inventory, server }) => serverKey({ inventory, name: server }));

export const problemKey = ({ rule, message }: Problem): string => `${rule} ${message}`;

const positionsIn = ({ servers }: KnownInventory): Map<string, number> =>
  new Map(servers.map(({ server: { name } }, i) => [name, i]));

const bystandersIn = ({ entries, ruleset }: Composition): readonly string[] => {
  const zone = ruleset.registration?.definition.zone ?? '';
  return [...entries.values()]
    .filter((entry) => entry.standing === 'present' && !ruleset.contends(entry))
    .flatMap(({ server: { ips, name } }) => [`${name}.${zone}`, ...ips]);
};

const lastPassZone = (before: DesiredZone, after: DesiredZone, file: DesiredZone | undefined): LastPassZone => {
  const at = byName(before.rrsets);
  const leadingTo = new Map<string, Set<string>>();
  for (const rrset of before.rrsets) noteLeading(leadingTo, rrset);
  const { protected: protections = [], quarantined, rrsets, ...zone } = after;
  return {
    zone,
    at,
    fromFiles: byName(file?.rrsets ?? []),
    bad: byName(before.quarantined),
    badInFiles: byName(file?.quarantined ?? []),
    quarantined: byName(quarantined),
    protected: byName(protections),
    leadingTo,
    wildcards: [...at.keys()].filter(isWildcard),
    types: new Set(rrsets.map(({ type }) => type)),
    isChecked: rrsets.some(({ healthCheck }) => healthCheck !== undefined),
  };
};

export const noteLeading = (leadingTo: LastPassZone['leadingTo'], rrset: RRset): void => {
  for (const name of leadsTo(rrset)) {
    const known = leadingTo.get(name);
    if (known === undefined) leadingTo.set(name, new Set([rrset.name]));
    else known.add(rrset.name);
  }
};

export const byName = <T extends { readonly name: string }>(items: readonly T[]): Map<string, readonly T[]> => {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const known = found.get(item.name);
    if (known === undefined) found.set(item.name, [item]);
    else known.push(item);
  }
  return found;
};

const lastPassTarget = (
  { changeset, snapshot, zone, ...work }: PlannedWork,
  results: readonly ZoneResult[],
): LastPassTarget => {
  const result = resultOf(results, changeset);
  const applied = new Set(appliedChanges(changeset, result));
  const isContent = (key: RRsetKey) => !isApexSet(key, zone.id.name);
  const left = new Set(changeset.unmanaged.map(({ name, type }) => `${name} ${type}`));
  const isRead = snapshot !== null || changeset.create_zone;
  const before = isRead ? (snapshot?.rrsets ?? []) : zone.rrsets;
  let total = before.filter((rrset) => isContent(rrset) && !left.has(`${rrset.name} ${rrset.type}`)).length;
  for (const change of applied) {
    if (change.action === 'replace' || !isContent(change)) continue;
    total += change.action === 'create' ? 1 : -1;
  }
  const unapplied = changeset.changes.filter((change) => !applied.has(change));
  return {
    work: { target: work.target, fitFor: work.fitFor },
    isRead,
    fingerprint: result === undefined ? changeset.based_on : result.fingerprint,
    total,
    open: new Map([...unapplied.map(({ name }) => [name, []] as const), ...byName(changeset.withheld)]),
    foreign: new Set(changeset.unmanaged.map(({ name }) => name)),
  };
};
