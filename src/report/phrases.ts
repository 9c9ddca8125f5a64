/** Thousands are set apart. Not by toLocaleString, whose first call loads 5 MB of ICU. */
export const grouping = (number: number): string => String(number).replace(/\B(?=(?:[0-9]{3})+$)/g, ',');

/** `1 create`, `2 creates`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${grouping(number)} ${number === 1 ? one : many}`;

/** The words with commas, and `and` before the last. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Groups in the order of first appearance. */
export const grouped = <T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(items, key);

/** Text that came from elsewhere, fit for a terminal and for one line: control characters show as \xNN. */
export const visible = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);

/** Sums such as `3 creates and 1 delete`; the ones that are zero are left out. */
export const summed = (numbers: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(numbers).flatMap(([word, number]) => (number > 0 ? [count(number, word)] : []));
