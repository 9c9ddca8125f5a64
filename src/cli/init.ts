import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { json } from './options.ts';
import { copySample } from './sample.ts';

export interface InitOptions {
  readonly format: 'text' | 'json' | 'markdown';
}

/** Writes the sample repository into a folder, and says what to do with it. */
export const runInit = async (folder: string, options: InitOptions, io: Io): Promise<number> => {
  const files = [...(await copySample(resolve(folder))), ...(await ignoreState(resolve(folder)))];
  io.out(options.format === 'json' ? json({ folder, files }) : welcome(folder, files));
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

const welcome = (folder: string, files: readonly string[]): string => {
  const config = join(relative('.', resolve(folder)), 'hostmaster.yaml');
  const option = config === 'hostmaster.yaml' ? '' : ` --config ${config}`;
  return [
    `Wrote ${files.length} files to ${folder}:`,
    ...files.map((file) => `  ${file}`),
    '',
    'Its target is a name server inside Hostmaster, so that it works as it is:',
    `  hostmaster plan${option}     what would change`,
    `  hostmaster apply${option}    change it, and prove it over DNS`,
    `  hostmaster serve${option}    keep the name server running`,
    'To bring in zones that you have: hostmaster dump --target NAME --out zones/',
    '',
  ].join('\n');
};
