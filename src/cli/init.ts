import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Format, prepareInitialised } from '../report/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { print } from './print.ts';
import { copySample } from './sample.ts';

export interface InitOptions {
  readonly format: Format;
}

/** Writes the sample repository into a folder, and says what to do with it. */
export const runInit = async (folder: string, options: InitOptions, io: Io): Promise<number> => {
  const files = [...(await copySample(resolve(folder))), ...(await ignoreState(resolve(folder)))];
  const config = join(relative('.', resolve(folder)), 'hostmaster.yaml');
  print(io, options.format, prepareInitialised(folder, files, config));
  return exit.done;
};

const stateLine = '.hostmaster/';

/** What Hostmaster remembers is no part of the repository: a .gitignore that is there gets one more line. */
const ignoreState = async (folder: string): Promise<readonly string[]> => {
  const file = '.gitignore';
  const path = join(folder, file);
  const text = existsSync(path) ? await readFile(path, 'utf8') : '';
  if (/^\/?\.hostmaster\/?\s*$/m.test(text)) return [];
  await writeFile(path, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${stateLine}\n`);
  return [file];
};
