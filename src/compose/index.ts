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

export { type Composition, composition } from './composition.ts';
export { configuredZones } from './configured-zones.ts';
export { evidenceFrom } from './deletion-evidence.ts';
export { withLastKnownServers } from './last-known.ts';
export { type ComposeRuleId, composeRules } from './problem-rules.ts';
export type { ComposeInput } from './ruleset.ts';

export interface Composed {
  /** Static and inventory records together. */
  readonly zones: readonly DesiredZone[];
  readonly problems: readonly Problem[];
  /** The server of each registration name, also of those that are leaving. */
  readonly registered: ReadonlyMap<string, { readonly inventory: string; readonly server: string }>;
}

/** Fills the zones with what servers get by registration, labels and groups. Pure. */
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

/** A server that is there comes before one that is leaving. */
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
