// How every message quotes, counts and lists. Text of a stranger (an inventory, a provider) goes through its room's own
// sanitising instead.

const longestQuote = 80;

/** Text of the user's own files in quotes, fit for a message of one line. */
export const quoted = (text: string): string => {
  const line = text.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ');
  return line.length > longestQuote ? `"${line.slice(0, longestQuote - 3)}…"` : `"${line}"`;
};

/** Thousands are set apart. Not by toLocaleString, whose first call loads 5 MB of ICU. */
export const grouping = (number: number): string => String(number).replace(/\B(?=(?:[0-9]{3})+$)/g, ',');

/** `1 create`, `2 creates`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${grouping(number)} ${number === 1 ? one : many}`;

/** The words with commas, and `and` (or another word) before the last. */
export const listed = (words: readonly string[], before: 'and' | 'or' = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${before} ${words.at(-1)}`;
