import {
  type FieldKind,
  fail,
  pushBytes,
  pushNumber,
  quoteForMessage,
  take,
  takeNumber,
  type WireReader,
} from './field.ts';
import { typeCodeOf, typeNameOf } from './mnemonics.ts';

const codeOf = (text: string): number =>
  typeCodeOf(text) ?? fail(`${quoteForMessage(text)} is not an RR type: a mnemonic or TYPEnnn`);

/** The number of an RR type, by its mnemonic. */
export const rrType: FieldKind = {
  parse: ([token = '']) => typeNameOf(codeOf(token)),
  toWire: (text, wire) => pushNumber(wire, codeOf(text), 2),
  fromWire: (reader) => typeNameOf(takeNumber(reader, 2)),
};

const print = (codes: readonly number[]): string =>
  [...new Set(codes)]
    .sort((a, b) => a - b)
    .map(typeNameOf)
    .join(' ');

const codesOf = (text: string): readonly number[] => (text === '' ? [] : text.split(' ').map(codeOf));

const readWindow = (
  reader: WireReader,
  last: number,
): { readonly window: number; readonly codes: readonly number[] } => {
  const window = takeNumber(reader, 1);
  const length = takeNumber(reader, 1);
  if (window <= last || length < 1 || length > 32) fail('a bad type bitmap', 'wire');
  const bits = [...take(reader, length)];
  if (bits.at(-1) === 0) fail('a type bitmap with zero octets at its end', 'wire');
  const codes = bits.flatMap((octet, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => octet & (0x80 >> bit)).map((bit) => window * 256 + i * 8 + bit),
  );
  return { window, codes };
};

/** A set of RR types as a bitmap in windows (RFC 4034 section 4.1.2), by number. */
export const typeSet: FieldKind = {
  rest: true,
  parse: (tokens) => print(tokens.map(codeOf)),
  fromYaml: (value) => {
    const items = typeof value === 'string' ? value.split(/\s+/).filter((item) => item !== '') : value;
    if (!Array.isArray(items)) return fail('it is not a list of RR types');
    return print(items.map((item) => codeOf(String(item))));
  },
  toWire: (text, wire) => {
    for (const [window, codes] of Map.groupBy(codesOf(text), (code) => code >> 8)) {
      const bits = new Uint8Array(((Math.max(...codes) & 0xff) >> 3) + 1);
      for (const code of codes) bits[(code & 0xff) >> 3] = (bits[(code & 0xff) >> 3] ?? 0) | (0x80 >> (code & 7));
      wire.push(window, bits.length);
      pushBytes(wire, bits);
    }
  },
  fromWire: (reader) => {
    const codes: number[] = [];
    let last = -1;
    while (reader.at < reader.end) {
      const read = readWindow(reader, last);
      codes.push(...read.codes);
      last = read.window;
    }
    return print(codes);
  },
  value: (text) => codesOf(text).map(typeNameOf),
};
