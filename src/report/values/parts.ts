import { count } from '../../model/phrases.ts';
import { visible } from '../words/visible.ts';
import { asOne, type Hunk, hunksOf } from './hunks.ts';
import { unitsOf } from './units.ts';

/** A stretch of a value as it is shown. */
export interface Part {
  readonly kind: 'same' | 'differing' | 'left_out';
  readonly text: string;
}

/** Up to this many characters a value is shown whole. */
export const longestWhole = 120;
/** The same for one that stands beside no other: a policy or a key is seen whole before it is served. */
const longestAlone = 450;
/** Of what is alike: how much shows at the beginning and the end of the value, and beside what differs. */
const atBeginning = 16;
const atEnd = 8;
const beside = 20;
/** Of what differs. */
const longestDiffering = 160;
/** Of all that is shown of one value; beyond it all differences are one, from the first to the last. */
const longestPair = 400;
/** Less than this is not worth leaving out. */
const leastLeftOut = 24;

export const isLong = (text: string): boolean => text.length > longestWhole;

/** A text that stands for itself: where it is long, its beginning and its end, and how much is between them. */
export const partsAlone = (text: string, longest = longestWhole): readonly Part[] => {
  if (text.length <= longest) return [{ kind: 'same', text }];
  const units = unitsOf(text);
  const half = Math.ceil((longest / 2) * (units.length / visible(text).length));
  return cut(units, 'same', half, half);
};

/** One value that became another: where they are long, what differs and what stands beside it, on both sides alike. */
export const partsOfPair = (
  was: string,
  is: string,
): { readonly was: readonly Part[]; readonly is: readonly Part[] } => {
  const all = hunksOf(unitsWithoutSign(was), unitsWithoutSign(is));
  const whole = !isLong(was) && !isLong(is);
  const parts = (side: 'was' | 'is', hunks: readonly Hunk[]) =>
    hunks.flatMap((hunk, i) => partsOfHunk(hunk, side, whole, ends(i, hunks)));
  const pair = { was: parts('was', all), is: parts('is', all) };
  const isShort = whole || (textOf(pair.was).length <= longestPair && textOf(pair.is).length <= longestPair);
  return isShort ? pair : { was: parts('was', asOne(all)), is: parts('is', asOne(all)) };
};

/** What stands for a space that came or went is nothing else. */
const space = '␠';
const unitsWithoutSign = (text: string): readonly string[] => unitsOf(text.replaceAll(space, '\\u{2420}'));

/** A value, shortened so that it cannot be taken for another one. */
export const partsBeside = (text: string, other: string | null): readonly Part[] => {
  if (other === null || !isLong(text)) return partsAlone(text, longestAlone);
  return partsOfPair(other, text).is.map((part) => (part.kind === 'differing' ? { ...part, kind: 'same' } : part));
};

/** A text that is no value, such as a name: whole, or its beginning and its end. */
export const shortened = (text: string, longest: number): string => textOf(partsAlone(text, longest));

/** Parts in one text, without marks. */
export const textOf = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');

const ends = (i: number, hunks: readonly Hunk[]) => ({ isFirst: i === 0, isLast: i === hunks.length - 1 });

const partsOfHunk = (
  hunk: Hunk,
  side: 'was' | 'is',
  whole: boolean,
  { isFirst, isLast }: ReturnType<typeof ends>,
): readonly Part[] => {
  if ('same' in hunk) {
    if (whole) return [{ kind: 'same', text: hunk.same.join('') }];
    return cut(hunk.same, 'same', isFirst ? atBeginning : beside, isLast ? atEnd : beside);
  }
  const units = hunk[side];
  if (units.length === 0) return [];
  const isSpace = units.every((unit) => unit === ' ');
  if (isSpace)
    return [{ kind: 'differing', text: units.length > 9 ? blanks(units.length) : space.repeat(units.length) }];
  const most = whole ? Number.POSITIVE_INFINITY : longestDiffering;
  return units.length > most
    ? cut(units, 'differing', most / 2, most / 2)
    : [{ kind: 'differing', text: units.join('') }];
};

const blanks = (number: number): string => `${space}…(${count(number, 'space')})…${space}`;

const cut = (units: readonly string[], kind: Part['kind'], first: number, last: number): readonly Part[] => {
  const leftOut = units.length - first - last;
  if (leftOut < leastLeftOut) return [{ kind, text: units.join('') }];
  return [
    { kind, text: units.slice(0, first).join('') },
    { kind: 'left_out', text: `…(${count(leftOut, 'character')})…` },
    { kind, text: units.slice(units.length - last).join('') },
  ];
};
