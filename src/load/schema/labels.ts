import Type, { type Static } from 'typebox';
import { addressTypes } from '../../model/rr-types.ts';
import { closed, dialect, duration, flag, seconds, textKey } from './common.ts';

const healthCheck = closed(
  {
    port: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        description: 'A TCP port that must accept. A check has either port or url.',
        examples: [25],
      }),
    ),
    url: Type.Optional(
      textKey('A URL that must answer with 200; {{server.ip}} is the address being checked.', {
        examples: ['https://{{server.ip}}/healthz'],
      }),
    ),
    interval: Type.Optional(
      duration("How often it is checked. Default is what the target's name server does, and 10s for the daemon.", {
        examples: ['10s'],
      }),
    ),
    timeout: Type.Optional(
      duration("How long an answer may take. Default is what the target's name server does, and 2s for the daemon.", {
        examples: ['2s'],
      }),
    ),
    string_match: Type.Optional(
      textKey('A text that the answer must contain; only with url.', { examples: ['ready'] }),
    ),
    when_all_down: Type.Optional(
      Type.Union(
        [
          Type.Literal('open'),
          Type.Literal('closed'),
          closed(
            {
              backup: Type.Array(textKey('An address.'), {
                minItems: 1,
                description: "Addresses to answer with instead, of the claim's type.",
                examples: [['192.0.2.99']],
              }),
            },
            'Answer with these.',
          ),
        ],
        {
          description:
            'What is answered while no address is up: all (open), none (closed, which needs allow_empty), or others.',
          default: 'open',
          examples: [{ backup: ['192.0.2.99'] }],
        },
      ),
    ),
  },
  'A check that decides which addresses are answered: by port or by url.',
  { examples: [{ port: 25 }] },
);

/** One entry of `records:`. */
export const recordSchema = closed(
  {
    type: textKey('The type of the record.', { examples: ['TXT'] }),
    name: textKey('An absolute name; {{server.name}} and other attributes of the server are filled in.', {
      examples: ['{{server.name}}.lab.internal'],
    }),
    value: Type.Optional(
      textKey("The record's value; attributes are filled in. Default is the server's addresses.", {
        examples: ['rack {{server.rack}}'],
      }),
    ),
    ttl: Type.Optional(seconds('The TTL, in seconds. Default is the ttl of registration.', { examples: [300] })),
  },
  'A record that each server gets.',
);

/** One entry of `claims:`. */
export const claimSchema = closed(
  {
    name: textKey('An absolute name that all the servers share.', { examples: ['www.example.com'] }),
    type: Type.Union(
      addressTypes.map((type) => Type.Literal(type)),
      {
        description: 'Which addresses of the servers it has.',
        examples: ['A'],
      },
    ),
    ttl: Type.Optional(seconds('The TTL, in seconds. Default is 60.', { examples: [60] })),
    health_check: Type.Optional(healthCheck),
    allow_empty: Type.Optional(flag('The name may go when no server is left. Needed by when_all_down: closed.', false)),
  },
  'A name that all servers contribute their addresses to.',
);

/** What a label or a group does in DNS. */
export const dnsSchema = closed(
  {
    records: Type.Optional(
      Type.Array(recordSchema, {
        description: 'Records that each of its servers gets.',
        examples: [[{ type: 'TXT', name: '{{server.name}}.lab.internal', value: 'rack {{server.rack}}' }]],
      }),
    ),
    claims: Type.Optional(
      Type.Array(claimSchema, {
        description: 'Names that its servers share.',
        examples: [[{ name: 'www.example.com', type: 'A' }]],
      }),
    ),
  },
  'What its servers get in DNS.',
  { examples: [{ claims: [{ name: 'www.example.com', type: 'A' }] }] },
);

export const labelsSchema = closed(
  {
    labels: Type.Record(Type.String(), closed({ dns: dnsSchema }, 'A label.'), {
      description: 'Labels, by the name that the inventory gives them.',
    }),
  },
  'Labels of the inventory, and what they mean in DNS.',
);

export const labelsFileSchema = { $schema: dialect, title: 'labels.yaml', ...labelsSchema };

export type RecordEntry = Static<typeof recordSchema>;
export type ClaimEntry = Static<typeof claimSchema>;
export type HealthCheckEntry = Static<typeof healthCheck>;
