import type { RRsetKey } from './rrset.ts';

// By name and type without a joined key: a large zone would need a hundred thousand strings more for each map.

/** Something for each RRset of a zone. */
export interface ReadonlyRRsetMap<T> {
  size(): number;
  get(key: RRsetKey): T | undefined;
  has(key: RRsetKey): boolean;
  /** Type by type. */
  values(): readonly T[];
}

export interface RRsetMap<T> extends ReadonlyRRsetMap<T> {
  set(key: RRsetKey, value: T): void;
  delete(key: RRsetKey): void;
}

export const rrsetMap = <T>(): RRsetMap<T> => {
  const byType = new Map<string, Map<string, T>>();
  return {
    size: () => [...byType.values()].reduce((sum, byName) => sum + byName.size, 0),
    get: ({ name, type }) => byType.get(type)?.get(name),
    has: ({ name, type }) => byType.get(type)?.has(name) ?? false,
    values: () => [...byType.values()].flatMap((byName) => [...byName.values()]),
    set: ({ name, type }, value) => {
      const byName = byType.get(type);
      if (byName === undefined) byType.set(type, new Map([[name, value]]));
      else byName.set(name, value);
    },
    delete: ({ name, type }) => {
      byType.get(type)?.delete(name);
    },
  };
};

/** RRsets by their own name and type. */
export const mapRRsets = <T extends RRsetKey>(rrsets: Iterable<T>): RRsetMap<T> => {
  const map = rrsetMap<T>();
  for (const rrset of rrsets) map.set(rrset, rrset);
  return map;
};
