/** A stretch that two texts have alike, or one in which they differ, in units. */
export type Hunk =
  | { readonly same: readonly string[] }
  | { readonly was: readonly string[]; readonly is: readonly string[] };

/** More edits than this are one difference from the first to the last. */
const mostEdits = 160;
/** What is alike between two differences and shorter than this belongs to them. */
const leastAlike = 6;
/** With more differences than so many at both ends, those in between are one. */
const mostAtEnds = 4;

/** What two texts have alike and where they differ, in order. */
export const hunksOf = (was: readonly string[], is: readonly string[]): readonly Hunk[] => {
  const shorter = Math.min(was.length, is.length);
  let start = 0;
  while (start < shorter && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < shorter - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const [before, after] = [was.slice(start, was.length - end), is.slice(start, is.length - end)];
  return withoutEmpty(
    slid([
      { same: was.slice(0, start) },
      ...fewer(joined(between(before, after))),
      { same: was.slice(was.length - end) },
    ]),
  );
};

/** How far left what was put in or left out may move, to begin where a word does. */
const furthestSlide = 40;

/** `a b` that became `a bc b` got `bc ` after `a `, not `c b` after `a b`. */
const slid = (hunks: readonly Hunk[]): readonly Hunk[] => {
  const all = [...hunks];
  for (let i = 1; i < all.length - 1; i += 1) {
    const [before, hunk, after] = all.slice(i - 1, i + 2);
    if (before === undefined || hunk === undefined || after === undefined) continue;
    if (!('same' in before) || 'same' in hunk || !('same' in after)) continue;
    if (hunk.was.length > 0 && hunk.is.length > 0) continue;
    const units = [...hunk.was, ...hunk.is];
    const shift = slideOf(before.same, units);
    if (shift === 0) continue;
    const moved = [...before.same.slice(-shift), ...units.slice(0, -shift)];
    const next = hunk.was.length > 0 ? { was: moved, is: [] } : { was: [], is: moved };
    all.splice(i - 1, 3, { same: before.same.slice(0, -shift) }, next, {
      same: [...units.slice(-shift), ...after.same],
    });
  }
  return all;
};

const slideOf = (before: readonly string[], units: readonly string[]): number => {
  for (let shift = 0; shift <= Math.min(furthestSlide, units.length - 1, before.length - 1); shift += 1) {
    if (shift > 0 && before.at(-shift) !== units.at(-shift)) return 0;
    if (/^[ ",;]$/.test(before.at(-1 - shift) ?? '')) return shift;
  }
  return 0;
};

const withoutEmpty = (hunks: readonly Hunk[]): readonly Hunk[] =>
  hunks.filter((hunk) => ('same' in hunk ? hunk.same.length > 0 : hunk.was.length + hunk.is.length > 0));

/** Of texts that neither begin nor end alike. */
const between = (was: readonly string[], is: readonly string[]): readonly Hunk[] => {
  const alike = alikeIn(was, is);
  if (alike === null) return [{ was, is }];
  const hunks: Hunk[] = [];
  let [x, y] = [0, 0];
  for (const { atWas, atIs, length } of alike) {
    hunks.push({ was: was.slice(x, atWas), is: is.slice(y, atIs) }, { same: was.slice(atWas, atWas + length) });
    [x, y] = [atWas + length, atIs + length];
  }
  return withoutEmpty([...hunks, { was: was.slice(x), is: is.slice(y) }]);
};

interface Alike {
  readonly atWas: number;
  readonly atIs: number;
  readonly length: number;
}

/** The stretches that a shortest edit leaves alone (Myers, "An O(ND) Difference Algorithm"); null: it has too many edits. */
const alikeIn = (was: readonly string[], is: readonly string[]): readonly Alike[] | null => {
  const reached: Int32Array[] = [];
  let furthest = new Int32Array(2 * mostEdits + 3);
  for (let edits = 0; edits <= Math.min(mostEdits, was.length + is.length); edits += 1) {
    reached.push(furthest);
    furthest = furthest.slice();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = stepFrom(furthest, diagonal, edits).x;
      while (x < was.length && x - diagonal < is.length && was[x] === is[x - diagonal]) x += 1;
      furthest[diagonal + mostEdits + 1] = x;
      if (x >= was.length && x - diagonal >= is.length) return walkBack(reached, was.length, is.length);
    }
  }
  return null;
};

/** Where an edit more begins on a diagonal: with a unit of `was` left out, or with one of `is` added. */
const stepFrom = (furthest: Int32Array, diagonal: number, edits: number) => {
  const at = (of: number): number => furthest[of + mostEdits + 1] ?? 0;
  const isAdded = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
  if (edits === 0) return { x: 0, from: 0 };
  return isAdded ? { x: at(diagonal + 1), from: diagonal + 1 } : { x: at(diagonal - 1) + 1, from: diagonal - 1 };
};

const walkBack = (reached: readonly Int32Array[], ofWas: number, ofIs: number): readonly Alike[] => {
  const alike: Alike[] = [];
  let [x, y] = [ofWas, ofIs];
  for (let edits = reached.length - 1; edits >= 0; edits -= 1) {
    const furthest = reached[edits] ?? new Int32Array();
    const step = stepFrom(furthest, x - y, edits);
    if (x > step.x) alike.unshift({ atWas: step.x, atIs: step.x - (x - y), length: x - step.x });
    x = edits === 0 ? 0 : (furthest[step.from + mostEdits + 1] ?? 0);
    y = x - step.from;
  }
  return alike;
};

/** Differences with hardly anything between them are one. */
const joined = (hunks: readonly Hunk[]): readonly Hunk[] => {
  const all: Hunk[] = [];
  for (const [i, hunk] of hunks.entries()) {
    const isEdge = i === 0 || i === hunks.length - 1;
    const next = 'same' in hunk && hunk.same.length < leastAlike && !isEdge ? { was: hunk.same, is: hunk.same } : hunk;
    const last = all.at(-1);
    if (last !== undefined && 'was' in last && 'was' in next) all.splice(-1, 1, united([last, next]));
    else all.push(next);
  }
  return all;
};

const united = (hunks: readonly Hunk[]): Hunk => ({
  was: hunks.flatMap((hunk) => ('same' in hunk ? hunk.same : hunk.was)),
  is: hunks.flatMap((hunk) => ('same' in hunk ? hunk.same : hunk.is)),
});

/** With all differences as one. */
export const asOne = (hunks: readonly Hunk[]): readonly Hunk[] => {
  const isSame = hunks.map((hunk) => 'same' in hunk);
  const [first, last] = [isSame.indexOf(false), isSame.lastIndexOf(false)];
  return [...hunks.slice(0, first), united(hunks.slice(first, last + 1)), ...hunks.slice(last + 1)];
};

const fewer = (hunks: readonly Hunk[]): readonly Hunk[] => {
  const atEnd = 2 * mostAtEnds;
  if (hunks.length <= 2 * atEnd) return hunks;
  return [...hunks.slice(0, atEnd), united(hunks.slice(atEnd, -atEnd)), ...hunks.slice(-atEnd)];
};
