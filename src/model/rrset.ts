import { compareText } from './compare.ts';
import type { HealthCheck } from './health.ts';
import type { Origin } from './origin.ts';

export { keyOf, type RRsetKey } from './rrset-key.ts';

/** One value of an RRset. `rdata` is canonical presentation text: equal values have equal text, for every type. */
export interface Value {
  readonly rdata: string;
  readonly origins: readonly Origin[];
  /** Why it stays although whoever contributed it is missing; once that is proven it goes. */
  readonly retained?: string;
  /** Of a checked address that the daemon found down: since when; milliseconds since 1970. */
  readonly downSince?: number;
}

/** octoDNS's options of one RRset of a zone file. */
export interface RRsetOptions {
  /** Neither written nor deleted, at any target. */
  readonly ignored?: boolean;
  /** Only at these targets; elsewhere left as it is. */
  readonly included?: readonly string[];
  /** Not at these targets; left as it is there. */
  readonly excluded?: readonly string[];
  /** Its rules become warnings. */
  readonly lenient?: boolean;
}

/**
 * All values of one name and type. `name` is canonical (absolute, lower case, final dot), `type` an upper-case mnemonic
 * of the table or TYPEnnn, `ttl` in seconds, `values` sorted by rdata without duplicates.
 */
export interface RRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly Value[];
  readonly healthCheck?: HealthCheck;
  /** The daemon's health checker looks at its addresses now. */
  readonly isWatched?: true;
  readonly options?: RRsetOptions;
}

/** The RRset of a type among those of one name. */
export const rrsetOfType = <T extends { readonly type: string }>(rrsets: readonly T[], type: string): T | undefined =>
  rrsets.find((rrset) => rrset.type === type);

/** Makes an RRset of rdata that is canonical already: sorted, duplicates joined, their origins united. */
export const makeRRset = (
  name: string,
  type: string,
  ttl: number,
  values: readonly Value[],
  options?: RRsetOptions,
): RRset => {
  const sorted = values.length < 2 ? values : uniteValues(values);
  return options === undefined ? { name, type, ttl, values: sorted } : { name, type, ttl, values: sorted, options };
};

const uniteValues = (values: readonly Value[]): readonly Value[] => {
  const byRdata = Map.groupBy(values, ({ rdata }) => rdata);
  return Array.from(byRdata, joinEqual).sort((a, b) => compareText(a.rdata, b.rdata));
};

const joinEqual = ([rdata, equal]: readonly [string, readonly Value[]]): Value => {
  const [only] = equal;
  return only !== undefined && equal.length === 1 ? only : { rdata, origins: equal.flatMap(({ origins }) => origins) };
};

/** Do both answer alike: the same TTL and the same rdata? Origins do not count. */
export const sameAnswer = (
  a: { readonly ttl: number; readonly values: readonly { readonly rdata: string }[] },
  b: { readonly ttl: number; readonly values: readonly { readonly rdata: string }[] },
): boolean => a.ttl === b.ttl && a.values.length === b.values.length && sameRdata(a.values, b.values);

const sameRdata = (a: readonly { readonly rdata: string }[], b: readonly { readonly rdata: string }[]): boolean => {
  for (let i = 0; i < a.length; i += 1) if (a[i]?.rdata !== b[i]?.rdata) return false;
  return true;
};
