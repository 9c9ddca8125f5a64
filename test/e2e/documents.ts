import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// What the documents show, as readers see it: fenced blocks, and what a comment just before one says of it.

export const root = join(import.meta.dirname, '../..');

/** Every document that tells people what to type. */
export const documents: readonly string[] = [
  'README.md',
  '.github/CONTRIBUTING.md',
  'providers/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];

export const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');

export interface Block {
  readonly language: string;
  readonly text: string;
  /** `<!-- not run: WHY -->` just before it; null: it is to be run. */
  readonly notRun: string | null;
  /** `<!-- exits 3 -->` just before it. Default is 0. */
  readonly exits: number;
}

const fence =
  /^(?:<!-- (?:not run: (?<why>[^\n]+)|exits (?<code>\d+)) -->\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;

export const blocksIn = (document: string): readonly Block[] =>
  [...textOf(document).matchAll(fence)].map(({ groups: { why, code, language, text } = {} }) => ({
    language: language ?? '',
    text: text ?? '',
    notRun: why ?? null,
    exits: Number(code ?? 0),
  }));

/** The contents of the fenced blocks of one language. */
export const textsIn = (document: string, language: string): readonly string[] =>
  blocksIn(document).flatMap((block) => (block.language === language ? [block.text] : []));

const shells = ['console', 'sh', 'bash', 'shell'];

/** Is it something to type into a shell? */
export const isCommand = ({ language }: Block): boolean => shells.includes(language);

/** How many blocks of commands a document has, those that `blocksIn` does not see included. */
export const countOfCommandBlocks = (document: string): number =>
  [...textOf(document).matchAll(/^[ >\t]*(?:```|~~~) *(?:console|sh|bash|shell)\b/gm)].length;
