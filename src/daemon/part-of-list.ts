import { compareText } from '../model/compare.ts';
import type { Listed, ListPage } from './list.ts';

/** The part of a list that a page asks for. `keys` gives what an item is sorted and found by; no two have the same. */
export const partOfList = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { after, limit, q }: ListPage,
): Listed<Item> => {
  const sorted = items
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => (q === null || key.includes(q)) && (after === null || compareText(key, after) > 0))
    .sort((a, b) => compareText(a.key, b.key));
  const part = sorted.slice(0, limit);
  return {
    items: part.map(({ item }) => item),
    next: sorted.length > part.length ? (part.at(-1)?.key ?? null) : null,
  };
};
