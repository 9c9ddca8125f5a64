import { type FieldKind, fail, pushBytes, quoteForMessage, type RRType, takeNumber, takeRest } from '../field.ts';
import { name } from '../names.ts';
import { f, optional, row } from '../row.ts';
import { binaryToBytes, bytesToBinary, tokenize } from '../token.ts';
import { rrType } from '../types.ts';

// Route 53's alias record sets, with octoDNS's keys for their fields. They are never on the wire of DNS.

const inZone = (text: string): string =>
  /^[A-Za-z0-9]{0,32}$/.test(text) ? text : fail(`${quoteForMessage(text)} is not the id of a hosted zone`);

/** The hosted zone of an alias's target; empty: the one that the alias is in. */
const hostedZoneId: FieldKind = {
  rest: true,
  parse: (tokens) => inZone(tokens.join(' ')),
  fromYaml: (value) => inZone(typeof value === 'string' ? value : fail('it is not text: put it in quotes')),
  toWire: (text, wire) => pushBytes(wire, binaryToBytes(text)),
  fromWire: (reader) => inZone(bytesToBinary(takeRest(reader))),
};

const truthOf = (text: string): string =>
  text === 'true' || text === 'false' ? text : fail(`${quoteForMessage(text)} is neither true nor false`);

/** `true` or `false`. */
const truth: FieldKind = {
  parse: ([token = '']) => truthOf(token),
  fromYaml: (value) => truthOf(String(value)),
  toWire: (text, wire) => wire.push(Number(text === 'true')),
  fromWire: (reader) => String(takeNumber(reader, 1) !== 0),
  toYaml: (text) => text === 'true',
};

/** A name, which is the apex where it is empty. octoDNS writes names of the zone in no other way than without a final dot. */
const nameOrApex: FieldKind = {
  ...name,
  fromYaml: (value, { origin }) => {
    if (typeof value !== 'string') return fail('it is not text: put it in quotes');
    const tokens = tokenize(value);
    if (tokens.length > 1) fail(`${quoteForMessage(value)} is not one word`);
    return name.parse(tokens.length === 0 ? ['@'] : tokens, { origin });
  },
};

/** Route 53's alias record sets of one name, one value for each type that they answer, under octoDNS's name for them. */
export const aliasSetType = 'Route53Provider/ALIAS';

export const route53Types: readonly RRType[] = [
  row(
    aliasSetType,
    {
      service: 'Route 53',
      synthesised: { by: 'lookup', answers: 'first_field' },
      pointing: true,
      values: 'one_for_each_type',
      ungranted: true,
      noTtl: true,
      inPlaceOfAnswers: true,
      leftUnlessStated: 'alias of Route 53',
    },
    f('type', rrType),
    optional(f('name', nameOrApex), ''),
    optional(f('evaluate-target-health', truth, 'evaluate_target_health'), 'false'),
    optional(f('hosted-zone-id', hostedZoneId, 'hosted_zone_id'), ''),
  ),
];
