import { type FieldKind, fail, pushBytes, quoteForMessage, take, takeNumber, takeRest } from './field.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const parseHex = (text: string): string =>
  /^(?:[0-9a-f]{2})+$/i.test(text)
    ? text.toLowerCase()
    : fail(text === '' ? 'it is empty' : `${quoteForMessage(text)} is not hexadecimal with an even number of digits`);

export const parseBase64 = (text: string): string => {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) || text === '') {
    fail(text === '' ? 'it is empty' : `${quoteForMessage(text)} is not base64`);
  }
  return Buffer.from(text, 'base64').toString('base64');
};

const notEmpty = (bytes: Uint8Array): Uint8Array => (bytes.length > 0 ? bytes : fail('it is empty', 'wire'));

/** YAML folds and wraps long digests: white space within does not count. */
const unspaced = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value).replace(/\s+/g, '')
    : fail('it is not text: put it in quotes');

/** All octets that are left, in lower-case hexadecimal; spaces may divide it. */
export const hex: FieldKind = {
  rest: true,
  parse: (tokens) => parseHex(tokens.join('')),
  fromYaml: (value) => parseHex(unspaced(value)),
  toWire: (text, wire) => pushBytes(wire, Buffer.from(text, 'hex')),
  fromWire: (reader) => hexOf(notEmpty(takeRest(reader))),
};

/** All octets that are left, in base64; spaces may divide it. */
export const base64: FieldKind = {
  rest: true,
  parse: (tokens) => parseBase64(tokens.join('')),
  fromYaml: (value) => parseBase64(unspaced(value)),
  toWire: (text, wire) => pushBytes(wire, Buffer.from(text, 'base64')),
  fromWire: (reader) => Buffer.from(notEmpty(takeRest(reader))).toString('base64'),
};

/** NSEC3's salt: hexadecimal with its length before it, `-` for none (RFC 5155 section 3.3). */
export const salt: FieldKind = {
  parse: ([token = '']) => (token === '-' ? token : boundedOctets(parseHex(token), 2)),
  fromYaml: (value) => (value === '-' || value === '' ? '-' : boundedOctets(parseHex(unspaced(value)), 2)),
  toWire: (text, wire) => {
    const bytes = text === '-' ? Buffer.alloc(0) : Buffer.from(text, 'hex');
    wire.push(bytes.length);
    pushBytes(wire, bytes);
  },
  fromWire: (reader) => hexOf(take(reader, takeNumber(reader, 1))) || '-',
};

const boundedOctets = (text: string, charactersEach: number): string =>
  text.length / charactersEach <= 255 ? text : fail('it has more than 255 octets');

const base32Letters = '0123456789abcdefghijklmnopqrstuv';

const base32Bytes = (text: string): readonly number[] => {
  const bits = Array.from(text, (c) => base32Letters.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2),
  );
};

const printBase32 = (bytes: Iterable<number>): string => {
  const bits = Array.from(bytes, (b) => b.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{1,5}/g, (five) => base32Letters[Number.parseInt(five.padEnd(5, '0'), 2)] ?? '');
};

/** NSEC3's next hashed name: base32hex without padding, its length before it (RFC 5155 section 3.3). */
export const nextHash: FieldKind = {
  parse: ([token = '']) => {
    const text = token.toLowerCase();
    return /^[0-9a-v]{2,408}$/.test(text) && printBase32(base32Bytes(text)) === text
      ? text
      : fail(`${quoteForMessage(token)} is not base32hex`);
  },
  toWire: (text, wire) => {
    const bytes = base32Bytes(text);
    wire.push(bytes.length);
    pushBytes(wire, bytes);
  },
  fromWire: (reader) => printBase32(notEmpty(take(reader, takeNumber(reader, 1)))),
};

const eui = (octets: number): FieldKind => ({
  parse: ([token = '']) =>
    new RegExp(`^(?:[0-9a-f]{2}-){${octets - 1}}[0-9a-f]{2}$`, 'i').test(token)
      ? token.toLowerCase()
      : fail(`${quoteForMessage(token)} is not ${octets} pairs of hexadecimal digits with hyphens between`),
  toWire: (text, wire) => pushBytes(wire, Buffer.from(text.replaceAll('-', ''), 'hex')),
  fromWire: (reader) => Array.from(take(reader, octets), (b) => b.toString(16).padStart(2, '0')).join('-'),
});

export const eui48 = eui(6);
export const eui64 = eui(8);
