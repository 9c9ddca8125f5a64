import Type, { type Static, type TSchema } from 'typebox';
import { closed, duration, secretRef, text } from './common.ts';

const interval = Type.Optional(
  duration('A server that is missing is counted as missing once in this time at most.', {
    default: '30s',
    examples: ['5m'],
  }),
);
const timeout = Type.Optional(
  duration('How long one request with its answer may take.', { default: '10s', examples: ['30s'] }),
);
const most = (description: string, byDefault: number) =>
  Type.Optional(Type.Integer({ minimum: 1, description, default: byDefault }));
const maxServers = most('The most servers of a whole answer; one with more counts as incomplete.', 100_000);
const urlOf = (example: string) =>
  text('Its address: http or https, without a name and a password.', { examples: [example] });

const scalars = [Type.String(), Type.Number(), Type.Boolean()];

const keysOfHttp = {
  url: urlOf('https://lab.example.net/api/v1/servers'),
  interval,
  timeout,
  max_servers: maxServers,
  max_bytes: most('The most bytes of all pages together; an answer with more is refused.', 64 * 1024 * 1024),
};
const keysOfFile = {
  path: text('A JSON or YAML file in the folder of hostmaster.yaml or below.', { examples: ['servers.yaml'] }),
  interval,
};
const keysOfNetbox = {
  url: urlOf('https://netbox.example.net'),
  interval,
  timeout,
  filter: Type.Optional(
    Type.Record(Type.String(), Type.Union([...scalars, Type.Array(Type.Union(scalars), { minItems: 1 })]), {
      description:
        "NetBox's own filters by name, each with a value or a list of them. Without it every server is taken.",
      examples: [{ tag: 'dns', site: ['ams', 'fra'] }],
    }),
  ),
  page_size: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'How many objects one request asks for.', default: 500 }),
  ),
  max_servers: maxServers,
};

const typeOf = <Name extends string>(name: Name) => ({
  type: Type.Literal(name, { description: 'What kind of inventory it is.' }),
});

/** The keys of an inventory by its type, secrets left out. */
export const httpSchema = closed({ ...typeOf('http'), ...keysOfHttp }, 'Servers from an HTTP API.');
export const fileSchema = closed({ ...typeOf('file'), ...keysOfFile }, 'Servers from a file of the repository.');
export const netboxSchema = closed({ ...typeOf('netbox'), ...keysOfNetbox }, 'Servers from NetBox.');

const tokenShown = {
  description: 'The secret that is sent with each request, to the origin of url alone: {env: NAME} or {file: PATH}.',
  examples: [{ env: 'LAB_TOKEN' }],
};

const withToken = <Properties extends Record<string, TSchema>>(
  schema: { readonly properties: Properties },
  description: string,
) => closed({ ...schema.properties, token: Type.Optional(Type.Union(secretRef.anyOf, tokenShown)) }, description);

/** `inventory:` as it is published; what loads it takes the schema of its type. */
export const inventorySchema = Type.Record(
  Type.String(),
  Type.Union([
    withToken(httpSchema, 'Servers from an HTTP API.'),
    fileSchema,
    withToken(netboxSchema, 'Servers from NetBox.'),
  ]),
  {
    description: 'Sources of servers, by a name of your choice.',
    examples: [{ lab: { type: 'http', url: 'https://lab.example.net/api/v1/servers' } }],
  },
);

export type InventoryEntry = Static<typeof httpSchema> | Static<typeof fileSchema> | Static<typeof netboxSchema>;
