import type { Problem } from '../model/problem.ts';
import { sortProblems } from '../model/problem.ts';
import type { Server } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import { type Composition, composition, mergeAll } from './composition.ts';
import { problemsOf } from './finding.ts';
import type { ComposeInput } from './ruleset.ts';
import { isServerName } from './template.ts';
import { warningsOf } from './warnings.ts';
import { fillZones } from './zone.ts';

export { type Composition, composition } from './composition.ts';
export { evidenceFrom } from './deletion-evidence.ts';
export { withLastKnownServers } from './last-known.ts';
export { type ComposeRuleId, composeRules } from './rules.ts';
export type { ComposeInput } from './ruleset.ts';
export { configuredZones } from './zones.ts';

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
  const contributions = [...from.contributions.values()];
  const found = [
    ...from.ruleset.findings,
    ...contributions.flatMap((contributed) => contributed.findings),
    ...merged.findings,
  ];
  const findings = [...found, ...warningsOf(from, contributions, found)];
  return {
    zones: fillZones(from, merged.zones),
    problems: sortProblems(problemsOf(findings)),
    registered: registeredIn(from),
  };
};

/** A server that is there comes before one that is leaving. */
const registeredIn = ({ ruleset, entries, contributions }: Composition): Composed['registered'] => {
  const registered = new Map<string, { readonly inventory: string; readonly server: string }>();
  const { registration } = ruleset;
  if (registration === null) return registered;
  const add = ({ name, inventory }: Server): void => {
    const fqdn = `${name}.${registration.definition.zone}`;
    if (!registered.has(fqdn) && isServerName(name)) registered.set(fqdn, { inventory, server: name });
  };
  const leaving: Server[] = [];
  for (const [key, entry] of entries) {
    if (ruleset.counts(entry) && contributions.get(key)?.share.server !== null) add(entry.server);
    else leaving.push(entry.server);
  }
  leaving.forEach(add);
  return registered;
};
