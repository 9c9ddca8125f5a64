import { dependentsOf, sidesOf } from '../model/dependents.ts';
import type { AtomicSet, Change, ChangeRef, Changeset } from '../model/plan.ts';
import type { RRsetKey } from '../model/rrset.ts';

/** A zone at a target, as a changeset names it. */
export type ZoneTarget = Pick<Changeset, 'zone' | 'view' | 'target'>;

/** One string for a place, to index by. */
export const zoneTargetKey = ({ zone, view, target }: ZoneTarget): string => `${zone}@${view ?? ''}/${target}`;

/** One string for a change by its place. */
export const changeKey = (place: ZoneTarget, { name, type }: RRsetKey): string =>
  `${zoneTargetKey(place)} ${name} ${type}`;

export const changeRefKey = (ref: ChangeRef): string => changeKey(ref, ref);

/**
 * The order over all zones: what points back is there before the address that it points at, shared names follow it, and
 * what goes leaves shared names first.
 */
export const phases = ['ptr', 'main', 'claims', 'claim_deletes', 'address_deletes', 'ptr_deletes'] as const;
export type Phase = (typeof phases)[number];

/** What the sets of a plan make of a change; by refKey. */
export interface SetRoles {
  readonly members: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
}

export const rolesOf = (sets: readonly AtomicSet[]): SetRoles => ({
  members: new Set(sets.flatMap(({ members }) => members.map(changeRefKey))),
  claims: new Set(sets.flatMap(({ claims }) => claims.map(changeRefKey))),
});

/**
 * The changes of a zone by the phase in which they go out. All changes of a name go together, so that a type swap is
 * never split, and what points at a claim's name waits with it. Where there are no sets, all is one phase.
 */
export const phased = (changeset: Changeset, roles: SetRoles): ReadonlyMap<Phase, readonly Change[]> => {
  if (roles.members.size + roles.claims.size === 0) return new Map([['main', changeset.changes]]);
  const units = Map.groupBy(changeset.changes, ({ name }) => name);
  const phaseByName = new Map([...units].map(([name, unit]) => [name, phaseOf(unit, changeset, roles)]));
  for (const { name } of waitingFor(changeset, roles, phaseByName)) phaseByName.set(name, 'claims');
  return Map.groupBy(changeset.changes, ({ name }) => phaseByName.get(name) ?? 'main');
};

const phaseOf = (unit: readonly Change[], place: ZoneTarget, { members, claims }: SetRoles): Phase => {
  const goes = unit.every(({ action }) => action === 'delete');
  const own = unit.filter((change) => members.has(changeKey(place, change)));
  if (own.some(({ type }) => type === 'PTR')) return goes ? 'ptr_deletes' : 'ptr';
  if (own.length > 0) return goes ? 'address_deletes' : 'main';
  if (!unit.some((change) => claims.has(changeKey(place, change)) || isClaimed(change))) return 'main';
  return goes ? 'claim_deletes' : 'claims';
};

const isClaimed = ({ before, after }: Change): boolean =>
  [before, after].some((side) => side?.values.some(({ origins }) => origins.some(({ kind }) => kind === 'claim')));

/** The other changes of the zone that are of no use, or do harm, before its claims are there. */
const waitingFor = (
  { changes, ...place }: Changeset,
  { members }: SetRoles,
  phaseByName: ReadonlyMap<string, Phase>,
): Iterable<Change> => {
  const ofSets = new Set(changes.filter((change) => members.has(changeKey(place, change))).map(({ name }) => name));
  const claims = changes.filter(({ name }) => phaseByName.get(name) === 'claims');
  if (claims.length === 0) return [];
  const served = new Set(claims.filter(({ before }) => before !== null).map(({ name }) => name));
  return dependentsOf({
    zone: place.zone,
    changes: changes.filter(({ name }) => phaseByName.get(name) === 'main' && !ofSets.has(name)),
    withheld: claims.flatMap(sidesOf),
    exists: (name) => served.has(name),
  }).keys();
};
