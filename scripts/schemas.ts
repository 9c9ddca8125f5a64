// Writes the JSON Schemas that editors read; test/load/schemas.test.ts fails while they are out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedSchemas, schemaText } from '../src/load/schema/index.ts';

const folder = join(import.meta.dirname, '..', 'schemas');
mkdirSync(folder, { recursive: true });
for (const [file, schema] of Object.entries(publishedSchemas)) {
  writeFileSync(join(folder, file), schemaText(schema));
  console.log(`schemas/${file}`);
}
