import type { WithheldRRset } from '../model/dependents.ts';
import { dependentsOf } from '../model/dependents.ts';
import type { GuardContext } from '../model/guard-context.ts';
import type { Change, GuardName, Withheld, WithheldKind } from '../model/plan.ts';
import { isApexSet } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { ExistingRRset, GuardSettings, Protection, Quarantine, ZoneId, ZoneSettings } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { Allow } from './allow.ts';
import { isAllowed, printAllow } from './allow.ts';
import type { RetainedValue } from './deletion-verdict.ts';

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
  /** Names where what is wanted cannot stand beside a retained value, with that value. */
  readonly blocked: ReadonlyMap<string, RetainedValue>;
  /** Live names that must keep an answer. */
  readonly protections: readonly Protection[];
  readonly healthChecks: HealthChecks | null;
  /** Delegations whose new name servers do not answer for them yet, by name, with the reason. */
  readonly unready: ReadonlyMap<string, string>;
  /** False: a file of the zone did not parse. */
  readonly complete: boolean;
  /** What the zone says to do with drift. */
  readonly drift: ZoneSettings['drift'];
  /** Is all that exists at this name in `present`? */
  readonly isRead: (name: string) => boolean;
  readonly context: GuardContext;
}

/** What a guard says of a change that it withholds. */
export type Refusal = Omit<Withheld, keyof Change>;
export type Refusals = ReadonlyMap<Change, Refusal>;
/** One guard, or several that share what they count. */
export type Judge = (input: GuardInput) => Refusals;

interface RefusalWords {
  readonly guard: GuardName;
  readonly reason: string;
  readonly byName: boolean;
  /** Default is refused. */
  readonly kind?: WithheldKind;
}

/** Refuses changes, but for those that this run allows. `byName`: `--allow` names each, instead of the zone's target. */
export const refuse = (
  changes: readonly Change[],
  input: GuardInput,
  { guard, reason, byName, kind = 'refused' }: RefusalWords,
): Refusals => {
  const { allows, zone, target } = input;
  const refusal = (name: string | null): Refusal => ({
    guard,
    kind,
    reason,
    allow: printAllow(guard, zone, target, name),
  });
  const shared = byName ? null : refusal(null);
  return new Map(
    changes
      .filter(({ name }) => !isAllowed(allows, guard, zone, target, name))
      .map((change) => [change, shared ?? refusal(change.name)]),
  );
};

/** All but SOA and apex NS. What others keep in the zone makes it no less empty of what Git says. */
export const isContent = (key: RRsetKey, { zone }: GuardInput): boolean => !isApexSet(key, zone.name);

/** How many RRsets of ours the zone has. */
export const countOurs = (input: GuardInput): number =>
  Math.max(input.total, input.owned.filter((rrset) => isContent(rrset, input)).length);

/** The changes that depend on what is withheld, each with the name that it depends on. */
export const dependentChanges = (
  withheld: readonly WithheldRRset[],
  { zone, changes, present }: GuardInput,
): ReadonlyMap<Change, string> => {
  const served = new Set(present.filter(({ values }) => values.length > 0).map(({ name }) => name));
  return dependentsOf({ zone: zone.name, changes, withheld, exists: (name) => served.has(name) });
};

/** Says what a change depends on, which the plan says the reason of; `changes` are withheld, and of one name. */
export const dependsOn = (changes: readonly Change[]): string => {
  const types = [...new Set(changes.map(({ type }) => type))];
  return `depends on ${changes[0]?.name ?? ''} ${types.join(' and ')}, which ${types.length > 1 ? 'are' : 'is'} withheld`;
};

/** ` (missing-glue)`: the rule that bad input breaks, where it is known. */
export const ruleWords = (quarantine: Pick<Quarantine, 'rule'> | undefined): string =>
  quarantine?.rule === undefined ? '' : ` (${quarantine.rule})`;
