import type { Standing } from '../model/dependents.ts';
import { heldWith, sidesOf } from '../model/dependents.ts';
import type { Change, GuardName, Withheld } from '../model/plan.ts';
import type { RRsetKey } from '../model/rrset.ts';
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
  /** All that the target holds of the zone. */
  readonly present: readonly ExistingRRset[];
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
  /** The name that `--allow` takes; null: it names the zone at the target. */
  readonly name: string | null;
  readonly allowable: boolean;
}

/** Holds back what is not safe. Each guard looks at what those before it let through. */
export const guard = (input: GuardInput): Guarded => {
  const guards = [heldByQuarantine, heldByIncomplete, heldByDelegation, heldByNeverEmpty, heldByPercentages];
  let changes = input.changes;
  const withheld: Withheld[] = [];
  for (const judge of guards) {
    const now = { ...input, changes };
    const refusals = judge(now);
    if (refusals.size === 0) continue;
    const held = withDependents(refusals, now);
    withheld.push(...[...held].map(([change, refusal]) => withhold(change, refusal, input)));
    changes = changes.filter((change) => !held.has(change));
  }
  return { changes, withheld };
};

type Refusals = ReadonlyMap<Change, Refusal>;

const withDependents = (refusals: Refusals, input: GuardInput): Refusals => {
  const causes = new Map([...refusals].map(([change, refusal]) => [change.name, refusal]));
  const all = waiting([...refusals.keys()].flatMap(sidesOf), input);
  const held = new Map(refusals);
  for (const [change, name] of all) {
    const cause = causes.get(name);
    if (held.has(change) || cause === undefined) continue;
    held.set(change, { ...cause, reason: `goes with ${name}, which is held back: ${cause.reason}` });
  }
  return held;
};

/** The changes that wait with what stands, by the name that each waits for. */
const waiting = (
  standing: readonly Standing[],
  { zone, changes, present }: GuardInput,
): ReadonlyMap<Change, string> => {
  const served = new Set(present.filter(({ values }) => values.length > 0).map(({ name }) => name));
  return heldWith({ zone: zone.name, changes, standing, exists: (name) => served.has(name) });
};

const withhold = (change: Change, { guard: name, reason, allowable, name: allowed }: Refusal, input: GuardInput) => ({
  ...change,
  guard: name,
  reason,
  allow: allowable ? printAllow(name, input.zone, input.target, allowed) : null,
});

const refuse = (
  changes: readonly Change[],
  input: GuardInput,
  { byName, ...refusal }: { readonly guard: GuardName; readonly reason: string; readonly byName: boolean },
): Refusals =>
  new Map(
    changes
      .filter((change) => !isAllowed(input.allows, refusal.guard, input.zone, input.target, change.name))
      .map((change) => [change, { ...refusal, name: byName ? change.name : null, allowable: true }]),
  );

const heldByQuarantine = (input: GuardInput): Refusals => {
  if (input.quarantined.length === 0) return new Map();
  const reasons = new Map(input.quarantined.map((each) => [each.name, each.reason]));
  const there = input.present.filter(({ name }) => reasons.has(name));
  const bad = input.quarantined.map(({ name, type }) => ({ name, type, values: [] }));
  const entries = [...waiting([...bad, ...there], input)].map(([change, name]): readonly [Change, Refusal] => {
    const own = change.name === name ? '' : `it goes with ${name}: `;
    const reason = `quarantined: ${own}${reasons.get(name) ?? ''}`;
    return [change, { guard: 'quarantine', reason, name: null, allowable: false }];
  });
  return new Map(entries);
};

const heldByIncomplete = (input: GuardInput): Refusals => {
  if (input.complete) return new Map();
  const reason = 'a part of the zone cannot be read, so nobody knows whether this is still wanted';
  return new Map(
    input.changes
      .filter((change) => change.action !== 'create')
      .map((change) => [change, { guard: 'incomplete' as const, reason, name: null, allowable: false }]),
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
      return why === undefined ? [] : [[change, { guard: 'delegation', reason: why, name: null, allowable: false }]];
    }),
  ]);
};

const heldByPercentages = (input: GuardInput): Refusals => {
  const base = input.owned.filter((rrset) => isContent(rrset, input));
  if (base.length < input.settings.min_existing) return new Map();
  const { deletes, replaces, replaceCount } = replacesAndDeletes(
    input.changes.filter((each) => isContent(each, input)),
  );
  return new Map([
    ...overLimit(input, 'max_delete_percent', deletes, deletes.length, base.length),
    ...overLimit(input, 'max_replace_percent', replaces, replaceCount, base.length),
  ]);
};

/** All but SOA and apex NS. What others keep in the zone makes it no less empty of what Git says. */
const isContent = ({ name, type }: RRsetKey, { zone }: GuardInput): boolean =>
  type !== 'SOA' && !(type === 'NS' && name === zone.name);

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

/** The apex NS itself is never deleted: ownership leaves it alone where the zone file has none. */
const heldByNeverEmpty = (input: GuardInput): Refusals => {
  if (!input.settings.never_empty) return new Map();
  const content = input.changes.filter((change) => isContent(change, input));
  const deletes = content.filter(({ action }) => action === 'delete');
  const ours = input.owned.filter((rrset) => isContent(rrset, input)).length;
  const empties = deletes.length > 0 && deletes.length >= ours && !content.some(({ action }) => action === 'create');
  const whole = 'would leave nothing of ours in the zone but SOA and apex NS';
  const servers = apexServersLeftAlone(input);
  const addresses = deletes.filter(({ name, type }) => servers.has(name) && (type === 'A' || type === 'AAAA'));
  const glue = 'the apex NS, which the zone file leaves as it is, points at it';
  return new Map([
    ...refuse(addresses, input, { guard: 'never_empty', reason: glue, byName: true }),
    ...(empties ? refuse(deletes, input, { guard: 'never_empty', reason: whole, byName: false }) : []),
  ]);
};

const apexServersLeftAlone = ({ present, owned, zone }: GuardInput): ReadonlySet<string> => {
  const apex = present.find(({ name, type }) => type === 'NS' && name === zone.name);
  return new Set(apex === undefined || owned.includes(apex) ? [] : apex.values.map(({ rdata }) => rdata));
};
