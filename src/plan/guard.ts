import { delegationsOf, heldWith } from '../model/dependents.ts';
import type { Change, GuardName, Withheld } from '../model/plan.ts';
import type { ExistingRRset, GuardSettings, Quarantine, ZoneId } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import { isAllowed, printAllow } from './allow.ts';

export interface GuardInput {
  readonly zone: ZoneId;
  readonly target: string;
  readonly settings: GuardSettings;
  readonly allows: readonly Allow[];
  /** The zone is made by this plan: nothing is live in it yet. */
  readonly isNew: boolean;
  readonly changes: readonly Change[];
  /** Ours: what `changes` may touch. */
  readonly owned: readonly ExistingRRset[];
  readonly quarantined: readonly Quarantine[];
  /** Delegations whose new name servers do not answer for them yet, by name, with the reason. */
  readonly unready: ReadonlyMap<string, string>;
  /** False: a file of the zone did not parse. */
  readonly complete: boolean;
}

export interface Guarded {
  readonly changes: readonly Change[];
  readonly withheld: readonly Withheld[];
}

interface Refusal {
  readonly guard: GuardName;
  readonly reason: string;
  /** Does `--allow` take the change's name? Otherwise it names the zone at the target. */
  readonly byName: boolean;
  readonly allowable: boolean;
}

/** Holds back what is not safe. Each guard looks at what those before it let through. */
export const guard = (input: GuardInput): Guarded => {
  const guards = [heldByQuarantine, heldByIncomplete, heldByDelegation, heldByNeverEmpty, heldByPercentages];
  let changes = input.changes;
  const withheld: Withheld[] = [];
  for (const judge of guards) {
    const refusals = judge({ ...input, changes });
    if (refusals.size === 0) continue;
    const held = withDependents(refusals, changes, input);
    withheld.push(...[...held].map(([change, refusal]) => withhold(change, refusal, input)));
    changes = changes.filter((change) => !held.has(change));
  }
  return { changes, withheld };
};

type Refusals = ReadonlyMap<Change, Refusal>;

const withDependents = (refusals: Refusals, changes: readonly Change[], input: GuardInput): Refusals => {
  const names = new Map([...refusals].map(([change, refusal]) => [change.name, refusal]));
  const first = [...refusals.values()][0];
  const refused = [...refusals.keys()];
  const all = heldWith(changes, new Set(names.keys()), delegationsOf(refused), input.zone.name);
  const held = new Map(refusals);
  for (const change of all) {
    const refusal = names.get(change.name) ?? first;
    if (held.has(change) || refusal === undefined) continue;
    held.set(change, { ...refusal, reason: `goes with what is held back beside it: ${refusal.reason}` });
  }
  return held;
};

const withhold = (change: Change, refusal: Refusal, input: GuardInput): Withheld => ({
  ...change,
  guard: refusal.guard,
  reason: refusal.reason,
  allow: refusal.allowable
    ? printAllow(refusal.guard, input.zone, input.target, refusal.byName ? change.name : null)
    : null,
});

const refuse = (
  changes: readonly Change[],
  input: GuardInput,
  refusal: Omit<Refusal, 'allowable'>,
): ReadonlyMap<Change, Refusal> =>
  new Map(
    changes
      .filter((change) => !isAllowed(input.allows, refusal.guard, input.zone, input.target, change.name))
      .map((change) => [change, { ...refusal, allowable: true }]),
  );

const heldByQuarantine = (input: GuardInput): Refusals => {
  if (input.quarantined.length === 0) return new Map();
  const reasons = new Map(input.quarantined.map((each) => [each.name, each.reason]));
  const existingNs = input.owned.filter((rrset) => rrset.type === 'NS');
  const held = heldWith(input.changes, new Set(reasons.keys()), existingNs, input.zone.name);
  const first = input.quarantined[0]?.reason ?? '';
  return new Map(
    [...held].map((change) => [
      change,
      {
        guard: 'quarantine' as const,
        reason: `quarantined: ${reasons.get(change.name) ?? `a delegation needs it: ${first}`}`,
        byName: true,
        allowable: false,
      },
    ]),
  );
};

const heldByIncomplete = (input: GuardInput): Refusals => {
  if (input.complete) return new Map();
  const reason = 'a file of the zone does not parse, so nobody knows whether this is still wanted';
  return new Map(
    input.changes
      .filter((change) => change.action !== 'create')
      .map((change) => [change, { guard: 'incomplete' as const, reason, byName: true, allowable: false }]),
  );
};

const heldByDelegation = (input: GuardInput): Refusals => {
  if (!input.settings.delegation || input.isNew) return new Map();
  // An apex without NS points nowhere: giving it one moves nothing, and an emptied zone must be able to come back.
  const comesBack = ({ action, name, type }: Change) =>
    action === 'create' && type === 'NS' && name === input.zone.name;
  const moves = input.changes.filter((change) => ['NS', 'DS'].includes(change.type) && !comesBack(change));
  const reason = 'changes a delegation; allow it by name when the new name servers are ready';
  return new Map([
    ...refuse(moves, input, { guard: 'delegation', reason, byName: true }),
    ...moves.flatMap((change): readonly [Change, Refusal][] => {
      const why = change.after === null ? undefined : input.unready.get(change.name);
      return why === undefined ? [] : [[change, { guard: 'delegation', reason: why, byName: true, allowable: false }]];
    }),
  ]);
};

const heldByPercentages = (input: GuardInput): Refusals => {
  const { settings } = input;
  const base = contentOf(input);
  if (base.length < settings.min_existing) return new Map();
  const { deletes, replaces, replaceCount } = replacesAndDeletes(input.changes);
  return new Map([
    ...overLimit(input, 'max_delete_percent', deletes, deletes.length, base.length),
    ...overLimit(input, 'max_replace_percent', replaces, replaceCount, base.length),
  ]);
};

/** Ours but SOA and apex NS. What others keep in the zone makes it no less empty of what Git says. */
const contentOf = ({ owned, zone }: GuardInput): readonly ExistingRRset[] =>
  owned.filter((rrset) => rrset.type !== 'SOA' && !(rrset.type === 'NS' && rrset.name === zone.name));

const overLimit = (
  input: GuardInput,
  name: 'max_delete_percent' | 'max_replace_percent',
  changes: readonly Change[],
  count: number,
  base: number,
): Refusals => {
  const limit = input.settings[name];
  const percent = (count / base) * 100;
  if (percent <= limit) return new Map();
  const what = name === 'max_delete_percent' ? 'deletes' : 'replaces';
  const reason = `${count} ${what} of ${base} RRsets are ${percent.toFixed(percent < 10 ? 1 : 0)} %, over the ${limit} % that ${name} lets through`;
  return refuse(changes, input, { guard: name, reason, byName: false });
};

/** A type swap at a name (something goes and something comes) is one replace, not a delete. */
const replacesAndDeletes = (changes: readonly Change[]) => {
  const created = new Set(changes.filter((change) => change.action === 'create').map((change) => change.name));
  const deletes = changes.filter((change) => change.action === 'delete' && !created.has(change.name));
  const swapped = changes.filter((change) => change.action === 'delete' && created.has(change.name));
  const replaced = changes.filter((change) => change.action === 'replace');
  return {
    deletes,
    replaces: [...replaced, ...swapped],
    replaceCount: replaced.length + new Set(swapped.map((change) => change.name)).size,
  };
};

const heldByNeverEmpty = (input: GuardInput): Refusals => {
  if (!input.settings.never_empty) return new Map();
  const isApexNs = (change: Change) => change.type === 'NS' && change.name === input.zone.name;
  const deletes = input.changes.filter((change) => change.action === 'delete' && change.type !== 'SOA');
  const apex = deletes.filter(isApexNs);
  const content = deletes.filter((change) => !isApexNs(change));
  const ours = contentOf(input);
  const creates = input.changes.filter((change) => change.action === 'create' && !isApexNs(change));
  const empties = content.length > 0 && creates.length === 0 && content.length >= ours.length;
  return new Map([
    ...refuse(apex, input, { guard: 'never_empty', reason: 'would leave the zone without apex NS', byName: true }),
    ...(empties
      ? refuse(content, input, {
          guard: 'never_empty',
          reason: 'would leave nothing of ours in the zone but SOA and apex NS',
          byName: false,
        })
      : []),
  ]);
};
