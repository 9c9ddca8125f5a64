import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../servers/child.ts';
import type { DigRecord } from '../servers/dig.ts';
import type { Subject } from './runner.ts';

const root = join(import.meta.dirname, '../..');

/** The provider that providers/README.md builds: the code blocks that it says belong to `json-file.ts`, in their order. */
export const jsonFileSource = (): string => {
  const text = readFileSync(join(root, 'providers/README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```ts json-file\.ts\n(.*?)^```$/gms)];
  return blocks.map(([, code]) => code).join('\n');
};

/** The same as it stood when the provider interface had its first version, which a later Hostmaster has to load unchanged. */
export const firstJsonFileSource = (): string =>
  readFileSync(join(root, 'test/providers/api-version-1/json-file.ts'), 'utf8');

/** Writes it into a folder, as somebody who follows the README does. */
export const writeJsonFileProvider = (folder: string, source: string = jsonFileSource()): string => {
  const file = join(folder, 'json-file.ts');
  writeFileSync(file, source);
  return file;
};

/** The provider of the README, named by its path; no name server answers for its file, which is read past it. */
export const jsonFileSubject = async (source: string = jsonFileSource()): Promise<Subject> => {
  const folder = tempFolder('json-file');
  const file = join(folder, 'zones.json');
  return {
    factory: null,
    config: { provider: writeJsonFileProvider(folder, source), file },
    dns: async (zone) => recordsOf(JSON.parse(readFileSync(file, 'utf8'))[zone].rrsets),
    refusals: [],
    stop: async () => undefined,
  };
};

type Held = Readonly<Record<string, { readonly ttl: number; readonly values: readonly string[] }>>;

const recordsOf = (rrsets: Held): readonly DigRecord[] =>
  Object.entries(rrsets).flatMap(([key, { ttl, values }]) => {
    const [name = '', type = ''] = key.split(' ');
    return values.map((rdata) => ({ name, ttl, type, rdata }));
  });
