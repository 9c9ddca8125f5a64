import { readFile } from 'node:fs/promises';
import { type ChainEnd, hashOfLine, jsonIn, noLine, readLine } from './entry.ts';
import { linesFromEnd } from './read-back.ts';
import { endName } from './row.ts';

// Where the chain ends: in the file itself, and as it was noted beside it.

/** So many bytes: it is written over in place. */
const endSize = 128;

export const endText = (end: ChainEnd): string => `${JSON.stringify(end).padEnd(endSize - 1)}\n`;

/** The end as it was noted; null: it was not, or cannot be read. */
export const notedEnd = async (file: string): Promise<ChainEnd | null> => {
  const text = await readFile(endName(file), 'utf8').catch(() => '');
  const { hash, number } = jsonIn(text) ?? {};
  if (!Number.isSafeInteger(number) || !(hash === null || typeof hash === 'string')) return null;
  return { number: Number(number), hash };
};

export interface FileEnd {
  readonly end: ChainEnd;
  /** It ends in the middle of a line. */
  readonly isTorn: boolean;
}

/**
 * The end of the chain in a file. Lines at its end that were not written whole count with a number each: what follows goes on
 * from them as they are.
 */
export const endOfFile = async (file: string): Promise<FileEnd> => {
  let hash: string | null = null;
  let torn = 0;
  let isTorn = false;
  for await (const { bytes, isWhole } of linesFromEnd(file)) {
    if (!isWhole) isTorn = true;
    hash ??= hashOfLine(bytes);
    const line = readLine(bytes.toString());
    if (line !== null) return { end: { number: line.number + torn, hash }, isTorn };
    torn += 1;
  }
  return { end: hash === null ? noLine : { number: torn, hash }, isTorn };
};
