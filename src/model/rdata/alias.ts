import { type FieldKind, fail, pushBytes, quoteForMessage, takeNumber, takeRest } from './field.ts';
import { name } from './names.ts';
import { binaryToBytes, bytesToBinary, tokenize } from './token.ts';

// The fields of Route 53's alias record sets, by octoDNS's keys. They are never on the wire of DNS.

const inZone = (text: string): string =>
  /^[A-Za-z0-9]{0,32}$/.test(text) ? text : fail(`${quoteForMessage(text)} is not the id of a hosted zone`);

/** The hosted zone of an alias's target; empty: the one that the alias is in. */
export const hostedZoneId: FieldKind = {
  rest: true,
  parse: (tokens) => inZone(tokens.join(' ')),
  fromYaml: (value) => inZone(typeof value === 'string' ? value : fail('it is not text: put it in quotes')),
  toWire: (text, wire) => pushBytes(wire, binaryToBytes(text)),
  fromWire: (reader) => inZone(bytesToBinary(takeRest(reader))),
};

const truthOf = (text: string): string =>
  text === 'true' || text === 'false' ? text : fail(`${quoteForMessage(text)} is neither true nor false`);

/** `true` or `false`. */
export const truth: FieldKind = {
  parse: ([token = '']) => truthOf(token),
  fromYaml: (value) => truthOf(String(value)),
  toWire: (text, wire) => wire.push(Number(text === 'true')),
  fromWire: (reader) => String(takeNumber(reader, 1) !== 0),
  toYaml: (text) => text === 'true',
};

/** A name, which is the apex where it is empty. octoDNS writes names of the zone in no other way than without a final dot. */
export const nameOrApex: FieldKind = {
  ...name,
  fromYaml: (value, { origin }) => {
    if (typeof value !== 'string') return fail('it is not text: put it in quotes');
    const tokens = tokenize(value);
    if (tokens.length > 1) fail(`${quoteForMessage(value)} is not one word`);
    return name.parse(tokens.length === 0 ? ['@'] : tokens, { origin });
  },
};
