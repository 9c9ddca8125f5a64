// Makes dist/, what the package publishes: the command, the library, and what providers of others import, with types.
import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleCommand } from './bundle.ts';
import { root, run } from './tools.ts';

const dist = join(root, 'dist');

/** typebox is 373 modules, and what comes of them is constant: the package carries that, and starts sooner. */
const writeConstants = async (): Promise<void> => {
  const files = globSync('src/**/*.js', { cwd: dist }).map((file) => join(dist, file));
  const users = files.filter((file) => /from 'typebox'/.test(readFileSync(file, 'utf8')));
  const modules = await Promise.all(
    users.map(async (file) => {
      const values: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
      return { file, values };
    }),
  );
  for (const { file, values } of modules.filter((module) => isData(Object.values(module.values)))) {
    const lines = Object.entries(values).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`);
    writeFileSync(file, lines.join(''));
  }
};

const isData = (values: readonly unknown[]): boolean => values.every((value) => typeof value !== 'function');

rmSync(dist, { recursive: true, force: true });
process.exitCode = run('tsc', ['--project', 'tsconfig.build.json']);
if (process.exitCode === 0) {
  await writeConstants();
  await bundleCommand(dist);
  // Command and library have all of it in dist/bin; `hostmaster/provider` is provider.js, and model/, which that takes from.
  const kept = ['model', 'provider.js', 'provider.d.ts', 'library.d.ts'];
  const rest = readdirSync(join(dist, 'src')).filter((name) => !kept.includes(name));
  for (const path of ['providers', ...rest.map((name) => join('src', name))])
    rmSync(join(dist, path), { recursive: true });
}
