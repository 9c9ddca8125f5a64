// Makes dist/, what the package publishes: compiled JavaScript and its types.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './tools.ts';

/** Modules of the package that are schemas and nothing else. */
const schemaModules = ['load/schema/hostmaster.js', 'pass/plan-schema.js'];

/** typebox is 373 modules, and what comes of them is constant: the package carries that, and starts sooner. */
const writeConstants = async (file: string): Promise<void> => {
  const schemas: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  const lines = Object.entries(schemas).map(([name, schema]) => `export const ${name} = ${JSON.stringify(schema)};\n`);
  writeFileSync(file, lines.join(''));
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
process.exitCode = run('tsc', ['--project', 'tsconfig.build.json']);
if (process.exitCode === 0) {
  for (const module of schemaModules) await writeConstants(join(root, 'dist/src', module));
}
