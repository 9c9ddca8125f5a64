import type { StandingRRset } from '../model/dependents.ts';
import { withheldWith } from '../model/dependents.ts';
import type { Change, GuardName } from '../model/plan.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { ExistingRRset, GuardSettings, Protection, Quarantine, ZoneId } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { Allow } from './allow.ts';
import { isAllowed } from './allow.ts';

export interface GuardInput {
  readonly zone: ZoneId;
  readonly target: string;
  readonly settings: GuardSettings;
  readonly allows: readonly Allow[];
  /** The zone is made by this plan: nothing is live in it yet. */
  readonly isNew: boolean;
  readonly changes: readonly Change[];
  /** All that the target holds of the zone. */
  readonly present: readonly ExistingRRset[];
  /** Ours: what `changes` may touch. */
  readonly owned: readonly ExistingRRset[];
  /** How many RRsets of ours the zone is known to have, SOA and apex NS not counted; 0 where `owned` is all of them. */
  readonly total: number;
  readonly quarantined: readonly Quarantine[];
  /** Names whose changes wait for a proof of absence, with the reason. */
  readonly blocked: ReadonlyMap<string, string>;
  /** Live names that must keep an answer. */
  readonly protections: readonly Protection[];
  readonly healthChecks: HealthChecks | null;
  /** Delegations whose new name servers do not answer for them yet, by name, with the reason. */
  readonly unready: ReadonlyMap<string, string>;
  /** False: a file of the zone did not parse. */
  readonly complete: boolean;
}

export interface Refusal {
  readonly guard: GuardName;
  readonly reason: string;
  /** The name that `--allow` takes; null: it names the zone at the target. */
  readonly name: string | null;
  readonly allowable: boolean;
}

export type Refusals = ReadonlyMap<Change, Refusal>;

/** Refuses changes, but for those that this run allows. */
export const refuse = (
  changes: readonly Change[],
  input: GuardInput,
  { byName, ...refusal }: { readonly guard: GuardName; readonly reason: string; readonly byName: boolean },
): Refusals =>
  new Map(
    changes
      .filter((change) => !isAllowed(input.allows, refusal.guard, input.zone, input.target, change.name))
      .map((change) => [change, { ...refusal, name: byName ? change.name : null, allowable: true }]),
  );

/** All but SOA and apex NS. What others keep in the zone makes it no less empty of what Git says. */
export const isContent = ({ name, type }: RRsetKey, { zone }: GuardInput): boolean =>
  type !== 'SOA' && !(type === 'NS' && name === zone.name);

/** How many RRsets of ours the zone has. */
export const countOurs = (input: GuardInput): number =>
  Math.max(input.total, input.owned.filter((rrset) => isContent(rrset, input)).length);

/** The changes that wait with what stands, by the name that each waits for. */
export const waiting = (
  standing: readonly StandingRRset[],
  { zone, changes, present }: GuardInput,
): ReadonlyMap<Change, string> => {
  const served = new Set(present.filter(({ values }) => values.length > 0).map(({ name }) => name));
  return withheldWith({ zone: zone.name, changes, standing, exists: (name) => served.has(name) });
};
