import type { Problem } from '../model/problem.ts';
import { sortProblems } from '../model/problem.ts';
import type { Server } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import { type Composition, composition, mergeAll } from './composition.ts';
import { fillZones } from './fill-zones.ts';
import { findingsToProblems } from './findings-to-problems.ts';
import { warningsOf } from './overall-warnings.ts';
import type { ComposeInput } from './ruleset.ts';
import { isServerName } from './template.ts';

// Composing: from the servers of the inventories to the RRsets of the zones. Pure; the same input gives the same zones.
//
// The way of one server, lab/web1 with the address 192.0.2.11 and the label `web`, to its place in a claim:
// - ruleset.ts has compiled what Git says (registration, labels, groups, grants) once, for all servers. What of it
//   cannot be used is in unusable-rules.ts: it blocks the names that it might be about.
// - composition.ts takes the servers one by one, in the order of their keys.
// - roster.ts decides which of its name and addresses the server gets, where others want them too (an Allocation).
// - contributions.ts collects what the server then contributes (ServerContributions):
//   - write-registration.ts: A web1.lab.internal and its PTR, in the zones that configured-zones.ts finds;
//   - write-role-rules.ts: for the claim `www.example.com` of its label, template.ts fills in the name, grants.ts is
//     asked whether the label may write it, address-refusal.ts whether a name may lead to the address. The outcome is
//     a value, or a blocked or a vacant name (contribution.ts).
// - merge.ts brings together all contributions to one name: name-conflicts.ts drops values that would take the name
//   from another server, merge-health-checks.ts unites checks, and the zone file wins over both.
// - fill-zones.ts puts the RRsets into the zones that were read from files, with what is quarantined or protected.
// - findings-to-problems.ts makes one problem of what is wrong in one place, however many servers it concerns.

export { type ComposeRuleId, composeRules, withoutSuperseded } from './compose-rules.ts';
export { type Composition, composition } from './composition.ts';
export { zoneDirectory } from './configured-zones.ts';
export { evidenceFrom } from './deletion-evidence.ts';
export { withLastKnownServers } from './last-known.ts';
export type { ComposeInput } from './ruleset.ts';

export interface Composed {
  /** With the RRsets of the zone files and of the inventory. */
  readonly zones: readonly DesiredZone[];
  readonly problems: readonly Problem[];
  /** The server of each registration name; also that of a server that is leaving, unless another has the name now. */
  readonly registered: ReadonlyMap<string, { readonly inventory: string; readonly server: string }>;
}

/** Fills the zones with what servers get by registration, labels and groups. */
export const compose = (input: ComposeInput): Composed => composedOf(composition(input));

export const composedOf = (from: Composition): Composed => {
  const merged = mergeAll(from);
  const contributed = [...from.byServer.values()];
  const found = [...from.ruleset.findings, ...contributed.flatMap(({ findings }) => findings), ...merged.findings];
  const findings = [...found, ...warningsOf(from, contributed, found)];
  return {
    zones: fillZones(from, merged.zones),
    problems: sortProblems(findingsToProblems(findings)),
    registered: registeredIn(from),
  };
};

/** Servers that get their name come first, those that are leaving after them. */
const registeredIn = ({ ruleset, entries, byServer }: Composition): Composed['registered'] => {
  const registered = new Map<string, { readonly inventory: string; readonly server: string }>();
  const { registration } = ruleset;
  if (registration === null) return registered;
  const add = ({ name, inventory }: Server): void => {
    const registrationName = `${name}.${registration.definition.zone}`;
    if (!registered.has(registrationName) && isServerName(name))
      registered.set(registrationName, { inventory, server: name });
  };
  const leaving: Server[] = [];
  for (const [key, entry] of entries) {
    if (ruleset.contends(entry) && byServer.get(key)?.allocation.server !== null) add(entry.server);
    else leaving.push(entry.server);
  }
  leaving.forEach(add);
  return registered;
};
