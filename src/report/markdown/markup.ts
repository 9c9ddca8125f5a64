import { count } from '../../model/phrases.ts';
import { visible } from '../words/visible.ts';

// Markdown of text that a stranger may have chosen: no text leaves its span, its cell or its line.

const mostOfTable = 20_000;
const mostRows = 200;

/** As many rows as fit; cells are markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines: string[] = [];
  let length = 0;
  for (const cells of rows) {
    const line = `| ${cells.join(' | ')} |`;
    length += line.length;
    if (lines.length === mostRows || length > mostOfTable) break;
    lines.push(line);
  }
  const more = rows.length - lines.length;
  return [
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...lines,
    ...(more > 0 ? [`\n… and ${count(more, 'more row')}`] : []),
  ].join('\n');
};

/** A code span. What a span of backticks could not hold in a table goes as entities, which have no meaning but themselves. */
export const code = (text: string): string => {
  const line = oneLine(text);
  return /[`|]/.test(line) ? `<code>${asEntities(line)}</code>` : `\`${line || ' '}\``;
};

/** The code span of a place in a file, whose name a reader finds again: what does not print shows. */
export const codeOfFile = (text: string): string => code(visible(text));

const asEntities = (text: string): string => text.replaceAll(/[^A-Za-z0-9 .,=+/"-]/gu, (c) => `&#${c.codePointAt(0)};`);

/** Prose without markup, HTML or mentions: GitHub looks for mentions after it took escapes away. */
export const inert = (text: string): string =>
  oneLine(text)
    .replaceAll(/[\\`*_~<>&|[\]()!]/g, '\\$&')
    .replaceAll(/[@#]/g, '$&\u200b');

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ');

export const fenced = (text: string): string => `\`\`\`\n${text.replaceAll('```', "'''")}\`\`\``;
