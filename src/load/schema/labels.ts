import Type, { type Static } from 'typebox';
import { closed, dialect, duration, seconds, text } from './common.ts';

const healthCheck = closed(
  {
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'A TCP port that must accept.' })),
    url: Type.Optional(text('A URL that must answer; {{server.ip}} is the address being checked.')),
    interval: Type.Optional(duration('How often it is checked.')),
    timeout: Type.Optional(duration('How long an answer may take.')),
    string_match: Type.Optional(text('Text that the answer must have; only with url.')),
    when_all_down: Type.Optional(
      Type.Union(
        [
          Type.Literal('open'),
          Type.Literal('closed'),
          closed(
            {
              backup: Type.Array(text('An address.'), {
                minItems: 1,
                description: 'Addresses to answer with instead.',
              }),
            },
            'Answer with these.',
          ),
        ],
        { description: 'Answer with all (open, the default), with none (closed), or with others.' },
      ),
    ),
  },
  'A check that decides which addresses are answered: by port or by url.',
);

/** One entry of `records:`. */
export const recordSchema = closed(
  {
    type: text('A type.'),
    name: text('An absolute name; may have {{server.name}} and other attributes.'),
    value: Type.Optional(text("Default is the server's addresses.")),
    ttl: Type.Optional(seconds('Seconds.')),
  },
  'A record that each server gets.',
);

/** One entry of `claims:`. */
export const claimSchema = closed(
  {
    name: text('An absolute name.'),
    type: Type.Union([Type.Literal('A'), Type.Literal('AAAA')]),
    ttl: Type.Optional(seconds('Seconds. Default is 60.')),
    health_check: Type.Optional(healthCheck),
    allow_empty: Type.Optional(
      Type.Boolean({ description: 'No server need be left. Needed by when_all_down: closed. Default is false.' }),
    ),
  },
  'A name that all servers contribute their addresses to.',
);

/** What a label or a group does in DNS. */
export const dnsSchema = closed(
  {
    records: Type.Optional(Type.Array(recordSchema)),
    claims: Type.Optional(Type.Array(claimSchema)),
  },
  'What its servers get in DNS.',
);

export const labelsSchema = closed(
  { labels: Type.Record(Type.String(), closed({ dns: dnsSchema }, 'A label.')) },
  'Labels of the inventory, and what they mean in DNS.',
);

export const labelsFileSchema = { $schema: dialect, title: 'labels.yaml', ...labelsSchema };

export type RecordEntry = Static<typeof recordSchema>;
export type ClaimEntry = Static<typeof claimSchema>;
export type HealthCheckEntry = Static<typeof healthCheck>;
