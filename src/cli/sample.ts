import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostmasterError } from '../model/errors.ts';

/** The sample repository: zones/ beside src, or beside dist in the package. */
export const sampleFolder = (): string => {
  const places = ['../../zones/', '../../../zones/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((place) => existsSync(join(place, 'hostmaster.yaml')));
  if (found === undefined)
    throw new HostmasterError('CONFIG', 'stop', 'the sample repository is missing from this installation');
  return found;
};

/** Copies the sample repository; refuses to overwrite a file that is there. Answers the files written. */
export const copySample = async (folder: string): Promise<readonly string[]> => {
  const sample = sampleFolder();
  const entries = await readdir(sample, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(sample.length))
    .toSorted();
  const taken = files.filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0) {
    throw new HostmasterError(
      'USAGE',
      'stop',
      `nothing was written: ${folder} has ${taken.join(', ')} already; choose an empty folder`,
    );
  }
  await mkdir(folder, { recursive: true });
  await cp(sample, folder, { recursive: true });
  return files;
};
