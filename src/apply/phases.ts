import { dependentsOf, sidesOf } from '../model/dependents.ts';
import type { AtomicSet, Change, Changeset } from '../model/plan.ts';
import { reverseType } from '../model/rr-types.ts';
import { changeKey, changeRefKey, type ZoneTarget } from '../model/zone-target.ts';

/**
 * The order over all zones. A PTR comes before the address that it is for, and a claim after it; an address leaves its
 * claims first, then goes, and its PTR goes last.
 */
export const phases = ['ptr', 'main', 'claims', 'claim_deletes', 'address_deletes', 'ptr_deletes'] as const;
export type Phase = (typeof phases)[number];

/** Which changes of a plan are members of its atomic sets, and which are claims that wait for them; by changeKey. */
export interface SetRoles {
  readonly members: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
}

export const rolesOf = (sets: readonly AtomicSet[]): SetRoles => ({
  members: new Set(sets.flatMap(({ members }) => members.map(changeRefKey))),
  claims: new Set(sets.flatMap(({ claims }) => claims.map(changeRefKey))),
});

/**
 * The changes of a zone by the phase in which they are written. All changes of a name are in one phase, so that a type
 * swap is never split, and what points at a claim's name waits with it; so does all else of a zone without members of sets.
 * Without sets, all is one phase.
 */
export const changesByPhase = (changeset: Changeset, roles: SetRoles): ReadonlyMap<Phase, readonly Change[]> => {
  if (roles.members.size + roles.claims.size === 0) return new Map([['main', changeset.changes]]);
  const units = Map.groupBy(changeset.changes, ({ name }) => name);
  const phaseByName = new Map([...units].map(([name, unit]) => [name, phaseOf(unit, changeset, roles)]));
  for (const { name } of waitingFor(changeset, roles, phaseByName)) phaseByName.set(name, 'claims');
  if (waitsAsAWhole(changeset, roles, phaseByName)) {
    for (const [name, phase] of phaseByName) if (phase === 'main') phaseByName.set(name, 'claims');
  }
  return Map.groupBy(changeset.changes, ({ name }) => phaseByName.get(name) ?? 'main');
};

/** Has the zone claims, and nothing before them that these or others wait for? Then all of it is one write, with them. */
const waitsAsAWhole = (
  { changes, ...at }: Changeset,
  { members }: SetRoles,
  phaseByName: ReadonlyMap<string, Phase>,
): boolean =>
  phaseByName.values().some((phase) => phase === 'claims') &&
  !changes.some((change) => phaseByName.get(change.name) === 'main' && members.has(changeKey(at, change)));

const phaseOf = (unit: readonly Change[], at: ZoneTarget, { members, claims }: SetRoles): Phase => {
  const onlyDeletes = unit.every(({ action }) => action === 'delete');
  const own = unit.filter((change) => members.has(changeKey(at, change)));
  if (own.some(({ type }) => type === reverseType)) return onlyDeletes ? 'ptr_deletes' : 'ptr';
  if (own.length > 0) return onlyDeletes ? 'address_deletes' : 'main';
  if (!unit.some((change) => claims.has(changeKey(at, change)) || isClaimed(change))) return 'main';
  return onlyDeletes ? 'claim_deletes' : 'claims';
};

const isClaimed = ({ before, after }: Change): boolean =>
  [before, after].some((side) => side?.values.some(({ origins }) => origins.some(({ kind }) => kind === 'claim')));

/** The other changes of the zone that would point to nothing, or do harm, before its claims are written. */
const waitingFor = (
  { changes, ...at }: Changeset,
  { members }: SetRoles,
  phaseByName: ReadonlyMap<string, Phase>,
): Iterable<Change> => {
  const ofSets = new Set(changes.filter((change) => members.has(changeKey(at, change))).map(({ name }) => name));
  const claims = changes.filter(({ name }) => phaseByName.get(name) === 'claims');
  if (claims.length === 0) return [];
  const served = new Set(claims.filter(({ before }) => before !== null).map(({ name }) => name));
  return dependentsOf({
    zone: at.zone,
    changes: changes.filter(({ name }) => phaseByName.get(name) === 'main' && !ofSets.has(name)),
    withheld: claims.flatMap(sidesOf),
    exists: (name) => served.has(name),
  }).keys();
};
