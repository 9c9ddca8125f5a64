import { SyntaxProblem } from './errors.ts';
import { didYouMean } from './suggest.ts';

/** The parts of a template: text as it stands, and what is filled in from a server. */
export type TemplatePart = string | { readonly attribute: string };

/** What every server has, by its word in a template; any other word is the name of an attribute. */
export const serverWords = ['name', 'ip', 'ipv4', 'ipv6', 'ips', 'labels'] as const;

/**
 * Reads a template over `server.*`. `{{server.rack}}` and `{{server.attributes.rack}}` are both the attribute `rack`; no
 * attribute is called like one of serverWords. Throws SyntaxProblem.
 */
export const parseTemplate = (text: string): readonly TemplatePart[] => {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    const literal = open === -1 ? text.slice(at) : text.slice(at, open);
    if (literal.includes('}}')) throw problem('it has "}}" without a "{{" before it');
    if (literal !== '') parts.push(literal);
    if (open === -1) break;
    const close = text.indexOf('}}', open);
    if (close === -1) throw problem('its "{{" is not closed; write it like {{server.name}}');
    parts.push({ attribute: attributeOf(text.slice(open + 2, close).trim()) });
    at = close + 2;
  }
  return parts;
};

/** Is there anything in it to fill in? */
export const isTemplate = (text: string): boolean => text.includes('{{');

const attributeOf = (expression: string): string => {
  const [, attributes, word] = /^server\.(attributes\.)?([\p{L}\p{N}_-]{1,64})$/u.exec(expression) ?? [];
  if (word === undefined) throw problem(`{{${shown(expression)}}} is not an expression${guess(expression)}; ${known}`);
  const isOwn = words.has(word);
  if (attributes !== undefined && isOwn) {
    throw problem(`{{${expression}}} names no attribute: a server's own ${word} is {{server.${word}}}`);
  }
  if (word === 'attributes' || (word === 'state' && attributes === undefined)) {
    throw problem(`{{${expression}}} is not an expression; ${known}`);
  }
  return word;
};

const words: ReadonlySet<string> = new Set(serverWords);
const known = `the expressions are ${serverWords.map((word) => `server.${word}`).join(', ')} and server.ATTRIBUTE`;

const guess = (expression: string): string =>
  didYouMean(
    expression.includes('.') ? expression : `server.${expression}`,
    serverWords.map((word) => `server.${word}`),
  );

const shown = (expression: string): string => JSON.stringify(expression.slice(0, 64)).slice(1, -1);

const problem = (message: string): SyntaxProblem => new SyntaxProblem(message, 'template-syntax');
