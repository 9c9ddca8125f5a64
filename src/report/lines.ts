import type { Colours } from './colours.ts';
import { noColours } from './colours.ts';
import { type Line, type Span, type Tone, toned } from './report.ts';
import { harmlessLine, visible } from './words/visible.ts';

const colourOf = {
  error: 'red',
  delete: 'red',
  warning: 'yellow',
  replace: 'yellow',
  good: 'green',
  create: 'green',
  strong: 'bold',
  aside: 'dim',
  differing: 'inverse',
  pointer: null,
} as const satisfies Record<Tone, string | null>;

/** Lines as a terminal shows them. Here, and nowhere before, text that a stranger chose becomes harmless to it. */
export const linesAsText = (lines: readonly Line[], colours: Colours): string =>
  lines
    .filter((line) => !(colours.areOn && isPointer(line)))
    .map((line) => `${lineAsText(line, colours)}\n`)
    .join('');

const isPointer = ([first]: Line): boolean =>
  first !== undefined && typeof first !== 'string' && first.tones.includes('pointer');

export const lineAsText = (line: Line, colours: Colours = noColours): string =>
  harmlessLine(
    coloured(
      line.map((part) => (typeof part === 'string' ? toned(part) : part)),
      colours,
    ),
  );

/** A run of spans with the same first tone is coloured as one. */
const coloured = (spans: readonly Span[], colours: Colours): string => {
  const [first] = spans;
  if (first === undefined) return '';
  const [tone] = first.tones;
  if (tone === undefined) return visible(first.text) + coloured(spans.slice(1), colours);
  const end = spans.findIndex(({ tones }) => tones[0] !== tone);
  const run = end === -1 ? spans : spans.slice(0, end);
  const inside = coloured(
    run.map(({ text, tones }) => ({ text, tones: tones.slice(1) })),
    colours,
  );
  const colour = colourOf[tone];
  return (colour === null ? inside : colours[colour](inside)) + coloured(spans.slice(run.length), colours);
};
