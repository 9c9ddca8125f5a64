import { toASCII, toUnicode } from 'tr46';
import { SyntaxProblem } from './errors.ts';

// A name's canonical text: absolute, final dot, ASCII letters in lower case (RFC 4343), Unicode as A-labels, and the
// escapes of RFC 1035 section 5.1 written in one way only, so that equal names are equal strings.

const plainName = /^(?:[a-z0-9_*/-]{1,63}\.)+$/;
/** Octets that master files give a meaning of their own: `"$().;@\`. */
const specialOctets = new Set([0x22, 0x24, 0x28, 0x29, 0x2e, 0x3b, 0x40, 0x5c]);
const maxNameOctets = 255;
const maxPartOctets = 63;
/** Escapes take four characters an octet; a part in Unicode may have characters that mean nothing. */
const maxNameCharacters = 4096;
/** A name has at most 127 parts, so that more pointers than that are an attack on whoever follows them. */
const maxPointers = 127;
const encoder = new TextEncoder();

/**
 * The canonical name that `text` stands for; without a final dot it is relative to `origin` (canonical).
 * Throws SyntaxProblem (rule `name-syntax` or `name-length`).
 */
export const parseName = (text: string, origin = '.'): string => {
  if (text === '' || isEscaped(text, text.length)) {
    throw new SyntaxProblem(
      text === '' ? 'the name is empty' : `the name ${shorten(text)} ends in a backslash`,
      'name-syntax',
    );
  }
  if (text.length > maxNameCharacters) {
    throw new SyntaxProblem(
      `the name ${shorten(text)} has ${text.length} characters; ${maxNameOctets} octets is the most`,
      'name-length',
    );
  }
  const absolute = endsWithDot(text) ? text : origin === '.' ? `${text}.` : `${text}.${origin}`;
  if (plainName.test(absolute) && absolute.length < maxNameOctets) return absolute;
  if (absolute === '.') return absolute;
  const parts = splitParts(absolute);
  let octets = 1;
  let name = '';
  for (const part of parts) {
    const bytes = partOctets(part, text);
    octets += bytes.length + 1;
    name += `${printPart(bytes)}.`;
  }
  if (octets > maxNameOctets) {
    throw new SyntaxProblem(
      `the name ${shorten(text)} has ${octets} octets; ${maxNameOctets} is the most`,
      'name-length',
    );
  }
  return name;
};

/** Like parseName, for text that may leave the final dot out and is never relative: a zone's name, a glob's anchor. */
export const parseAbsolute = (text: string): string => parseName(text, '.');

/** The parts of canonical text, escapes kept: `a\.b.example.` is `a\.b` and `example`. The root has none. */
export const splitParts = (name: string): readonly string[] => {
  if (!name.includes('\\')) return name === '.' ? [] : name.slice(0, name.endsWith('.') ? -1 : undefined).split('.');
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < name.length; i += 1) {
    if (name[i] === '\\') i += 1;
    else if (name[i] === '.') {
      parts.push(name.slice(start, i));
      start = i + 1;
    }
  }
  if (start < name.length) parts.push(name.slice(start));
  return parts;
};

/** Is `name` the zone's apex or below it? Both canonical. */
export const isWithin = (name: string, zone: string): boolean => {
  if (zone === '.' || name === zone) return true;
  const dot = name.length - zone.length - 1;
  return dot >= 0 && name[dot] === '.' && name.endsWith(zone) && !isEscaped(name, dot);
};

/** The name relative to the zone's apex, '' for the apex itself. */
export const relativeTo = (name: string, zone: string): string => {
  if (name === zone) return '';
  return zone === '.' ? name.slice(0, -1) : name.slice(0, -zone.length - 1);
};

/** The name one part up; the root's parent is the root. */
export const parentOf = (name: string): string => {
  const cut = firstDot(name);
  return cut === -1 || cut === name.length - 1 ? '.' : name.slice(cut + 1);
};

export const isWildcard = (name: string): boolean => name.startsWith('*.');

/** The name as people read it: A-labels in Unicode, where that is their one reading. */
export const unicodeName = (name: string): string => {
  if (!name.includes('xn--')) return name;
  const { domain, error } = toUnicode(name, { checkHyphens: false });
  return error ? name : domain;
};

/** Uncompressed wire form (RFC 1035 section 3.1), letters in lower case. */
export const nameToWire = (name: string): Uint8Array => {
  const parts = splitParts(name);
  const wire: number[] = [];
  for (const part of parts) {
    const bytes = partOctets(part, name);
    wire.push(bytes.length, ...bytes);
  }
  wire.push(0);
  return Uint8Array.from(wire);
};

/**
 * Reads a name of a message, following compression pointers backwards only (RFC 1035 section 4.1.4).
 * `end` is the offset after the name where it began. Throws SyntaxProblem.
 */
export const nameFromWire = (message: Uint8Array, offset: number): { readonly name: string; readonly end: number } => {
  let name = '';
  let octets = 1;
  let end = -1;
  let at = offset;
  let limit = offset;
  let pointers = 0;
  for (;;) {
    const length = message[at];
    if (length === undefined) throw new SyntaxProblem('a name runs past the end of the message', 'wire');
    if (length === 0) return { name: name === '' ? '.' : name, end: end === -1 ? at + 1 : end };
    if (length >= 0xc0) {
      if (end === -1) end = at + 2;
      pointers += 1;
      limit = pointerTarget(message, at, limit, pointers);
      at = limit;
      continue;
    }
    octets += length + 1;
    if (length > maxPartOctets || octets > maxNameOctets || at + length >= message.length) {
      throw new SyntaxProblem('a name in the message is too long', 'wire');
    }
    name += `${printPart(lowerCase(message.subarray(at + 1, at + 1 + length)))}.`;
    at += length + 1;
  }
};

/** Each pointer must lead further back than the one before, so that reading ends. */
const pointerTarget = (message: Uint8Array, at: number, limit: number, pointers: number): number => {
  const target = (((message[at] ?? 0) & 0x3f) << 8) | (message[at + 1] ?? 0);
  const bad = at + 1 >= message.length || target >= limit || pointers > maxPointers;
  if (bad) throw new SyntaxProblem('a bad compression pointer', 'wire');
  return target;
};

/** A name or a glob without its final dot; one that is escaped stays. */
export const withoutFinalDot = (text: string): string => (endsWithDot(text) ? text.slice(0, -1) : text);

const endsWithDot = (text: string): boolean => text.endsWith('.') && !isEscaped(text, text.length - 1);

/** Has the character at an offset an odd number of backslashes before it? */
const isEscaped = (text: string, at: number): boolean => {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
};

const firstDot = (name: string): number => {
  for (let i = 0; i < name.length; i += 1) {
    if (name[i] === '\\') i += 1;
    else if (name[i] === '.') return i;
  }
  return -1;
};

const partOctets = (part: string, whole: string): Uint8Array => {
  if (part === '') {
    throw new SyntaxProblem(
      `the name ${shorten(whole)} has an empty part: two dots in a row, or one in front`,
      'name-syntax',
    );
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII as a whole is meant
  const bytes = /^[\x00-\x7f]*$/.test(part) ? unescapePart(part, whole) : encoder.encode(toALabel(part, whole));
  if (bytes.length > maxPartOctets) {
    throw new SyntaxProblem(
      `the name part ${shorten(part)} has ${bytes.length} octets; ${maxPartOctets} is the most`,
      'name-length',
    );
  }
  return lowerCase(bytes);
};

const toALabel = (part: string, whole: string): string => {
  const label = part.includes('\\')
    ? null
    : toASCII(part, { checkHyphens: false, checkBidi: true, checkJoiners: true });
  if (label === null || label === '' || label.includes('.')) {
    const which = part === whole ? '' : `: ${shorten(part)}`;
    throw new SyntaxProblem(`the name ${shorten(whole)} is not valid IDNA (UTS #46)${which}`, 'name-syntax');
  }
  return label;
};

const unescapePart = (part: string, whole: string): Uint8Array => {
  if (!part.includes('\\')) return encoder.encode(part);
  const bytes: number[] = [];
  for (let i = 0; i < part.length; i += 1) {
    if (part[i] !== '\\') {
      bytes.push(part.charCodeAt(i));
      continue;
    }
    const digits = /^[0-9]{3}/.exec(part.slice(i + 1))?.[0];
    const code = digits === undefined ? part.charCodeAt(i + 1) : Number(digits);
    if (Number.isNaN(code) || code > 255 || (digits === undefined && /[0-9]/.test(part[i + 1] ?? ''))) {
      throw new SyntaxProblem(
        `the name ${shorten(whole)} has a bad escape: "\\" takes three digits or one character`,
        'name-syntax',
      );
    }
    bytes.push(code);
    i += digits === undefined ? 1 : 3;
  }
  return Uint8Array.from(bytes);
};

const lowerCase = (bytes: Uint8Array): Uint8Array => bytes.map((b) => (b >= 0x41 && b <= 0x5a ? b + 0x20 : b));

const printPart = (bytes: Uint8Array): string => {
  let text = '';
  for (const b of bytes) {
    if (b <= 0x20 || b >= 0x7f) text += `\\${String(b).padStart(3, '0')}`;
    else text += specialOctets.has(b) ? `\\${String.fromCharCode(b)}` : String.fromCharCode(b);
  }
  return text;
};

const shorten = (text: string): string => (text.length > 80 ? `"${text.slice(0, 77)}…"` : `"${text}"`);
