import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Format, prepareInitialised } from '../report/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { print } from './print.ts';
import { copySample, operatorFile } from './sample.ts';

export interface InitOptions {
  readonly format: Format;
  /** Write the operator's own file, too. Default is no. */
  readonly daemon?: boolean;
}

/** Writes the sample repository into a folder, and says what to do with it. */
export const runInit = async (folder: string, options: InitOptions, io: Io): Promise<number> => {
  const withDaemon = options.daemon === true;
  const copied = await copySample(resolve(folder), withDaemon);
  const files = [
    ...copied,
    ...(await ignore(resolve(folder), withDaemon ? [stateFolder, operatorFile] : [stateFolder])),
  ];
  const pathOf = (file: string): string => join(relative('.', resolve(folder)), file);
  const operators = withDaemon ? pathOf(operatorFile) : null;
  print(io, options.format, prepareInitialised(folder, files, pathOf('hostmaster.yaml'), operators));
  return exit.done;
};

const stateFolder = '.hostmaster/';

/** What is no part of the repository: a .gitignore that is there gets the lines that it lacks. */
const ignore = async (folder: string, names: readonly string[]): Promise<readonly string[]> => {
  const file = '.gitignore';
  const path = join(folder, file);
  const text = existsSync(path) ? await readFile(path, 'utf8') : '';
  const there = text.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, ''));
  const lines = names.filter((name) => !there.includes(name.replace(/\/$/, '')));
  if (lines.length === 0) return [];
  await writeFile(path, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines.join('\n')}\n`);
  return [file];
};
