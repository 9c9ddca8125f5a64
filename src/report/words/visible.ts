// Text that came from elsewhere, made harmless in one way for every format: what would not print, or would change how a
// terminal, a browser or a CI reads the rest, shows as an escape. Two different texts stay different.

/** What does not print, turns text around, ends a line, or is a space that looks like another. */
export const unprintable = /(?! )[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Where a CI's log begins a command: `##[…]` (GitHub, anywhere in a line), `##vso[…]` (Azure), `##teamcity[…]`. The second
 * `#` of it.
 */
export const commandMark = /(?<=#)#(?=\w*\[)/g;

/** Text that looks like one of our escapes. */
const likeEscape = /\\(?=x[0-9a-f]{2}|u\{)/g;

const escaped = (character: string): string => {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
};

/** Fit for one line of a terminal or a log. */
export const visible = (text: string): string =>
  text.replaceAll(likeEscape, escaped).replaceAll(unprintable, escaped).replaceAll(commandMark, escaped);

/** A whole line that is visible already: what its stretches make together, and `::` in front, begin no command either. */
export const harmlessLine = (line: string): string =>
  line.replaceAll(commandMark, escaped).replace(/^(\s*):(?=:)/, (_, space: string) => `${space}${escaped(':')}`);

/** Lines that are not a report's, of which some text may be visible already. */
export const harmlessLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => harmlessLine(line.replaceAll(unprintable, escaped)))
    .join('\n');

/** Does it stay as it is? */
export const isVisible = (text: string): boolean => visible(text) === text;
