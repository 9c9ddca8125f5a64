import Type from 'typebox';
import { rrTypes, serviceTypes } from '../../model/rdata.ts';
import { closed, dialect, seconds, textsKey } from './common.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const value = Type.Union([scalar, Type.Record(Type.String(), Type.Unknown())], {
  description: "octoDNS's mapping for the type, or the text of RFC 1035: 10 mx1.example.com.",
});

/** octoDNS's YAML 1.1 has more words for the two. */
const flag = (description: string) =>
  Type.Union([Type.Boolean(), Type.Enum(['yes', 'no', 'on', 'off'])], { description });

const optionsSchema = Type.Object(
  {
    ignored: Type.Optional(flag('Neither written nor deleted.')),
    included: Type.Optional(textsKey('Only at these targets.')),
    excluded: Type.Optional(textsKey('Not at these targets.')),
    lenient: Type.Optional(flag('Rules become warnings.')),
  },
  { description: "octoDNS's options. Those of its providers mean nothing here." },
);

const recordSchema = closed(
  {
    type: Type.Union([
      Type.Enum([...rrTypes, ...serviceTypes].map(({ name }) => name)),
      Type.String({ pattern: '^TYPE[0-9]{1,5}$' }),
    ]),
    ttl: Type.Optional(seconds("Seconds. Default is the zone's ttl.")),
    value: Type.Optional(Type.Union([value, Type.Array(value)])),
    values: Type.Optional(Type.Union([value, Type.Array(value)])),
    octodns: Type.Optional(optionsSchema),
    geo: Type.Optional(Type.Unknown({ description: 'Of octoDNS; not used here.' })),
    dynamic: Type.Optional(Type.Unknown({ description: 'Of octoDNS; not used here.' })),
    healthcheck: Type.Optional(Type.Unknown({ description: 'Of octoDNS; not used here.' })),
  },
  'An RRset.',
);

/** A zone file in octoDNS's YAML. */
export const zoneFileSchema = Type.Record(Type.String(), Type.Union([recordSchema, Type.Array(recordSchema)]), {
  $schema: dialect,
  title: 'A zone file',
  description: "From a name relative to the zone ('' is the apex) to one record or a list of them.",
});
