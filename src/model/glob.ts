import { SyntaxProblem } from './errors.ts';
import { parseName, splitParts } from './name.ts';

// Globs over canonical text. A run of text is cut at its stars, and the pieces are looked for from left to right, each at
// its first place: what is matched is never looked at again, so that no pattern takes more than linear time.

/** Does a text match? */
export type Glob = (text: string) => boolean;

type PartGlob = Glob | 'any parts';

/**
 * Compiles a glob over names relative to the zone (the apex is ''): `*` is any text within one name part, `**` none or
 * more parts, `\*` the wildcard part. A pattern for which globProblem finds something matches nothing.
 */
export const compileGlob = (pattern: string): Glob => {
  if (globProblem(pattern) !== null) return () => false;
  if (pattern === '**') return () => true;
  const name = onlyName(pattern);
  if (name !== null) return (text) => text === name;
  const parts = partsOf(pattern);
  const globs = parts.map(
    (part): PartGlob => (part === '**' ? 'any parts' : pieces(starsCut(part).map(canonicalPiece))),
  );
  return (text) => matchParts(globs, partsOf(text));
};

/** The one name that a pattern without a star matches; null: it has a star. */
const onlyName = (pattern: string): string | null => {
  const parts = partsOf(pattern).map((part) => starsCut(part));
  return parts.every((cut) => cut.length === 1) ? parts.map(([piece = '']) => canonicalPiece(piece)).join('.') : null;
};

/** Which of many globs match a text: in their order, by their index. A name costs nothing for the globs that are other names. */
export const compileGlobs = (patterns: readonly string[]): ((text: string) => readonly number[]) => {
  const names = new Map<string, number[]>();
  const globs: { readonly index: number; readonly matches: Glob }[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const name = globProblem(pattern) === null ? onlyName(pattern) : null;
    const known = name === null ? undefined : names.get(name);
    if (name === null) globs.push({ index, matches: compileGlob(pattern) });
    else if (known === undefined) names.set(name, [index]);
    else known.push(index);
  }
  return (text) => {
    const own = names.get(text) ?? [];
    const others = globs.flatMap(({ index, matches }) => (matches(text) ? [index] : []));
    return others.length === 0 ? own : [...own, ...others].sort((a, b) => a - b);
  };
};

/** Compiles a glob over canonical rdata: `*` is any text, `\*` a star, and everything else stands for itself. */
export const compileValueGlob = (pattern: string): Glob => pieces(starsCut(pattern, false));

/** Is there a star in it that is not `\*`? */
export const hasStar = (pattern: string): boolean => starsCut(pattern).length > 1;

/** What keeps a pattern from matching any name, or null. */
export const globProblem = (pattern: string): string | null => {
  try {
    for (const part of partsOf(pattern)) {
      const cut = starsCut(part);
      if (cut.length === 1 && cut[0] === '')
        return 'it has an empty part; a glob is relative to the zone, without a final dot';
      for (const piece of cut) canonicalPiece(piece);
    }
    return null;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
};

/** Like splitParts, but a final dot leaves an empty part, and '' has none. */
const partsOf = (text: string): readonly string[] => {
  if (text === '') return [];
  const parts = splitParts(text);
  const rebuilt = parts.join('.');
  return rebuilt.length === text.length ? parts : [...parts, ''];
};

/** The texts between the stars; `\*` is a star to be met. */
const starsCut = (text: string, keepEscapes = true): readonly string[] => {
  const cut: string[] = [];
  let piece = '';
  for (let i = 0; i < text.length; i += 1) {
    const next = text[i + 1];
    if (text[i] === '\\' && next === '*') {
      piece += '*';
      i += 1;
    } else if (text[i] === '\\' && keepEscapes && next !== undefined) {
      piece += `\\${next}`;
      i += 1;
    } else if (text[i] === '*') {
      cut.push(piece);
      piece = '';
    } else piece += text[i];
  }
  return [...cut, piece];
};

const canonicalPiece = (piece: string): string => (piece === '' ? '' : parseName(piece).slice(0, -1));

/** A glob of pieces with any text between one and the next. */
const pieces = (cut: readonly string[]): Glob => {
  const first = cut[0] ?? '';
  const last = cut.at(-1) ?? '';
  const middle = cut.slice(1, -1).filter((piece) => piece !== '');
  if (cut.length === 1) return (text) => text === first;
  const least = first.length + last.length;
  return (text) => {
    if (text.length < least || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
};

/** The same walk over name parts, with `**` for the star: only the last `**` is ever widened. */
const matchParts = (globs: readonly PartGlob[], parts: readonly string[]): boolean => {
  let glob = 0;
  let part = 0;
  let widenGlob = -1;
  let widenPart = -1;
  while (part < parts.length) {
    const wanted = globs[glob];
    if (wanted === 'any parts') {
      widenGlob = glob;
      widenPart = part;
      glob += 1;
    } else if (wanted?.(parts[part] ?? '') === true) {
      glob += 1;
      part += 1;
    } else if (widenGlob !== -1) {
      widenPart += 1;
      glob = widenGlob + 1;
      part = widenPart;
    } else return false;
  }
  return globs.slice(glob).every((rest) => rest === 'any parts');
};
