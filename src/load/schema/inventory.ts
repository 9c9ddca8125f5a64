import Type, { type Static, type TSchema } from 'typebox';
import { closed, duration, secretRef, text } from './common.ts';

const interval = Type.Optional(duration('How often it is asked. Default is 30s.'));
const timeout = Type.Optional(duration('How long an answer may take. Default is 10s.'));
const most = (what: string) => Type.Optional(Type.Integer({ minimum: 1, description: `${what}; more are refused.` }));
const url = text('Its address: http or https, without a name and a password.');

const scalars = [Type.String(), Type.Number(), Type.Boolean()];

const keysOfHttp = {
  url,
  interval,
  timeout,
  max_servers: most('Servers'),
  max_bytes: most('Bytes of the whole answer'),
};
const keysOfFile = { path: text('JSON or YAML, relative to hostmaster.yaml.'), interval };
const keysOfNetbox = {
  url,
  interval,
  timeout,
  filter: Type.Optional(
    Type.Record(Type.String(), Type.Union([...scalars, Type.Array(Type.Union(scalars), { minItems: 1 })]), {
      description: "NetBox's own filters by name, with a value or a list of them: {tag: dns}.",
    }),
  ),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Objects of a page.' })),
  max_servers: most('Servers'),
};

const typeOf = <Name extends string>(name: Name) => ({ type: Type.Literal(name) });

/** The keys of an inventory by its type, secrets left out. */
export const httpSchema = closed({ ...typeOf('http'), ...keysOfHttp }, 'Servers from an HTTP API.');
export const fileSchema = closed({ ...typeOf('file'), ...keysOfFile }, 'Servers from a file of the repository.');
export const netboxSchema = closed({ ...typeOf('netbox'), ...keysOfNetbox }, 'Servers from NetBox.');

const withToken = <Properties extends Record<string, TSchema>>(
  schema: { readonly properties: Properties },
  description: string,
) => closed({ ...schema.properties, token: Type.Optional(secretRef) }, description);

/** `inventory:` as it is published; what loads it takes the schema of its type. */
export const inventorySchema = Type.Record(
  Type.String(),
  Type.Union([
    withToken(httpSchema, 'Servers from an HTTP API.'),
    fileSchema,
    withToken(netboxSchema, 'Servers from NetBox.'),
  ]),
  { description: 'Sources of servers, by a name of your choice.' },
);

export type InventoryEntry = Static<typeof httpSchema> | Static<typeof fileSchema> | Static<typeof netboxSchema>;
