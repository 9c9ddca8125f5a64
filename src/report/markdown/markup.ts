import { count } from '../../model/phrases.ts';
import type { Part } from '../values/parts.ts';
import { visible } from '../words/visible.ts';

// Markdown of text that a stranger may have chosen: no text leaves its span, its cell or its line, and none is a link, a
// mention, HTML, or a command of the log that it is printed to.

/** How much room markdown takes: GitHub counts characters, and its database octets. */
export const sizeOf = (markdown: string): number => Buffer.byteLength(markdown);

export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [rowOf(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(rowOf)].join('\n');

/** Cells are markdown already. */
export const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** As many rows as fit into so much room; the rest is counted by `rest`. */
export const fittingTable = <T>(
  head: readonly string[],
  rows: readonly { readonly cells: readonly string[]; readonly of: T }[],
  room: number,
  rest: (left: readonly T[]) => string,
): string => {
  let left = room;
  const end = rows.findIndex(({ cells }) => {
    left -= sizeOf(rowOf(cells)) + 1;
    return left < 0;
  });
  if (end === -1)
    return tableOf(
      head,
      rows.map(({ cells }) => cells),
    );
  const table = tableOf(
    head,
    rows.slice(0, end).map(({ cells }) => cells),
  );
  return `${table}\n\n… and ${rest(rows.slice(end).map(({ of }) => of))}`;
};

/** What a span of backticks holds as it is, in a table too. */
const plainCode = /^(?! )(?!.* $)(?!.* {2})(?!.*##\w*\[)[ -_a-{}~]+$/;

/** A code span. What one of backticks could not hold goes as entities, which have no meaning but themselves. */
export const code = (text: string): string => codeOf(visible(text));

const codeOf = (text: string): string => (plainCode.test(text) ? `\`${text}\`` : `<code>${asEntities(text)}</code>`);

/** A value of which some stretches are marked. */
export const codeOfParts = (parts: readonly Part[]): string => {
  const text = parts.map((part) => visible(part.text)).join('');
  if (parts.every(({ kind }) => kind !== 'differing')) return codeOf(text);
  const marked = parts.map(({ kind, text: part }) =>
    kind === 'differing' ? `<b>${asEntities(visible(part))}</b>` : asEntities(visible(part)),
  );
  return `<code>${marked.join('')}</code>`;
};

const asEntities = (text: string): string => text.replaceAll(inMarkup, asEntity);

/** What markdown gives a meaning within a line, and spaces that a page would not show. */
const inMarkup = /[`*_~[\]<>&|\\#@$!{}^]|:(?=\/\/)|(?<=www)\.|(?<= ) |^ | $/giu;

const asEntity = (character: string): string => `&#${character.codePointAt(0)};`;

/** A word that a reader of markdown makes a link, a mention, a reference, a formula or a picture of. */
const active = /[@#$]|:\/\/|www\.|GH-\d|:[\w+-]|\b(?=\w*[a-f])(?=\w*\d)[0-9a-f]{7,40}\b/i;

/** Prose without markup; what could be more than a word is a code span. */
export const inert = (text: string): string =>
  visible(text)
    .split(' ')
    .map((word) => (active.test(word) ? codeOfWord(word) : word.replaceAll(/[\\`*_~<>&|[\]()!^{}]/g, '\\$&')))
    .join(' ')
    .replaceAll(/(?<= ) |^ | $/g, asEntity);

/** A comma or semicolon after a word is the sentence's, and not the word's. */
const codeOfWord = (word: string): string => {
  const [, own = word, after = ''] = /^(.+?)([,;]?)$/s.exec(word) ?? [];
  return `${codeOf(own)}${after}`;
};

/** As it is, in a fence that nothing in it ends. */
export const fenced = (text: string): string => {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
};

/** Lines in a fence, as many of the first as fit into so much room, and the last, which sums them up. */
export const fencedLines = (text: string, room: number): string => {
  if (sizeOf(text) <= room) return fenced(text);
  const lines = text.trimEnd().split('\n');
  let left = room - sizeOf(lines.at(-1) ?? '') - 40;
  const end = lines.findIndex((line) => {
    left -= sizeOf(line) + 1;
    return left < 0;
  });
  const shown = lines.slice(0, end);
  return fenced([...shown, `… and ${count(lines.length - 1 - end, 'more line')}`, ...lines.slice(-1), ''].join('\n'));
};
