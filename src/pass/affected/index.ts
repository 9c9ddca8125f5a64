import { affectedBy } from '../../compose/composition.ts';
import { findingsToProblems } from '../../compose/findings-to-problems.ts';
import type { MergedName } from '../../compose/merge.ts';
import type { EvidenceStore } from '../../memory/index.ts';
import type { Plan } from '../../model/plan.ts';
import { type RosterServer, type Server, serverKey } from '../../model/server.ts';
import type { DesiredZone } from '../../model/zone.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import { assemblePlan, atomicSets, withholdSplitSets } from '../../plan/index.ts';
import { checkZones } from '../../rules/index.ts';
import type { PlannedWork } from '../../run.ts';
import type { RunContext } from '../../target.ts';
import { quarantinedAddresses } from '../withhold.ts';
import { evidenceWith, impactOf, registeredWith } from './deletion-evidence.ts';
import { type LastPass, problemKey } from './last-pass.ts';
import { planTouched } from './plan.ts';
import { type NeedsFullPass, needsFullPass, type TouchedZone, touchedZone } from './zone.ts';

export { type LastPass, type LastPassTarget, lastPassOf } from './last-pass.ts';
export type { NeedsFullPass } from './zone.ts';

/** One server as the last pass had it and as it is now; null: there was, or is, none. */
export interface ServerChange {
  readonly previous: Server | null;
  readonly next: RosterServer | null;
}

/** `needs_full_pass`: the last pass does not tell enough, so that a full pass has to plan the change. */
export type AffectedPass =
  | {
      readonly status: 'planned';
      /** Of the touched names alone. */
      readonly plan: Plan;
      readonly work: readonly PlannedWork[];
      /** Every name that the server touched or touches now. */
      readonly names: readonly string[];
    }
  | NeedsFullPass;

/**
 * Plans the change of one server: composes, reads, checks and compares its names alone, and those that decide with them.
 * Gives what a full pass would, where nothing else moved since the last one; where that cannot be known, it says so.
 */
export const planAffected = async (
  last: LastPass,
  change: ServerChange,
  { store, context }: { readonly store: EvidenceStore; readonly context: RunContext },
): Promise<AffectedPass> => {
  const { composition, desired } = last;
  const { previous, next } = change;
  const server = next?.server ?? previous;
  if (server === null) return needsFullPass('there is no server');
  const key = serverKey(server);
  if (previous !== null && serverKey(previous) !== key)
    return needsFullPass(`${key} and another server cannot change at once`);
  const touched = affectedBy(composition, previous, next);
  const zones = touchedZones(last, touched.merged);
  if ('status' in zones) return zones;
  const checked = checkTouched(zones, desired.definitions.zoneNames);
  if ('status' in checked) return checked;
  const impact = impactOf(composition, key, next, touched);
  const now = context.clock.now();
  const evidence = evidenceWith(last, impact, now);
  const planned = await planTouched(last, checked.zones, { store, context, evidence, now });
  if ('status' in planned) return planned;
  const registered = registeredWith(last, impact);
  const changesets = withholdSplitSets({
    changesets: planned.work.map(({ changeset }) => changeset),
    registered,
    allows: [],
    quarantined: quarantinedAddresses(checked.zones.map(({ zone }) => zone)),
  });
  const findings = [
    ...touched.recomposed.flatMap((contributed) => contributed.findings),
    ...touched.merged.flatMap((each) => each.findings),
  ];
  const problems = [
    ...findingsToProblems(findings),
    ...checked.problems.filter((each) => !last.reportedProblems.has(problemKey(each))),
  ];
  return {
    status: 'planned',
    plan: assemblePlan({
      commit: last.plan.config_commit,
      dirty: last.plan.dirty,
      targets: last.plan.targets,
      changesets,
      problems: [...problems, ...planned.problems],
      inventory: last.plan.inventory,
      atomicSets: atomicSets(changesets, registered),
    }),
    work: planned.work.map((each, i) => ({ ...each, changeset: changesets[i] ?? each.changeset })),
    names: touched.names,
  };
};

/** Zone by zone; a zone of two views is two. */
const touchedZones = (last: LastPass, merged: readonly MergedName[]): readonly TouchedZone[] | NeedsFullPass => {
  const byZone = Map.groupBy(merged, ({ entry }) => entry.name);
  const zones: TouchedZone[] = [];
  for (const each of last.zones) {
    const { id, settings } = each.zone;
    const own = byZone.get(id.name);
    if (own === undefined) continue;
    const zoneTargets = settings.targets.map((target) =>
      last.zoneTargets.get(zoneTargetKey({ zone: id.name, view: id.view, target })),
    );
    if (zoneTargets.includes(undefined)) return needsFullPass(`${id.name} was not planned at all its targets`);
    const open = new Set(zoneTargets.flatMap((each) => [...(each?.open ?? [])]));
    const zone = touchedZone(each, own, open);
    if ('status' in zone) return zone;
    zones.push(zone);
  }
  return zones;
};

interface CheckedZone extends TouchedZone {
  readonly zone: DesiredZone;
}

/** The rules on these names. Where they say something new of a name around them, that name has changes of its own. */
const checkTouched = (zones: readonly TouchedZone[], zoneNames: readonly string[]) => {
  const { zones: after, problems } = checkZones(
    zones.map(({ zone }) => zone),
    { zoneNames },
  );
  const checked: CheckedZone[] = [];
  for (const [i, each] of zones.entries()) {
    const zone = after[i] ?? each.zone;
    const now = Map.groupBy(zone.quarantined, ({ name }) => name);
    for (const name of each.around) {
      const was = each.last.quarantined.get(name) ?? [];
      if (JSON.stringify(was) !== JSON.stringify(now.get(name) ?? []))
        return needsFullPass(`the rules say otherwise of ${name} now`);
    }
    checked.push({ ...each, zone });
  }
  return { zones: checked, problems: problems.filter(({ rule }) => !rule.startsWith('exempt-')) };
};
