import { count } from '../model/phrases.ts';

/** Groups in the order of first appearance. */
export const grouped = <T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(items, key);

/** Text that came from elsewhere, fit for a terminal and for one line: control characters show as \xNN. */
export const visible = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);

/** Sums such as `3 creates and 1 delete`; the ones that are zero are left out. */
export const summed = (numbers: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(numbers).flatMap(([word, number]) => (number > 0 ? [count(number, word)] : []));
