import type { Change } from '../model/plan.ts';
import { isDelegationType, isNameServersOf } from '../model/rr-types.ts';
import type { Quarantine } from '../model/zone.ts';
import { isAbsentAllow } from './allow.ts';
import type { Judge, Refusal } from './refusal.ts';
import { dependentChanges, refuse, ruleWords } from './refusal.ts';

// The guards that judge each change alone; see guard.ts.

/** Refuses what depends on bad input, and what is about to replace what exists at its name. */
export const refusedByQuarantine: Judge = (input) => {
  if (input.quarantined.length === 0) return new Map();
  const byName = Map.groupBy(input.quarantined, ({ name }) => name);
  const existing = input.present.filter(({ name }) => byName.has(name));
  const unusable = input.quarantined.map(({ name, type }) => ({ name, type, values: [] }));
  const dependents = dependentChanges([...unusable, ...existing], input);
  return new Map(
    [...dependents].map(([change, name]) => [change, quarantineRefusal(change, byName.get(name) ?? [])] as const),
  );
};

const quarantineRefusal = ({ name, type }: Change, causes: readonly Quarantine[]): Refusal => {
  const own = causes.findLast((each) => each.name === name && (each.type === null || each.type === type));
  if (own !== undefined) {
    const reason = own.rule === undefined ? own.reason : `it has an error${ruleWords(own)}`;
    return { guard: 'quarantine', kind: 'refused', reason, allow: null };
  }
  const cause = causes.at(-1);
  const what = [cause?.name, cause?.type].filter((word) => word !== undefined && word !== null).join(' ');
  const reason = `depends on ${what}, which has an error${ruleWords(cause)}`;
  return { guard: 'quarantine', kind: 'dependent', reason, allow: null };
};

/** Refuses all but creates where a file of the zone did not parse. */
export const refusedByIncomplete: Judge = ({ complete, changes }) => {
  if (complete) return new Map();
  const reason = 'a part of the zone cannot be read, so nobody knows whether this is still wanted';
  const refusal: Refusal = { guard: 'incomplete', kind: 'refused', reason, allow: null };
  return new Map(changes.filter(({ action }) => action !== 'create').map((change) => [change, refusal]));
};

/** Refuses what cannot stand beside a value that must not be deleted before its absence is proven. */
export const refusedByAbsence: Judge = (input) => {
  if (input.blocked.size === 0) return new Map();
  return new Map(
    [...input.blocked].flatMap(([name, { allows, reason: why }]) => {
      const changes = input.changes.filter((change) => change.name === name);
      const reason = `cannot stand beside a value that must stay: ${why}`;
      const server = allows.find(isAbsentAllow);
      if (server === undefined) return [...refuse(changes, input, { guard: 'absence', reason, byName: true })];
      return changes.map((change): readonly [Change, Refusal] => [
        change,
        { guard: 'absence', kind: 'refused', reason, allow: server },
      ]);
    }),
  );
};

/** Refuses what moves a delegation: until it is allowed by name, and the new name servers answer for it. */
export const refusedByDelegation: Judge = (input) => {
  if (!input.settings.delegation || input.isNew) return new Map();
  // An apex without NS points nowhere: giving it one moves nothing, and an emptied zone must be able to come back.
  const isRestored = ({ action, name, type }: Change) =>
    action === 'create' && isNameServersOf({ name, type }, input.zone.name);
  const moves = input.changes.filter((change) => isDelegationType(change.type) && !isRestored(change));
  const reason = 'changes a delegation; allow it by name when the new name servers are ready';
  return new Map([
    ...refuse(moves, input, { guard: 'delegation', reason, byName: true }),
    ...moves.flatMap((change): readonly [Change, Refusal][] => {
      const why = change.after === null ? undefined : input.unready.get(change.name);
      return why === undefined ? [] : [[change, { guard: 'delegation', kind: 'refused', reason: why, allow: null }]];
    }),
  ]);
};
