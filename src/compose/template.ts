import { SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import { quoteForMessage } from '../model/rdata/field.ts';
import { quote, textToBinary } from '../model/rdata/token.ts';
import { parseRdata } from '../model/rdata.ts';
import { type AddressType, addressTypeOf, isAddressType, traitsOf } from '../model/rr-types.ts';
import type { Server } from '../model/server.ts';
import { parseTemplate, type TemplatePart } from '../model/template.ts';
import type { ComposeRuleId } from './compose-rules.ts';
import { isIPv6 } from './networks.ts';

// Fills templates with what a server has. What comes from a server is data and never syntax: it cannot add a name part, a
// wildcard, a second value or a quote. Every function here throws SyntaxProblem, whose rule is one of compose-rules.ts.

/** A parsed template. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  /** The text of a template without expressions. */
  readonly literal: string | null;
}

const refuse = (rule: ComposeRuleId, message: string): never => {
  throw new SyntaxProblem(message, rule);
};

export const readTemplate = (text: string): Template => {
  const parts = parseTemplate(text);
  parts.forEach((part, i) => {
    if (typeof part === 'string' && i < parts.length - 1 && openEscape.test(part)) {
      refuse('role-template', `the template ${quoteForMessage(text)} has a backslash before an expression`);
    }
  });
  const isLiteral = parts.every((part) => typeof part === 'string');
  return { parts, literal: isLiteral ? parts.join('') : null };
};

/** An unfinished escape at the end, which would swallow the start of what is filled in. */
const openEscape = /(?:^|[^\\])(?:\\\\)*\\[0-9]{0,2}$/;

/** What a server has under a word: null where it lacks it. A list may be empty. */
const lookUp = (server: Server, word: string, family: AddressType | null): string | readonly string[] | null => {
  switch (word) {
    case 'name':
      return server.name;
    case 'labels':
      return server.labels;
    case 'ips':
      return family === null ? server.ips : server.ips.filter((ip) => addressTypeOf(ip) === family);
    case 'ip':
      return server.ips.find((ip) => family === null || addressTypeOf(ip) === family) ?? null;
    case 'ipv4':
      return server.ips.find((ip) => !isIPv6(ip)) ?? null;
    case 'ipv6':
      return server.ips.find(isIPv6) ?? null;
    default:
      return Object.hasOwn(server.attributes, word) ? String(server.attributes[word]) : null;
  }
};

const has = (server: Server, word: string, family: AddressType | null): string | readonly string[] =>
  lookUp(server, word, family) ??
  refuse('server-lacks', `it has no "${word}"${family !== null && word === 'ip' ? ` that fits ${family}` : ''}`);

const fill = (template: Template, literal: (text: string) => string, value: (word: string) => string): string => {
  let text = '';
  for (const part of template.parts) text += typeof part === 'string' ? literal(part) : value(part.attribute);
  return text;
};

const asItIs = (text: string): string => text;

const namePart = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const oneNamePart = new RegExp(`^${namePart}$`);
const nameParts = new RegExp(`^${namePart}(?:\\.${namePart})*$`);
const canonicalParts = new RegExp(`^${namePart}(?:\\.${namePart})*$`.replaceAll('a-zA-Z', 'a-z'));

/** Is it letters in lower case, digits and hyphens in one or more name parts (RFC 1123 section 2.1)? */
export const isServerName = (text: string): boolean => canonicalParts.test(text);

/** The canonical name that a template makes for a server. */
export const renderName = (template: Template, server: Server): string =>
  parseAbsolute(
    fill(template, asItIs, (word) => {
      const value = has(server, word, null);
      const isName = typeof value === 'string' && (word === 'name' ? nameParts : oneNamePart).test(value);
      return isName ? value : refuse('record-name', `its ${word} ${shown(value)} is not letters, digits and hyphens`);
    }),
  );

/** The canonical values that a template makes for a server: one, or of a list by itself one for each item. */
export const renderValues = (type: string, template: Template, server: Server): readonly string[] => {
  const family = isAddressType(type) ? type : null;
  const [only] = template.parts;
  if (template.parts.length === 1 && typeof only === 'object') {
    const value = has(server, only.attribute, family);
    if (typeof value !== 'string') return value.map((item) => renderValue(type, template, () => item));
  }
  return [
    renderValue(type, template, (word) => {
      const value = has(server, word, family);
      return typeof value === 'string' ? value : value.join(',');
    }),
  ];
};

const renderValue = (type: string, template: Template, value: (word: string) => string): string =>
  traitsOf(type).text === true
    ? renderText(type, template, value)
    : parseRdata(type, fill(template, asItIs, safeToken(value)));

/** Whether it is presentation text is for the template to say, as in a zone file; what is filled in never is. */
const renderText = (type: string, template: Template, value: (word: string) => string): string => {
  const [first] = template.parts;
  const isPresentation = typeof first === 'string' && first.startsWith('"');
  const text = isPresentation
    ? fill(template, asItIs, (word) => escaped(value(word)))
    : quote(textToBinary(fill(template, (literal) => literal.replaceAll('\\;', ';'), value)));
  if (!isPresentation && plainText.test(text)) return text;
  if (text.length > maxText) refuse('record-value', `its text is too long: no message can carry ${text.length} octets`);
  return parseRdata(type, text);
};

/** Presentation text that needs no parsing to be canonical. */
const plainText = /^"[ !#-[\]-~]{0,255}"$/;

/** In presentation form; what has fewer octets may still be too much, which is for the rules to say. */
const maxText = 260_000;

/** As escapes, so that it means the same within quotes and without (RFC 1035 section 5.1). */
const escaped = (text: string): string =>
  textToBinary(text).replace(/[^A-Za-z0-9]/g, (octet) => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`);

const safeToken =
  (value: (word: string) => string) =>
  (word: string): string => {
    const text = value(word);
    return /^[A-Za-z0-9._:-]+$/.test(text)
      ? text
      : refuse('record-value', `its ${word} ${shown(text)} is not one plain word`);
  };

/** The http or https URL that a template makes for one address of a server. */
export const renderUrl = (template: Template, server: Server, address: string): string => {
  const text = fill(template, asItIs, (word) => {
    const value = word === 'ip' ? address : has(server, word, null);
    if (typeof value !== 'string') return refuse('health-check-url', `its ${word} are a list, which no URL takes`);
    if (word === 'ip' || word === 'ipv4' || word === 'ipv6') return isIPv6(value) ? `[${value}]` : value;
    return /^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$/.test(value)
      ? value
      : refuse('health-check-url', `its ${word} ${shown(value)} cannot stand in a URL`);
  });
  return checkedUrl(text) ?? refuse('health-check-url', `${quoteForMessage(text)} is no URL that may be asked`);
};

/** As the parser has it; null: not http or https, or with credentials, quotes, backslashes or what is not ASCII. */
const checkedUrl = (text: string): string | null => {
  if (!/^https?:\/\/[!#$%&()*+,./0-9:;=?@A-Z[\]_a-z~-]+$/.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || url.username !== '' || url.password !== '') return null;
  const rest = url.href.slice(url.origin.length);
  return /^https?:$/.test(url.protocol) && !/[[\]'"\\@]/.test(rest) ? url.href : null;
};

const shown = (value: string | readonly string[]): string =>
  quoteForMessage(typeof value === 'string' ? value : value.join(','));
