import Type, { type Static } from 'typebox';
import { closed, flag, seconds, textKey, textsKey } from './common.ts';

export const registrationSchema = closed(
  {
    zone: textKey('The zone that the names are in, one of zones:; with or without the final dot.', {
      examples: ['lab.internal'],
    }),
    ttl: Type.Optional(seconds("The TTL of a server's A, AAAA and PTR, in seconds.", { default: 300, examples: [60] })),
    reverse: Type.Optional(flag('A PTR for each address, in the longest configured zone that contains it.', true)),
  },
  'The names that every server gets.',
  { examples: [{ zone: 'lab.internal' }] },
);

const list = (of: string, description: string, shown: Readonly<Record<string, unknown>>) =>
  Type.Array(textKey(of), { minItems: 1, description, ...shown });

/** One entry of `grants:`; that it has one of label, group and inventory is checked beside it. */
export const grantSchema = closed(
  {
    label: Type.Optional(
      textKey('The label of labels.yaml that may write these. A grant has one of label, group and inventory.', {
        examples: ['mailserver'],
      }),
    ),
    group: Type.Optional(textKey('The group of groups.yaml that may write these.', { examples: ['production-web'] })),
    inventory: Type.Optional(
      textKey('The inventory whose servers may write these, whatever labels and groups they have.', {
        examples: ['lab'],
      }),
    ),
    names: list(
      'An absolute name or a glob.',
      'Absolute names. * is one name part, ** none or more; neither matches an apex or a wildcard.',
      { examples: [['www.example.com', '*.web.example.com']] },
    ),
    types: Type.Optional(
      list('A type.', 'The types that may be written.', { default: ['A', 'AAAA'], examples: [['A', 'AAAA', 'TXT']] }),
    ),
    cidrs: Type.Optional(
      textsKey('A and AAAA must be in one of these networks. Without it any address will do.', {
        examples: [['192.0.2.0/24', '2001:db8::/32']],
      }),
    ),
    max_values: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'The most values that one name and type may have. Without it there is no limit.',
        examples: [20],
      }),
    ),
  },
  'What a label, a group or an inventory may write.',
);

export const grantsSchema = Type.Array(grantSchema, {
  description: 'What the inventory may write beyond registration; all else is refused.',
  examples: [[{ label: 'mailserver', names: ['mail.example.com'], cidrs: ['192.0.2.0/24'] }]],
});

export type GrantEntry = Static<typeof grantSchema>;
