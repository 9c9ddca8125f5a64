import { sidesOf } from '../model/dependents.ts';
import type { Change, Withheld } from '../model/plan.ts';
import { printAllow } from './allow.ts';
import { refusedByNeverEmpty } from './never-empty.ts';
import { refusedByPercentages } from './percentages.ts';
import type { GuardInput, Refusal, Refusals } from './refusal.ts';
import { refuse, waiting } from './refusal.ts';

export interface Guarded {
  readonly changes: readonly Change[];
  readonly withheld: readonly Withheld[];
}

/**
 * Holds back what is not safe. Each guard looks at what those before it let through, and says of what they hold back, but
 * can be allowed, whether it would hold that back as well: so all that has to be allowed is known at once.
 */
export const guard = (input: GuardInput): Guarded => {
  const guards = [
    heldByQuarantine,
    heldByIncomplete,
    heldByAbsence,
    heldByDelegation,
    refusedByNeverEmpty,
    refusedByPercentages,
  ];
  let changes = input.changes;
  const waived: Change[] = [];
  const withheld: Withheld[] = [];
  const withholdAll = (held: Iterable<readonly [Change, Refusal]>) => {
    for (const [change, refusal] of held) withheld.push(withhold(change, refusal, input));
  };
  for (const judge of guards) {
    const again = new Set(waived);
    const held = refusedBy(judge, { ...input, changes });
    if (again.size > 0) {
      const all = refusedBy(judge, { ...input, changes: [...changes, ...waived] });
      withholdAll([...all].filter(([change]) => again.has(change)));
    }
    if (held.size === 0) continue;
    withholdAll(held);
    waived.push(...[...held].flatMap(([change, { allowable }]) => (allowable ? [change] : [])));
    changes = changes.filter((change) => !held.has(change));
  }
  return { changes, withheld };
};

const refusedBy = (judge: (input: GuardInput) => Refusals, input: GuardInput): Refusals => {
  const refusals = judge(input);
  return refusals.size === 0 ? refusals : withDependents(refusals, input);
};

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

const withhold = (change: Change, { guard: name, reason, allowable, name: allowed }: Refusal, input: GuardInput) => ({
  ...change,
  guard: name,
  reason,
  allow: allowable ? printAllow(name, input.zone, input.target, allowed) : null,
});

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

/** What is wanted cannot stand beside what must not go before its absence is proven. */
const heldByAbsence = (input: GuardInput): Refusals => {
  if (input.blocked.size === 0) return new Map();
  return new Map(
    [...input.blocked].flatMap(([name, reason]) => [
      ...refuse(
        input.changes.filter((change) => change.name === name),
        input,
        { guard: 'absence', reason: `it cannot stand beside what is there: ${reason}`, byName: true },
      ),
    ]),
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
