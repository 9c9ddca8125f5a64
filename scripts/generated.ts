// Writes the files that are made of the sources: schemas/, docs/rules.md and docs/configuration.md. With --check it writes
// nothing, and exits 1 where one is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { registry } from '../src/cli/registry.ts';
import { inventorySources } from '../src/inventory/index.ts';
import { publishedSchemas, schemaText } from '../src/load/schema/index.ts';
import { configurationDoc } from './configuration-doc.ts';
import { rulesDoc } from './rules-doc.ts';
import { root } from './tools.ts';

/** The text of each generated file, by its path. */
const generated = (): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(publishedSchemas(registry, inventorySources)).map(([file, schema]) => [
      `schemas/${file}`,
      schemaText(schema),
    ]),
  ),
  'docs/rules.md': rulesDoc(),
  'docs/configuration.md': configurationDoc(),
});

const current = (file: string): string | null => {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return null;
  }
};

for (const [file, text] of Object.entries(generated())) {
  if (current(file) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is out of date; run "npm run generate"`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(`wrote ${file}`);
  }
}
