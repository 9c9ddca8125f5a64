/** Numbers that are taken in ascending order, while others come. */
export interface Ascending {
  readonly add: (number: number) => void;
  /** The least of those that are left, each once; null: none is. */
  readonly take: () => number | null;
}

/** A binary heap: each number costs the logarithm of how many there are. */
export const ascending = (): Ascending => {
  const heap: number[] = [];
  const at = (index: number): number => heap[index] ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [at(b), at(a)];
  };
  const removeFirst = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      const child = at(2 * index + 1) <= at(2 * index + 2) ? 2 * index + 1 : 2 * index + 2;
      if (at(child) >= at(index)) return;
      swap(index, child);
      index = child;
    }
  };
  return {
    add: (number) => {
      heap.push(number);
      for (let index = heap.length - 1; index > 0 && at((index - 1) >> 1) > at(index); index = (index - 1) >> 1) {
        swap(index, (index - 1) >> 1);
      }
    },
    take: () => {
      const [first] = heap;
      if (first === undefined) return null;
      while (heap[0] === first) removeFirst();
      return first;
    },
  };
};
