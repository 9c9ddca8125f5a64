import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostmasterError, messageOf } from '../model/errors.ts';

/** The sample repository: zones/ beside src, or beside dist in the package. */
export const sampleFolder = (): string => {
  const places = ['../../zones/', '../../../zones/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((place) => existsSync(join(place, 'hostmaster.yaml')));
  if (found === undefined)
    throw new HostmasterError('CONFIG', 'the sample repository is missing from this installation');
  return found;
};

/** The operator's own file for the sample, which is no part of the repository. */
export const operatorFile = 'operator.yaml';

/**
 * Copies the sample repository, and the operator's own file where it is asked for; refuses to overwrite a file that is there.
 * Answers the files written.
 */
export const copySample = async (folder: string, withOperatorFile = false): Promise<readonly string[]> => {
  const sample = sampleFolder();
  const entries = await readdir(sample, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(sample.length))
    .filter((file) => withOperatorFile || file !== operatorFile)
    .toSorted();
  const taken = files.filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0) {
    throw usage(`nothing was written: ${folder} has ${taken.join(', ')} already; choose an empty folder`);
  }
  try {
    for (const file of files) await copyFile(join(sample, file), join(folder, file));
  } catch (error) {
    throw usage(`${folder} cannot be written to (${messageOf(error)}); choose another folder`, error);
  }
  return files;
};

const usage = (message: string, cause?: unknown) => new HostmasterError('USAGE', message, { cause });

const copyFile = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, withSchemaFor(to, await readFile(from, 'utf8')));
};

/** The line that tells editors about a schema, as its path is in the sample. */
const schemaLine = /^# yaml-language-server: \$schema=\S*\/(\w+\.schema\.json)\n/;

/**
 * The schema of a copy is the one of the package that is installed beside it. Without one the line goes: a path to
 * wherever this program happens to be means nothing to anybody else.
 */
const withSchemaFor = (file: string, text: string): string =>
  text.replace(schemaLine, (_, name: string) => {
    const schemas = installedSchemas(dirname(file));
    const path = schemas === null ? null : relative(dirname(file), join(schemas, name)).replaceAll(sep, '/');
    return path === null ? '' : `# yaml-language-server: $schema=${path}\n`;
  });

const installedSchemas = (folder: string): string | null => {
  const schemas = join(folder, 'node_modules', 'hostmaster', 'schemas');
  if (existsSync(schemas)) return schemas;
  const parent = dirname(folder);
  return parent === folder ? null : installedSchemas(parent);
};
