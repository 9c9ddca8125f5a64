import type { InventoryKeys, InventoryTypes } from '../../model/inventory-keys.ts';
import { secretRef } from './common.ts';
import { inventoryEntrySchema } from './inventory.ts';

/** `inventory:` as it is published: an entry has the keys of its type and no others. */
export const inventorySchema = (types: InventoryTypes): object => ({
  type: 'object',
  description: 'Sources of servers, by a name of your choice.',
  examples: [{ lab: { type: 'http', url: 'https://lab.example.net/api/v1/servers' } }],
  additionalProperties: { anyOf: Object.entries(types).map(([type, keys]) => entrySchema(type, keys)) },
});

const entrySchema = (type: string, { schema, secrets }: InventoryKeys): object => ({
  ...schema,
  required: ['type', ...(Array.isArray(schema.required) ? schema.required : [])],
  properties: {
    type: { type: 'string', const: type, description: 'What kind of inventory it is.' },
    ...(typeof schema.properties === 'object' ? schema.properties : {}),
    ...inventoryEntrySchema.properties,
    ...Object.fromEntries(secrets.map((key) => [key, { ...secretRef, ...secretShown }])),
  },
});

const secretShown = {
  description: 'The secret that is sent with each request, to the origin of url alone: {env: NAME} or {file: PATH}.',
  examples: [{ env: 'LAB_TOKEN' }],
};
