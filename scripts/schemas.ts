// Writes the JSON Schemas that editors read. With --check it writes nothing, and exits 1 where one is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../src/cli/registry.ts';
import { inventorySources } from '../src/inventory/index.ts';
import { publishedSchemas, schemaText } from '../src/load/schema/index.ts';

const folder = join(import.meta.dirname, '..', 'schemas');

const current = (file: string): string | null => {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return null;
  }
};

mkdirSync(folder, { recursive: true });
for (const [file, schema] of Object.entries(publishedSchemas(registry, inventorySources))) {
  const text = schemaText(schema);
  if (current(file) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`schemas/${file} is out of date; run "npm run schemas"`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(folder, file), text);
    console.log(`wrote schemas/${file}`);
  }
}
