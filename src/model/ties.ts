import type { Change } from './plan.ts';
import { reverseType } from './rr-types.ts';

/**
 * The names whose addresses a change of an atomic set has to do with, beside its own set: those that it gives addresses
 * to, and those that a PTR is taken from. Servers that exchange addresses, or pass them on, so stand or fall together:
 * half of that would leave an address with the PTR of another.
 */
export const tiesOf = ({ name, type, before, after }: Change): readonly string[] => {
  if (type !== reverseType) return [name];
  return before === null || after === null ? [] : before.values.map(({ rdata }) => rdata);
};

/** The items in groups: those that share a key, by any number of steps, are in one. In the items' order. */
export const joined = <T>(items: readonly T[], keysOf: (item: T) => Iterable<string>): readonly (readonly T[])[] => {
  const parents = items.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== undefined && parents[root] !== root) root = parents[root] ?? root;
    parents[index] = root;
    return root;
  };
  const firstWith = new Map<string, number>();
  items.forEach((item, index) => {
    for (const key of keysOf(item)) {
      const first = firstWith.get(key);
      if (first === undefined) firstWith.set(key, index);
      else parents[rootOf(index)] = rootOf(first);
    }
  });
  return [...Map.groupBy(items, (_, index) => rootOf(index)).values()];
};
