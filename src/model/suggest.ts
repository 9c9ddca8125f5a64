/** The candidate that `word` is most likely a slip of, null if none is near. */
export const closest = (word: string, candidates: Iterable<string>): string | null => {
  const most = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let least = most + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
};

/** ` (did you mean "x"?)` for the end of a message, or nothing. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const near = closest(word, candidates);
  return near === null ? '' : ` (did you mean "${near}"?)`;
};

/** Insertions, deletions, substitutions and swaps of neighbours. */
const editDistance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cell(rows, row, a, b, i, j));
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? limit;
};

const cell = (
  rows: readonly number[][],
  row: readonly number[],
  a: string,
  b: string,
  i: number,
  j: number,
): number => {
  const at = (back: number, left: number): number => rows[i - back]?.[j - left] ?? Number.POSITIVE_INFINITY;
  const same = a[i - 1] === b[j - 1] ? 0 : 1;
  const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(2, 2) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(at(1, 0) + 1, (row[j - 1] ?? Number.POSITIVE_INFINITY) + 1, at(1, 1) + same, swapped);
};
