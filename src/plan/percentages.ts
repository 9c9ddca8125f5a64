import { grouping } from '../model/phrases.ts';
import type { Change } from '../model/plan.ts';
import type { GuardInput, Judge, Refusals } from './refusal.ts';
import { countOurs, isContent, isOfHealth, refuse } from './refusal.ts';

/** Refuses more deletes or replaces than the zone's settings let through at once. */
export const refusedByPercentages: Judge = (input) => {
  const base = countOurs(input);
  if (base < input.settings.min_existing) return new Map();
  const { deletes, replaces, replaceCount } = replacesAndDeletes(
    input.changes.filter((each) => isContent(each, input) && !isOfHealth(each, input)),
  );
  return new Map([
    ...overLimit(input, 'max_delete_percent', deletes, deletes.length, base),
    ...overLimit(input, 'max_replace_percent', replaces, replaceCount, base),
  ]);
};

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
  const what = name === 'max_delete_percent' ? 'deleted' : 'replaced';
  const reason = `${grouping(count)} of ${grouping(base)} RRsets (${percentText(percent, limit)} %) would be ${what}; the limit is ${limit} %`;
  return refuse(changes, input, { guard: name, reason, byName: false });
};

/** With as many decimals as it takes to be above the limit, and below 100 where some stay. */
const percentText = (percent: number, limit: number): string => {
  const texts = [0, 1, 2, 3].slice(percent < 10 ? 1 : 0).map((digits) => percent.toFixed(digits));
  return texts.find((text) => Number(text) > limit && (percent === 100 || Number(text) < 100)) ?? String(percent);
};

/** A delete and a create of different types at one name count as one replace of the name. */
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
