import type { Origin } from '../model/origin.ts';
import type { Change } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import { mapRRsets, rrsetMap } from '../model/rrset-map.ts';
import { serverKey } from '../model/server.ts';
import { valuesIn } from '../plan/existing.ts';
import type { HealthChecks } from '../provider.ts';

// The ledger of a zone at a target: which values we wrote there and for whom, so that a later pass can tell whose a value
// is that nobody wants any more. Pure; remember-values.ts reads and writes it.

export interface LedgerInput {
  /** What is desired of the zone at the target, with the addresses that are compiled into other types. */
  readonly desired: readonly RRset[];
  readonly isListed: boolean;
  readonly before: readonly WrittenValue[];
  /** Does the target hold this value now? */
  readonly exists: (key: RRsetKey, rdata: string) => boolean;
}

export interface LedgerChanges {
  /** The RRsets whose entries change. */
  readonly at: readonly RRsetKey[];
  /** All of their entries from now on. */
  readonly values: readonly WrittenValue[];
}

/** What changes in the ledger so that it has exactly what we wrote and what exists of it, each value with whom it is for. */
export const ledgerChanges = ({ desired, isListed, before, exists }: LedgerInput): LedgerChanges => {
  const known = rrsetMap<WrittenValue[]>();
  for (const entry of before) {
    const same = known.get(entry);
    if (same === undefined) known.set(entry, [entry]);
    else same.push(entry);
  }
  const at: RRsetKey[] = [];
  const values: WrittenValue[] = [];
  const compare = ({ name, type }: RRsetKey, wanted: readonly WrittenValue[]): void => {
    const was = known.get({ name, type }) ?? [];
    const ours = wanted.filter(({ rdata }) => exists({ name, type }, rdata));
    const is = isSame(was, ours)
      ? ours
      : [...ours, ...withoutRdataOf(was, ours).filter((each) => exists(each, each.rdata))];
    if (isSame(was, is)) return;
    at.push({ name, type });
    values.push(...is);
  };
  for (const rrset of desired) {
    compare(rrset, ledgerEntries(rrset, rrset.values, isListed));
    known.delete(rrset);
  }
  for (const [first] of known.values()) if (first !== undefined) compare(first, []);
  return { at, values };
};

const withoutRdataOf = (entries: readonly WrittenValue[], others: readonly WrittenValue[]): readonly WrittenValue[] => {
  const known = new Set(others.map(({ rdata }) => rdata));
  return entries.filter(({ rdata }) => !known.has(rdata));
};

/** The same entries, in any order. */
const isSame = (a: readonly WrittenValue[], b: readonly WrittenValue[]): boolean =>
  a.length === b.length &&
  (a.every((each, i) => isEqual(each, b[i])) || isEqualList(a.map(textOf).sort(), b.map(textOf).sort()));

const isEqual = (a: WrittenValue, b: WrittenValue | undefined): boolean =>
  b !== undefined &&
  a.rdata === b.rdata &&
  isEqualList(a.sources, b.sources) &&
  isEqualList(a.claims ?? [], b.claims ?? []);

const isEqualList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

const textOf = ({ rdata, sources, claims = [] }: WrittenValue): string =>
  [rdata, sources.join(' '), ...claims].join('\n');

/** The ledger's entries for values: those for a server, and where the zone owns what is listed, Git's too. */
export const ledgerEntries = (
  { name, type }: RRsetKey,
  values: RRset['values'],
  isListed: boolean,
): readonly WrittenValue[] =>
  values.flatMap(({ rdata, origins }) => {
    const sources = sourcesOf(origins, isListed);
    const claims = claimsOf(origins);
    const entry = { name, type, rdata, sources };
    return sources.length === 0 ? [] : [claims.length === 0 ? entry : { ...entry, claims }];
  });

const claimsOf = (origins: readonly Origin[]): readonly string[] => {
  const claims = origins.flatMap((origin) => {
    if (origin.kind !== 'claim') return [];
    return [origin.label === undefined ? `group ${origin.group ?? ''}` : `label ${origin.label}`];
  });
  return claims.length < 2 ? claims : [...new Set(claims)];
};

const sourcesOf = (origins: readonly Origin[], isListed: boolean): readonly string[] => {
  const sources = origins.flatMap((origin) => sourceOf(origin, isListed) ?? []);
  return sources.length < 2 ? sources : [...new Set(sources)];
};

const sourceOf = (origin: Origin, isListed: boolean): string | null => {
  if (origin.kind === 'zone_file') return isListed ? 'git' : null;
  return serverKey({ inventory: origin.inventory, name: origin.server });
};

/** Tells for a value whether it exists after these changes; the values of a compiled RRset are its addresses. */
export const existsAfter = (
  existing: readonly RRset[],
  changes: readonly Change[],
  checks: HealthChecks | null,
): ((key: RRsetKey, rdata: string) => boolean) => {
  const rrsets = mapRRsets<ExistingValues>(existing);
  for (const change of changes) rrsets.set(change, { ...change, values: change.after?.values ?? [] });
  const compiled = rrsets
    .values()
    .filter(({ type }) => type === checks?.type)
    .flatMap((rrset) => valuesIn(rrset, checks));
  const inside = Map.groupBy(compiled, keyOf);
  const sets = rrsetMap<ReadonlySet<string>>();
  const setAt = (key: RRsetKey, own: ExistingValues['values']): ReadonlySet<string> => {
    const known = sets.get(key);
    if (known !== undefined) return known;
    const set = new Set([...own, ...(inside.get(keyOf(key)) ?? [])].map(({ rdata }) => rdata));
    sets.set(key, set);
    return set;
  };
  return (key, rdata) => {
    const rrset = rrsets.get(key);
    const own = rrset === undefined || rrset.type === checks?.type ? [] : rrset.values;
    if (inside.size === 0 && own.length < fewValues) return own.some((value) => value.rdata === rdata);
    return setAt(key, own).has(rdata);
  };
};

/** So few values are searched faster than they are put into a set. */
const fewValues = 8;

type ExistingValues = Pick<RRset, 'name' | 'type' | 'values'>;
