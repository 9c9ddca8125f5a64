import type { ProviderKeys, Providers } from '../../model/external-providers.ts';
import type { InventoryTypes } from '../../model/inventory-keys.ts';
import { dialect, secretRef } from './common.ts';
import { groupsFileSchema } from './groups.ts';
import { targetSchema, topSchemas } from './hostmaster.ts';
import { labelsFileSchema } from './labels.ts';
import { inventorySchema } from './published-inventory.ts';
import { zoneFileSchema } from './zone.ts';

/** The schemas that the package publishes, by their file's name in schemas/. */
export const publishedSchemas = (
  providers: Providers,
  inventories: InventoryTypes,
): Readonly<Record<string, object>> => ({
  'hostmaster.schema.json': hostmasterSchema(providers, inventories),
  'zone.schema.json': zoneFileSchema,
  'labels.schema.json': labelsFileSchema,
  'groups.schema.json': groupsFileSchema,
});

/** A schema's text as it is published. */
export const schemaText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

/** The schema that editors read: a target has its built-in provider's keys and no others, an inventory its type's. */
const hostmasterSchema = (providers: Providers, inventories: InventoryTypes): object => {
  const builtIn = Object.entries(providers).map(([name, keys]) => publishedTarget(name, keys));
  const targets = [...builtIn, externalTarget(Object.keys(providers))];
  const shown = {
    description: 'Configured providers, by a name of your choice.',
    examples: [{ pdns: { provider: 'powerdns', url: 'http://127.0.0.1:8081', api_key: { env: 'PDNS_API_KEY' } } }],
  };
  return {
    $schema: dialect,
    title: 'hostmaster.yaml',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...topSchemas,
      targets: { type: 'object', ...shown, additionalProperties: { anyOf: targets } },
      inventory: inventorySchema(inventories),
    },
  };
};

const publishedTarget = (name: string, { schema, secrets }: ProviderKeys): object => ({
  ...schema,
  type: 'object',
  additionalProperties: false,
  required: ['provider', ...(Array.isArray(schema.required) ? schema.required : [])],
  properties: {
    ...targetSchema.properties,
    provider: { const: name },
    ...secrets.map((key) => key.split('.')).reduce(withSecret, recordOf(schema.properties)),
  },
});

/** One whose provider is another package's or a file's: its keys are known only when that is loaded. */
const externalTarget = (builtIn: readonly string[]): object => ({
  ...targetSchema,
  properties: {
    ...targetSchema.properties,
    provider: { ...targetSchema.properties.provider, examples: ['./my-provider.js'], not: { enum: builtIn } },
  },
});

/**
 * Properties of a schema with a secret in its place: `api_key`, or `tsig` and then `secret` in that one's properties. What
 * the schema says of it there stands.
 */
const withSecret = (properties: object, [key = '', ...inside]: readonly string[]): object => {
  if (inside.length === 0) return { ...properties, [key]: { ...secretRef, ...recordOf(recordOf(properties)[key]) } };
  const outer = recordOf(recordOf(properties)[key]);
  return { ...properties, [key]: { ...outer, properties: withSecret(recordOf(outer.properties), inside) } };
};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? { ...value } : {};
