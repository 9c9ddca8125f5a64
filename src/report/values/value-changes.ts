import { isLong, type Part, partsAlone, partsBeside, partsOfPair } from './parts.ts';
import { wordsThatDiffer } from './words.ts';

/** A value that goes or comes. `partner`: the line beside it is what it became, or what it was. */
export interface ValueLine {
  readonly sign: '-' | '+';
  readonly parts: readonly Part[];
  readonly isPaired: boolean;
}

/** What of an RRset's values goes, comes and stays: value by value as far as there is room, and the rest counted. */
export interface ValueChanges {
  readonly lines: readonly ValueLine[];
  readonly moreGone: number;
  readonly moreCome: number;
  readonly stay: number;
}

/** Of what goes, and of what comes: a set of 1,200 addresses does not fill the screen. */
export const mostValues = 12;

/** Which values go and come where an RRset becomes another; null where there is none. */
export const valueChanges = (before: readonly string[] | null, after: readonly string[] | null): ValueChanges => {
  const old = new Set(before ?? []);
  const wanted = new Set(after ?? []);
  const gone = [...old].filter((value) => !wanted.has(value));
  const come = [...wanted].filter((value) => !old.has(value));
  return {
    lines: linesOf(gone.slice(0, mostValues), come.slice(0, mostValues)),
    moreGone: Math.max(0, gone.length - mostValues),
    moreCome: Math.max(0, come.length - mostValues),
    stay: wanted.size - come.length,
  };
};

const linesOf = (gone: readonly string[], come: readonly string[]): readonly ValueLine[] => {
  const partners = partnersOf(gone, come);
  const paired = [...partners].flatMap(([was, is]) => {
    const parts = partsOfPair(was, is);
    return [
      { sign: '-' as const, parts: parts.was, isPaired: true },
      { sign: '+' as const, parts: [...parts.is, ...wordsOfPair(was, is, parts)], isPaired: true },
    ];
  });
  const taken = new Set(partners.values());
  const alone = (sign: '-' | '+', values: readonly string[], others: readonly string[]) =>
    values.map((value): ValueLine => ({ sign, parts: partsAmong(value, others), isPaired: false }));
  return [
    ...paired,
    ...alone(
      '-',
      gone.filter((value) => !partners.has(value)),
      [...come, ...gone],
    ),
    ...alone(
      '+',
      come.filter((value) => !taken.has(value)),
      [...gone, ...come],
    ),
  ];
};

/** In words what is not all shown. */
const wordsOfPair = (was: string, is: string, parts: ReturnType<typeof partsOfPair>): readonly Part[] => {
  const isCut = [parts.was, parts.is].some((side) =>
    side.some(({ kind }, i) => kind === 'left_out' && side[i - 1]?.kind === 'differing'),
  );
  return isCut ? [{ kind: 'left_out', text: ` (${wordsThatDiffer(was, is)})` }] : [];
};

/** Which value became which: the only two, and long ones that are more alike than not. */
const partnersOf = (gone: readonly string[], come: readonly string[]): ReadonlyMap<string, string> => {
  const [was, is] = [gone[0], come[0]];
  if (gone.length === 1 && come.length === 1 && was !== undefined && is !== undefined) return new Map([[was, is]]);
  const partners = new Map<string, string>();
  const free = new Set(come);
  for (const value of gone.filter(isLong)) {
    const other = nearest(value, [...free]);
    if (other === null) continue;
    partners.set(value, other);
    free.delete(other);
  }
  return partners;
};

const partsAmong = (value: string, others: readonly string[]): readonly Part[] =>
  isLong(value) ? partsBeside(value, nearest(value, others)) : partsAlone(value);

/** The other value that could be taken for this one, if any could. */
const nearest = (value: string, others: readonly string[]): string | null => {
  let best: string | null = null;
  let most = leastAlike;
  for (const other of others) {
    const alike = other === value ? 0 : lengthAlike(value, other);
    if (alike <= most) continue;
    best = other;
    most = alike;
  }
  return best;
};

const leastAlike = 20;

/** How many characters two texts begin and end with alike. */
const lengthAlike = (a: string, b: string): number => {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return start + end;
};
