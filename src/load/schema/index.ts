import { groupsFileSchema } from './groups.ts';
import { hostmasterSchema, type Providers } from './hostmaster.ts';
import { labelsFileSchema } from './labels.ts';
import { zoneFileSchema } from './zone.ts';

/** The schemas that the package publishes, by their file's name in schemas/. */
export const publishedSchemas = (providers: Providers): Readonly<Record<string, object>> => ({
  'hostmaster.schema.json': hostmasterSchema(providers),
  'zone.schema.json': zoneFileSchema,
  'labels.schema.json': labelsFileSchema,
  'groups.schema.json': groupsFileSchema,
});

/** A schema's text as it is published. */
export const schemaText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
