import type { AtomicSet, Change, Withheld } from '../model/plan.ts';
import { reverseType } from '../model/rr-types.ts';
import type { Quarantine } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { ChangeFilter, DraftChange, SetCause } from './changeset-draft.ts';
import { ruleWords } from './refusal.ts';
import type { ServerRef } from './sets.ts';

/** A zone at a target that could not be read, so that nobody knows what would change there. */
export interface Unplanned {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
}

export interface SetCausesInput extends ChangeFilter {
  /** Missing: there are none. */
  readonly unplanned?: readonly Unplanned[];
  /** Registration names whose addresses cannot be written as wanted. Missing: there are none. */
  readonly quarantined?: Pick<ReadonlyMap<string, Pick<Quarantine, 'rule'>>, 'get'>;
  /** The zones that a server's registration is in, or was before these changes of it. Missing: there are none. */
  readonly registrationZones?: (
    server: ServerRef,
    changes: readonly Change[],
  ) => readonly Pick<Unplanned, 'zone' | 'view'>[];
}

/** An atomic set and its changes. */
export interface DraftSet {
  readonly set: AtomicSet;
  readonly members: readonly DraftChange[];
  readonly claims: readonly DraftChange[];
}

/** A set, with the members of all sets that exchange addresses with it, its own as well. */
export interface TiedSet extends DraftSet {
  readonly tiedMembers: readonly DraftChange[];
}

/** Why a set is withheld whole; nothing: it is not. Each guard with each `--allow` counts once. */
export const causesOf = (set: TiedSet, input: SetCausesInput): readonly SetCause[] => {
  const causes = [
    ...quarantineCauses(set, input),
    ...memberCauses(set),
    ...unplannedCauses(set, input),
    ...filterCauses(set, input),
  ];
  const byKey = new Map<string, SetCause>();
  for (const cause of causes) {
    const key = `${cause.guard} ${cause.allow}`;
    if (!byKey.has(key)) byKey.set(key, cause);
  }
  return [...byKey.values()];
};

/** What is withheld of the members: first what guards refused, for what depends on that has the same cause. */
const memberCauses = (set: TiedSet): readonly SetCause[] => {
  const causes = set.tiedMembers.flatMap((member) =>
    member.withheld.map((withheld) => ({ kind: withheld.kind, cause: waitsFor(withheld, member, set) })),
  );
  return [
    ...causes.filter(({ kind }) => kind !== 'dependent'),
    ...causes.filter(({ kind }) => kind === 'dependent'),
  ].map(({ cause }) => cause);
};

const waitsFor = ({ guard, allow }: Withheld, member: DraftChange, set: TiedSet): SetCause => {
  const relation = set.members.includes(member) ? 'same server' : 'a server that it exchanges addresses with';
  return { guard, allow, kind: 'dependent', reason: `waits for ${whereIs(member)} (${relation})` };
};

/** `www.example.com. A at ns1`; the zone stands in it where it has views. */
const whereIs = ({ change: { name, type }, draft }: DraftChange): string => {
  const { zone, view, target } = draft.changeset;
  return `${name} ${type}${view === null ? '' : ` in ${zoneLabel({ name: zone, view })}`} at ${target}`;
};

/** A new address that cannot be written is no change at all, so its PTR would point at nothing. */
const quarantineCauses = ({ tiedMembers }: TiedSet, { quarantined }: SetCausesInput): readonly SetCause[] => {
  if (quarantined === undefined) return [];
  for (const { change } of tiedMembers) {
    for (const { rdata } of change.type === reverseType ? (change.after?.values ?? []) : []) {
      const found = quarantined.get(rdata);
      if (found === undefined) continue;
      const reason = `waits for the addresses of ${rdata}, which have an error${ruleWords(found)}`;
      return [{ guard: 'quarantine', kind: 'dependent', reason, allow: null }];
    }
  }
  return [];
};

const unplannedCauses = (
  { set, members }: TiedSet,
  { registrationZones, unplanned }: SetCausesInput,
): readonly SetCause[] => {
  if (registrationZones === undefined || unplanned === undefined || unplanned.length === 0) return [];
  const needed = registrationZones(
    set,
    members.map(({ change }) => change),
  );
  const missing = unplanned.find(({ zone, view }) => needed.some((each) => each.zone === zone && each.view === view));
  if (missing === undefined) return [];
  const zone = zoneLabel({ name: missing.zone, view: missing.view });
  const reason = `a part of the registration of ${set.server} is in ${zone}, which could not be read at ${missing.target}`;
  return [{ guard: 'incomplete', kind: 'refused', reason, allow: null }];
};

const filterCauses = ({ set, members, claims }: TiedSet, { selected }: SetCausesInput): readonly SetCause[] => {
  if (selected === undefined) return [];
  const isSelected = ({ draft }: DraftChange) => selected(draft.changeset);
  const outside = members.find((member) => !isSelected(member));
  if (outside === undefined || ![...members, ...claims].some(isSelected)) return [];
  const reason = `belongs to server ${set.server}, as does ${whereIs(outside)}, which --zone or --target leaves out`;
  return [{ guard: 'filter', kind: 'refused', reason, allow: 'own' }];
};
