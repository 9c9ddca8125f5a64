import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

// The row of audit files: FILE is written to; where it is full it becomes FILE.1, FILE.2 and so on, and a new one begins.

export const fullName = (file: string, number: number): string => `${file}.${number}`;

/** Where the number and the hash of the last line stand, so that a cut-off end is seen. */
export const endName = (file: string): string => `${file}.end`;

/** The numbers of the files that are full, ascending. */
export const fullNumbers = async (file: string): Promise<readonly number[]> => {
  const start = `${basename(file)}.`;
  const names = await readdir(dirname(file)).catch(() => []);
  return names
    .filter((name) => name.startsWith(start) && /^[1-9]\d*$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)))
    .sort((a, b) => a - b);
};
