import Type, { type Static } from 'typebox';
import { closed, seconds, text, texts, zoneName } from './common.ts';

export const registrationSchema = closed(
  {
    zone: zoneName,
    ttl: Type.Optional(seconds('For A, AAAA and PTR of a server. Default is 300.')),
    reverse: Type.Optional(
      Type.Boolean({ description: 'PTR in the longest configured zone that contains the address. Default is true.' }),
    ),
  },
  'The names that every server gets.',
);

const list = (of: string, description: string) => Type.Array(text(of), { minItems: 1, description });

/** One entry of `grants:`; that it has one of label, group and inventory is checked beside it. */
export const grantSchema = closed(
  {
    label: Type.Optional(text('A label.')),
    group: Type.Optional(text('A group.')),
    inventory: Type.Optional(text('An inventory.')),
    names: list('A glob.', 'Globs over absolute names; no glob matches an apex or a wildcard.'),
    types: Type.Optional(list('A type.', 'Default is A and AAAA.')),
    cidrs: Type.Optional(texts('Only addresses in these networks.')),
    max_values: Type.Optional(Type.Integer({ minimum: 1, description: 'Values of one name and type.' })),
  },
  'What a label, a group or an inventory may write.',
);

export const grantsSchema = Type.Array(grantSchema, {
  description: 'What the inventory may write beyond registration; all else is refused.',
});

export type GrantEntry = Static<typeof grantSchema>;
