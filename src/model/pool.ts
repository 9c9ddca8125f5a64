/** So many zones of a target are read at once: BIND gives ten transfers at a time, and other clients want theirs. */
export const readsAtOnce = 8;

/** Runs `job` on every item, `limit` at a time; results in the items' order. After an error none begins. */
export const pooled = async <T, R>(
  items: readonly T[],
  limit: number,
  job: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = new Array(items.length);
  await forEachPooled(items.entries(), Math.min(limit, items.length), async ([index, item]) => {
    results[index] = await job(item, index);
  });
  return results;
};

/** The same without results, for items that are made as they are taken. */
export const forEachPooled = async <T>(
  items: Iterable<T>,
  limit: number,
  job: (item: T) => Promise<void>,
): Promise<void> => {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && !failed; next = iterator.next()) {
      await job(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
};
