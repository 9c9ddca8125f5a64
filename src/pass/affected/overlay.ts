/** What some keys of a map stand for now; null: for nothing any more. */
export type Overlay<K, V> = ReadonlyMap<K, V | null>;

/** The map with what stands over it. */
export const over = <K, V>(
  base: Pick<ReadonlyMap<K, V>, 'get'>,
  overlay: Overlay<K, V>,
): Pick<ReadonlyMap<K, V>, 'get'> => ({
  get: (key) => {
    const now = overlay.get(key);
    return now === undefined ? base.get(key) : (now ?? undefined);
  },
});

/** Brings into a map what stands over it. */
export const overwrite = <K, V>(base: Map<K, V>, overlay: Overlay<K, V>): void => {
  for (const [key, now] of overlay) {
    if (now === null) base.delete(key);
    else base.set(key, now);
  }
};
