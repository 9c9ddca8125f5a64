import Type from 'typebox';
import { closed, dialect } from './common.ts';
import { dnsSchema } from './labels.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const match = Type.Record(Type.String(), Type.Union([scalar, Type.Array(scalar, { minItems: 1 })]), {
  minProperties: 1,
  description:
    'Which servers are in the group: labels, name, state (active or maintenance) and attributes. All must hold; of a list of values, one.',
  examples: [{ labels: ['web-frontend'], environment: 'prod' }],
});

export const groupsSchema = closed(
  {
    groups: Type.Record(Type.String(), closed({ match, dns: dnsSchema }, 'A group.'), {
      description: 'Groups, by a name of your choice.',
    }),
  },
  'Groups of servers, and what they get in DNS.',
);

export const groupsFileSchema = { $schema: dialect, title: 'groups.yaml', ...groupsSchema };
