import { zoneDirectory } from '../compose/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { AtomicSet, Change, Changeset } from '../model/plan.ts';
import { isAddressType } from '../model/rr-types.ts';
import type { DesiredZone, Quarantine } from '../model/zone.ts';
import { type ZoneTarget, zoneTargetKey } from '../model/zone-target.ts';
import { atomicSets, type WithholdSetsInput, withholdSplitSets } from '../plan/index.ts';
import type { Desired, PlannedWork } from '../run.ts';
import type { OpenPass } from './open.ts';
import type { PlannedAll } from './plan.ts';
import type { Selection } from './selection.ts';

/** The planned work that was asked for, and its atomic sets. */
export interface SelectedWork {
  readonly work: readonly PlannedWork[];
  readonly atomicSets: readonly AtomicSet[];
}

/** The work that was asked for, with the atomic sets withheld that cannot be written whole. */
export const withhold = (
  { work }: PlannedAll,
  { definitions, registered }: Desired,
  { selection, allows }: Pick<OpenPass, 'selection' | 'allows'>,
): SelectedWork => {
  if (registered.size === 0) return { work, atomicSets: [] };
  const { zones } = definitions;
  const unplanned = unplannedOf(zones, work, selection);
  const changesets = withholdSplitSets({
    changesets: work.map(({ changeset }) => changeset),
    registered,
    allows: allows.map(({ allow }) => allow),
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
      quarantined.filter(({ type }) => type === null || isAddressType(type)).map((each) => [each.name, each] as const),
    ),
  );

/** Zones that should have been planned at a target, and were not. */
const unplannedOf = (zones: readonly DesiredZone[], work: readonly PlannedWork[], selection: Selection) => {
  const planned = new Set(work.map(({ changeset }) => zoneTargetKey(changeset)));
  return zones.flatMap((zone) =>
    zone.settings.targets
      .filter((target) => selection.isDue(zone, target))
      .map((target) => ({ zone: zone.id.name, view: zone.id.view, target }))
      .filter((at) => !planned.has(zoneTargetKey(at))),
  );
};

type RegistrationZones = NonNullable<WithholdSetsInput['registrationZones']>;

/** The zones that hold what a server is registered with, and those that its addresses lead to before changes and after. */
const registrationZones = ({ zones, zoneNames, roles: { registration } }: Definitions): RegistrationZones => {
  const zonesByServer = new Map<string, Map<string, ZoneRef>>();
  for (const { id, rrsets } of zones) {
    for (const origin of rrsets.flatMap(({ values }) => values.flatMap(({ origins }) => origins))) {
      if (origin.kind !== 'registration') continue;
      const key = `${origin.inventory}/${origin.server}`;
      const known = zonesByServer.get(key) ?? new Map<string, ZoneRef>();
      zonesByServer.set(key, known.set(`${id.name}@${id.view ?? ''}`, { zone: id.name, view: id.view }));
    }
  }
  const { reverseOf } = zoneDirectory(zones, zoneNames);
  const forward = registration === null ? [] : [{ zone: registration.zone, view: null }];
  return ({ inventory, server }, changes) => [
    ...(zonesByServer.get(`${inventory}/${server}`)?.values() ?? []),
    ...forward,
    ...(registration?.reverse === true ? changes.flatMap(addressesIn) : []).flatMap((address) => {
      const entry = reverseOf(address)?.entry;
      return entry === undefined ? [] : [{ zone: entry.name, view: entry.zone?.id.view ?? null }];
    }),
  ];
};

type ZoneRef = Pick<ZoneTarget, 'zone' | 'view'>;

const addressesIn = ({ type, before, after }: Change): readonly string[] =>
  isAddressType(type) ? [before, after].flatMap((side) => side?.values ?? []).map(({ rdata }) => rdata) : [];
