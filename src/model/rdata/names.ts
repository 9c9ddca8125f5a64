import { nameToWire, parseName } from '../name.ts';
import { type FieldKind, fail, pushBytes, quoteForMessage, type RdataContext, type WireReader } from './field.ts';
import { isQuoted } from './token.ts';

const plainAbsolute = /^(?:[a-z0-9_-]{1,63}\.)+$/;

const parse = (token: string, context: RdataContext): string => {
  if (plainAbsolute.test(token) && token.length < 255) return token;
  if (token === '' || isQuoted(token)) fail(`${quoteForMessage(token)} is not a name`);
  if (token === '@') return context.origin;
  const name = parseName(token, context.origin);
  if (context.onRelative !== undefined && isRelative(token)) context.onRelative(token);
  return name;
};

/** Without a final dot, or with one that is escaped. */
const isRelative = (token: string): boolean => !/(?:^|[^\\])(?:\\\\)*\.$/.test(token);

/** A name (RFC 1035 section 3.1), in lower case; read compressed, never written so. */
export const name: FieldKind = {
  isName: true,
  parse: ([token = ''], context) => parse(token, context),
  toWire: (text, wire) => pushBytes(wire, nameToWire(text)),
  fromWire: (reader: WireReader) => {
    const read = reader.readName(reader.message, reader.at);
    if (read.end > reader.end) fail('a name runs past the end of the rdata', 'wire');
    reader.at = read.end;
    return read.name;
  },
};
