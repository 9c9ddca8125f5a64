import { zoneTargetKey } from '../apply/phases.ts';
import { configuredZones } from '../compose/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { AtomicSet, Change, Changeset } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { DesiredZone, Quarantine } from '../model/zone.ts';
import type { Allow } from '../plan/index.ts';
import { atomicSets, type WithholdSetsInput, withholdSplitSets } from '../plan/index.ts';
import type { Desired, PassOptions, PlannedWork } from '../run.ts';
import { hasRoles } from './desired.ts';
import { zoneName } from './options.ts';
import type { PlannedAll } from './plan.ts';

/** What --zone and --target leave of a pass. */
export interface Selection {
  readonly isTarget: (target: string) => boolean;
  readonly isSelected: (place: { readonly zone: string; readonly target: string }) => boolean;
  /** Has this zone to be read at this target? Also where only the rest of somebody's atomic set can be. */
  readonly isDue: (zone: DesiredZone, target: string) => boolean;
  /** Is a problem at a target one of this run's? */
  readonly isOfInterest: (problem: Problem) => boolean;
  /** The targets to open; without `targets`, all. */
  readonly toOpen: Pick<PassOptions, 'targets'>;
}

export const selectionOf = (definitions: Definitions, { zones, targets }: PassOptions): Selection => {
  const wantedZones = zones === undefined ? null : new Set(zones.map(zoneName));
  const wantedTargets = targets === undefined ? null : new Set(targets);
  const isTarget = (target: string) => wantedTargets?.has(target) ?? true;
  const isSelected = ({ zone, target }: { readonly zone: string; readonly target: string }) =>
    (wantedZones?.has(zone) ?? true) && isTarget(target);
  const hasSets = hasRoles(definitions);
  return {
    isTarget,
    isSelected,
    isDue: ({ id, scope }, target) =>
      isSelected({ zone: id.name, target }) || (hasSets && (scope?.all === true || scope?.ptr === true)),
    isOfInterest: ({ target }) => target === undefined || isTarget(target),
    toOpen: targets === undefined || hasSets ? {} : { targets },
  };
};

/** The work of this run, without the atomic sets that cannot be done whole. */
export const withSets = (
  { work }: PlannedAll,
  { definitions, registered }: Desired,
  selection: Selection,
  allows: readonly Allow[],
): { readonly work: readonly PlannedWork[]; readonly atomicSets: readonly AtomicSet[] } => {
  if (registered.size === 0) return { work, atomicSets: [] };
  const { zones } = definitions;
  const unplanned = unplannedOf(zones, work, selection);
  const changesets = withholdSplitSets({
    changesets: work.map(({ changeset }) => changeset),
    registered,
    allows,
    selected: selection.isSelected,
    unplanned,
    quarantined: quarantinedAddresses(zones),
    registrationZones: unplanned.length === 0 ? () => [] : registrationZones(definitions),
  });
  const own = work.flatMap((each, i): readonly PlannedWork[] => {
    const changeset: Changeset = changesets[i] ?? each.changeset;
    return selection.isSelected(changeset) ? [{ ...each, changeset }] : [];
  });
  return {
    work: own,
    atomicSets: atomicSets(
      own.map(({ changeset }) => changeset),
      registered,
    ),
  };
};

/** Bad input for the A or AAAA of a name, by name. */
export const quarantinedAddresses = (zones: readonly DesiredZone[]): ReadonlyMap<string, Quarantine> =>
  new Map(
    zones.flatMap(({ quarantined }) =>
      quarantined
        .filter(({ type }) => type === null || type === 'A' || type === 'AAAA')
        .map((each) => [each.name, each] as const),
    ),
  );

/** Zones that should have been planned at a target, and were not. */
const unplannedOf = (zones: readonly DesiredZone[], work: readonly PlannedWork[], selection: Selection) => {
  const planned = new Set(work.map(({ changeset }) => zoneTargetKey(changeset)));
  return zones.flatMap((zone) =>
    zone.settings.targets
      .filter((target) => selection.isDue(zone, target))
      .map((target) => ({ zone: zone.id.name, view: zone.id.view, target }))
      .filter((place) => !planned.has(zoneTargetKey(place))),
  );
};

type RegistrationZones = NonNullable<WithholdSetsInput['registrationZones']>;

/** The zones that hold what a server is registered with, and those that its addresses lead to before changes and after. */
const registrationZones = ({ zones, zoneNames, roles: { registration } }: Definitions): RegistrationZones => {
  const places = new Map<string, Map<string, Place>>();
  for (const { id, rrsets } of zones) {
    for (const origin of rrsets.flatMap(({ values }) => values.flatMap(({ origins }) => origins))) {
      if (origin.kind !== 'registration') continue;
      const key = `${origin.inventory}/${origin.server}`;
      const known = places.get(key) ?? new Map<string, Place>();
      places.set(key, known.set(`${id.name}@${id.view ?? ''}`, { zone: id.name, view: id.view }));
    }
  }
  const { reverseOf } = configuredZones(zones, zoneNames);
  const forward = registration === null ? [] : [{ zone: registration.zone, view: null }];
  return ({ inventory, server }, changes) => [
    ...(places.get(`${inventory}/${server}`)?.values() ?? []),
    ...forward,
    ...(registration?.reverse === true ? changes.flatMap(addressesIn) : []).flatMap((address) => {
      const entry = reverseOf(address)?.entry;
      return entry === undefined ? [] : [{ zone: entry.name, view: entry.zone?.id.view ?? null }];
    }),
  ];
};

interface Place {
  readonly zone: string;
  readonly view: string | null;
}

const addressesIn = ({ type, before, after }: Change): readonly string[] =>
  type === 'A' || type === 'AAAA'
    ? [before, after].flatMap((side) => side?.values ?? []).map(({ rdata }) => rdata)
    : [];
