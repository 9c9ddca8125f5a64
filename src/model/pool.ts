/** So many zones of a target are read at once: BIND gives ten transfers at a time, and other clients want theirs. */
export const readsAtOnce = 8;

/** Runs `job` on every item, `limit` at a time; results in the items' order. After an error none begins. */
export const pooled = async <T, R>(
  items: Iterable<T>,
  limit: number,
  job: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = [];
  const left = items[Symbol.iterator]();
  let begun = 0;
  let failed = false;
  const worker = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const index = begun;
      begun += 1;
      results[index] = await job(next.value, index).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      if (failed) return;
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
};
