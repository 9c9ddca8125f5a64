/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Turns an offset into a line and a column (UTF-16 units); reads only as far as it is asked. */
export const positionsOf = (text: string): ((offset: number) => Position) => {
  const starts = [0];
  let read = 0;
  const readTo = (offset: number): void => {
    while (read <= offset) {
      const end = text.indexOf('\n', read);
      read = end === -1 ? Number.POSITIVE_INFINITY : end + 1;
      if (end !== -1) starts.push(read);
    }
  };
  let last = 0;
  return (offset) => {
    readTo(offset);
    if (!((starts[last] ?? 0) <= offset && offset < (starts[last + 8] ?? Number.POSITIVE_INFINITY))) {
      last = lineBefore(starts, offset);
    }
    while ((starts[last + 1] ?? Number.POSITIVE_INFINITY) <= offset) last += 1;
    return { line: last + 1, column: offset - (starts[last] ?? 0) + 1 };
  };
};

const lineBefore = (starts: readonly number[], offset: number): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
};
