/** So many zones of a target are read at once: BIND gives ten transfers at a time, and other clients want theirs. */
export const readsAtOnce = 8;

/** Runs `job` on every item, `limit` at a time; results in the items' order. After an error none begins. */
export const pooled = async <T, R>(
  items: readonly T[],
  limit: number,
  job: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await job(items[index] as T, index).catch((error: unknown) => {
        next = items.length;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
};
