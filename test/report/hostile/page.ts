import { marked } from 'marked';

// What a page shows of markdown, told by a renderer that is not ours and by what GitHub does after it.

const allowedTags = [
  ...['b', 'br', 'code', 'em', 'h3', 'li', 'p', 'pre', 'strong', 'sub', 'ul'],
  ...['table', 'tbody', 'td', 'th', 'thead', 'tr'],
];

export interface Page {
  /** Tags that none of our reports has. */
  readonly foreignTags: readonly string[];
  /** Text outside code that GitHub makes a mention, a reference, a link, a formula or a picture of. */
  readonly active: readonly string[];
  /** The text of each cell of each row, tables one after the other. */
  readonly rows: readonly (readonly string[])[];
}

export const pageOf = (markdown: string): Page => {
  const html = marked.parse(markdown, { gfm: true, async: false });
  const prose = textIn(html.replaceAll(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, ' '));
  return {
    foreignTags: (html.match(/<[^>]*>?/g) ?? []).filter((tag) => !isOurs(tag)),
    active: prose.match(/@\w\S*|\w*#\d+|GH-\d+|\S+:\/\/\S*|www\.\S*|\$\S+\$|:\w+:/gi) ?? [],
    rows: [...html.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
      [...row.matchAll(/<t[dh]>([\s\S]*?)<\/t[dh]>/g)].map(([, cell = '']) => textIn(cell)),
    ),
  };
};

const isOurs = (tag: string): boolean => allowedTags.some((name) => tag === `<${name}>` || tag === `</${name}>`);

const textIn = (html: string): string =>
  html
    .replaceAll(/<br>/g, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal?: string, hex?: string, name?: string) =>
      decimal !== undefined
        ? String.fromCodePoint(Number(decimal))
        : hex !== undefined
          ? String.fromCodePoint(Number.parseInt(hex, 16))
          : ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name ?? ''] ?? ''),
    );
