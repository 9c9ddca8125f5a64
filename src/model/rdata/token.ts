import { fail, quoteForMessage } from './field.ts';

// A binary string has one character U+0000 to U+00FF for each octet.

const tokenPattern = /("[^"\\]*(?:\\[\s\S][^"\\]*)*")|((?:[^\s"\\();]|\\[\s\S]|"[^"\\]*(?:\\[\s\S][^"\\]*)*")+)|\S/g;
/** Words with one space between, and nothing in them that has a meaning of its own. */
const bareWords = /^[!#-'*-:<-[\]-~]+(?: [!#-'*-:<-[\]-~]+)*$/;
const printableOnly = /^[ !#-[\]-~]*$/;
/** What needs an escape within quotes. */
const unprintable = /[^ !#-[\]-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII as a whole is meant
const asciiOnly = /^[\x00-\x7f]*$/;

/** Splits presentation text (RFC 1035 section 5.1). A token keeps its quotes and escapes; parentheses count as space. */
export const tokenize = (text: string): string[] => {
  if (bareWords.test(text)) return text.split(' ');
  const tokens: string[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    const token = match[0];
    if (match[1] !== undefined || match[2] !== undefined) tokens.push(token);
    else if (token === ';') fail('an unquoted ";" begins a comment: put the value in double quotes');
    else if (token !== '(' && token !== ')') fail(`${token === '"' ? 'a quote is not closed' : 'a backslash ends it'}`);
  }
  return tokens;
};

export const isQuoted = (token: string): boolean => token.startsWith('"');

/** The octets that a quoted or bare token stands for; characters beyond ASCII are UTF-8. */
export const unquote = (token: string): string => {
  if (isQuoted(token)) return unescapeText(token.slice(1, -1));
  if (/(?:^|[^\\])(?:\\\\)*"/.test(token)) fail(`${quoteForMessage(token)} has a quote in its middle`);
  return unescapeText(token);
};

/** The octets of text with RFC 1035's escapes `\DDD` and `\X`. */
export const unescapeText = (text: string): string => {
  if (!text.includes('\\')) return toBinary(text);
  return text
    .split(/(\\(?:[0-9]{3}|[^0-9]|[0-9]|$))/su)
    .map((piece) => (piece.startsWith('\\') ? unescapeOne(piece) : toBinary(piece)))
    .join('');
};

const unescapeOne = (sequence: string): string => {
  const rest = sequence.slice(1);
  if (rest.length === 3 && /^[0-9]/.test(rest)) {
    return Number(rest) < 256 ? String.fromCharCode(Number(rest)) : fail(`the escape ${sequence} is above \\255`);
  }
  return /^[0-9]?$/.test(rest) ? fail('"\\" takes three digits or one other character') : toBinary(rest);
};

const toBinary = (text: string): string => (asciiOnly.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));

/** Octets as the inside of a quoted string: printable ASCII as it is, `"` and `\` escaped, others as `\DDD`. */
export const escapeText = (binary: string): string =>
  printableOnly.test(binary)
    ? binary
    : binary.replace(unprintable, (c) =>
        c === '"' || c === '\\' ? `\\${c}` : `\\${String(c.charCodeAt(0)).padStart(3, '0')}`,
      );

export const quote = (binary: string): string => `"${escapeText(binary)}"`;

/** Octets as text, for the rules; what is not UTF-8 shows as U+FFFD. */
export const binaryToText = (binary: string): string =>
  asciiOnly.test(binary) ? binary : Buffer.from(binary, 'latin1').toString('utf8');

export const textToBinary = toBinary;

export const bytesToBinary = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

export const binaryToBytes = (binary: string): Uint8Array => Buffer.from(binary, 'latin1');
