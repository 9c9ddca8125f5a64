import {
  type FieldKind,
  fail,
  pushBytes,
  quoteForMessage,
  take,
  takeNumber,
  takeRest,
  type WireReader,
} from './field.ts';
import {
  binaryToBytes,
  binaryToText,
  bytesToBinary,
  escapeText,
  isQuoted,
  quote,
  textToBinary,
  tokenize,
  unescapeText,
  unquote,
} from './token.ts';

const maxString = 255;

const pushString = (wire: number[], binary: string): void => {
  wire.push(binary.length);
  pushBytes(wire, binaryToBytes(binary));
};

const takeString = (reader: WireReader): string => bytesToBinary(take(reader, takeNumber(reader, 1)));

const bounded = (binary: string): string =>
  binary.length <= maxString ? binary : fail(`the text has ${binary.length} octets; ${maxString} is the most`);

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : fail('it is not text: put it in quotes');

/** YAML's mapping holds the inside of a quoted string, escapes and all, as octoDNS copies it between quotes. */
const fromYaml = (value: unknown): string => unescapeText(textOf(value));

/** One <character-string> (RFC 1035 section 3.3), quoted. */
export const text: FieldKind = {
  parse: ([token = '']) => quote(bounded(unquote(token))),
  fromYaml: (value) => quote(bounded(fromYaml(value))),
  toWire: (token, wire) => pushString(wire, unquote(token)),
  fromWire: (reader) => quote(takeString(reader)),
  value: (token) => binaryToText(unquote(token)),
  toYaml: (token) => escapeText(unquote(token)),
};

/** All octets that are left, as one quoted string: a CAA value, a URI's target. */
export const restText: FieldKind = {
  ...text,
  parse: ([token = '']) => quote(unquote(token)),
  fromYaml: (value) => quote(fromYaml(value)),
  toWire: (token, wire) => pushBytes(wire, binaryToBytes(unquote(token))),
  fromWire: (reader) => quote(bytesToBinary(takeRest(reader))),
};

const parseTag = (binary: string): string =>
  /^[a-zA-Z0-9]{1,255}$/.test(binary)
    ? binary.toLowerCase()
    : fail(`${quoteForMessage(binary)} is not a tag: letters and digits only (RFC 8659 section 4.1)`);

/** CAA's property tag, which matches in any case (RFC 8659 section 4.1). */
export const tag: FieldKind = {
  parse: ([token = '']) => parseTag(unquote(token)),
  fromYaml: (value) => parseTag(textOf(value)),
  toWire: (token, wire) => pushString(wire, token),
  fromWire: (reader) => parseTag(takeString(reader)),
};

/** Splits at 255 octets; nothing is one empty string. */
const chunks = (binary: string): readonly string[] => {
  if (binary.length <= maxString) return [binary];
  return Array.from({ length: Math.ceil(binary.length / maxString) }, (_, i) =>
    binary.slice(i * maxString, (i + 1) * maxString),
  );
};

const printChunks = (binary: string): string => chunks(binary).map(quote).join(' ');

const joined = (token: string): string => tokenize(token).map(unquote).join('');

/** Printable ASCII that needs no escapeText, one quoted string: it is canonical already. */
const plainQuoted = /^"[ !#-[\]-~]{0,255}"$/;
const plainText = /^[ !#-[\]-~]{0,255}$/;

const parseTexts = (tokens: readonly string[]): string => {
  const [first] = tokens;
  if (tokens.length === 1 && first !== undefined && plainQuoted.test(first)) return first;
  if (tokens.length === 0) fail('the text is missing');
  return printChunks(tokens.map((token) => bounded255(unquote(token), token)).join(''));
};

/** PowerDNS keeps and serves a quoted string over 255 octets; a bare token that long is a slip. */
const bounded255 = (binary: string, token: string): string => (isQuoted(token) ? binary : bounded(binary));

/**
 * One or more strings that stand for their octets joined, split at 255: TXT and its like. In YAML a value that begins
 * with a double quote is presentation text; any other is the text itself, but for octoDNS's `\;`, which means `;`.
 */
export const texts: FieldKind = {
  rest: true,
  verbatim: true,
  parse: parseTexts,
  fromYaml: (value) => {
    const content = textOf(value);
    if (content.startsWith('"')) return parseTexts(tokenize(content));
    if (plainText.test(content)) return `"${content}"`;
    return printChunks(textToBinary(content.includes('\\;') ? content.replaceAll('\\;', ';') : content));
  },
  toWire: (token, wire) => {
    for (const chunk of chunks(joined(token))) pushString(wire, chunk);
  },
  fromWire: (reader) => {
    let binary = '';
    do binary += takeString(reader);
    while (reader.at < reader.end);
    return printChunks(binary);
  },
  value: (token) => binaryToText(joined(token)),
  toYaml: (token) => {
    const content = binaryToText(joined(token));
    return /^"|\\;|^$|\p{C}/u.test(content) || content.includes('\ufffd') ? token : content;
  },
};
