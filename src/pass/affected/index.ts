import { placeKey } from '../../apply/phases.ts';
import { affectedBy } from '../../compose/composition.ts';
import { problemsOf } from '../../compose/finding.ts';
import type { Merged } from '../../compose/merge.ts';
import type { Plan } from '../../model/plan.ts';
import type { Store } from '../../model/ports.ts';
import { type RosterServer, type Server, serverKey } from '../../model/server.ts';
import type { DesiredZone } from '../../model/zone.ts';
import { assemblePlan, atomicSets, withholdSplit } from '../../plan/index.ts';
import { checkZones } from '../../rules/index.ts';
import type { PlannedWork } from '../../run.ts';
import type { Rim } from '../../target.ts';
import { quarantinedAddresses } from '../selection.ts';
import { concernedIn, factsWith, registeredWith } from './deletion-evidence.ts';
import { type HeldPass, textOf } from './last-pass.ts';
import { planTouched } from './plan.ts';
import { type TouchedZone, touchedZone, type Whole, whole } from './zone.ts';

export { type HeldPass, type HeldPlace, holdPass } from './last-pass.ts';
export type { Whole } from './zone.ts';

/** One server as the last pass had it and as it is now; null: there was, or is, none. */
export interface ServerChange {
  readonly previous: Server | null;
  readonly next: RosterServer | null;
}

/** `whole`: what is held cannot tell, and the next full pass has to. */
export type AffectedPass =
  | {
      readonly status: 'planned';
      /** Of the touched names alone. */
      readonly plan: Plan;
      readonly work: readonly PlannedWork[];
      /** Every name that the server touched or touches now. */
      readonly names: readonly string[];
    }
  | Whole;

/**
 * Plans the change of one server: composes, reads, checks and compares its names alone, and those that decide with them.
 * Gives what a full pass would, where nothing else moved since the last one; where that cannot be known, it says so.
 */
export const planAffected = async (
  held: HeldPass,
  change: ServerChange,
  { store, rim }: { readonly store: Pick<Store, 'written' | 'orphans'>; readonly rim: Rim },
): Promise<AffectedPass> => {
  const { composition, desired } = held;
  const { previous, next } = change;
  const server = next?.server ?? previous;
  if (server === null) return whole('there is no server');
  const key = serverKey(server);
  if (previous !== null && serverKey(previous) !== key) return whole(`${key} and another server cannot change at once`);
  const touched = affectedBy(composition, previous, next);
  const zones = touchedZones(held, touched.merged);
  if ('status' in zones) return zones;
  const checked = checkTouched(zones, desired.definitions.zoneNames);
  if ('status' in checked) return checked;
  const concerned = concernedIn(composition, key, next, touched);
  const now = rim.clock.now();
  const facts = factsWith(held, concerned, now);
  const planned = await planTouched(held, checked.zones, { store, rim, facts, now });
  if ('status' in planned) return planned;
  const registered = registeredWith(held, concerned);
  const changesets = withholdSplit({
    changesets: planned.work.map(({ changeset }) => changeset),
    registered,
    allows: [],
    quarantined: quarantinedAddresses(checked.zones.map(({ zone }) => zone)),
  });
  const findings = [
    ...touched.parts.flatMap((part) => part.findings),
    ...touched.merged.flatMap((each) => each.findings),
  ];
  const problems = [...problemsOf(findings), ...checked.problems.filter((each) => !held.said.has(textOf(each)))];
  return {
    status: 'planned',
    plan: assemblePlan({
      commit: held.plan.config_commit,
      targets: held.plan.targets,
      changesets,
      problems: [...problems, ...planned.problems],
      inventory: held.plan.inventory,
      atomicSets: atomicSets(changesets, registered),
    }),
    work: planned.work.map((each, i) => ({ ...each, changeset: changesets[i] ?? each.changeset })),
    names: touched.names,
  };
};

/** Zone by zone; a zone of two views is two. */
const touchedZones = (held: HeldPass, merged: readonly Merged[]): readonly TouchedZone[] | Whole => {
  const byZone = Map.groupBy(merged, ({ entry }) => entry.name);
  const zones: TouchedZone[] = [];
  for (const each of held.zones) {
    const { id, settings } = each.zone;
    const own = byZone.get(id.name);
    if (own === undefined) continue;
    const places = settings.targets.map((target) =>
      held.places.get(placeKey({ zone: id.name, view: id.view, target })),
    );
    if (places.includes(undefined)) return whole(`${id.name} was not planned at all its targets`);
    const open = new Set(places.flatMap((place) => [...(place?.open ?? [])]));
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
      const was = each.held.quarantined.get(name) ?? [];
      if (JSON.stringify(was) !== JSON.stringify(now.get(name) ?? []))
        return whole(`the rules say otherwise of ${name} now`);
    }
    checked.push({ ...each, zone });
  }
  return { zones: checked, problems: problems.filter(({ rule }) => !rule.startsWith('exempt-')) };
};
