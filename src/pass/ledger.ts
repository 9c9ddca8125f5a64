import type { Change } from '../model/plan.ts';
import type { OrphanedValue, WrittenValue } from '../model/ports.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import { type Missing, serverKey } from '../model/server.ts';
import { valuesIn } from '../plan/existing.ts';
import type { HealthChecks } from '../provider.ts';

// What the state keeps of a zone at a target, so that a later pass can tell whose a value is that nobody wants any more.

export interface LedgerInput {
  /** What is wanted of the zone at the target, addresses also where they are compiled. */
  readonly desired: readonly RRset[];
  readonly isListed: boolean;
  readonly before: readonly WrittenValue[];
  /** Does the target hold this value now? */
  readonly exists: (key: RRsetKey, rdata: string) => boolean;
}

/** What we have written in the zone and what of it stands, with whom each value is for. */
export const ledgerOf = ({ desired, isListed, before, exists }: LedgerInput): readonly WrittenValue[] => {
  const entries = new Map<string, WrittenValue>();
  for (const rrset of desired) {
    for (const entry of entriesOf(rrset, rrset.values, isListed)) {
      if (exists(rrset, entry.rdata)) entries.set(`${keyOf(rrset)} ${entry.rdata}`, entry);
    }
  }
  for (const entry of before) {
    const key = `${keyOf(entry)} ${entry.rdata}`;
    if (!entries.has(key) && exists(entry, entry.rdata)) entries.set(key, entry);
  }
  return [...entries.values()];
};

/** What the ledger has of values: those that are for a server, and, where the zone owns what is listed, Git's. */
export const entriesOf = (
  { name, type }: RRsetKey,
  values: RRset['values'],
  isListed: boolean,
): readonly WrittenValue[] =>
  values.flatMap(({ rdata, origins }) => {
    const sources = sourcesOf(origins, isListed);
    return sources.length === 0 ? [] : [{ name, type, rdata, sources }];
  });

const sourcesOf = (origins: RRset['values'][number]['origins'], isListed: boolean): readonly string[] => [
  ...new Set(
    origins.flatMap((origin) =>
      origin.kind === 'zone_file'
        ? isListed
          ? ['git']
          : []
        : [serverKey({ inventory: origin.inventory, name: origin.server })],
    ),
  ),
];

/** The RRsets at which two ledgers differ. */
export const movedEntries = (before: readonly WrittenValue[], after: readonly WrittenValue[]): readonly RRsetKey[] => {
  const texts = (entries: readonly WrittenValue[]) => {
    const byKey = new Map<string, string[]>();
    for (const entry of entries) {
      const text = `${entry.rdata}\n${entry.sources.join(' ')}`;
      const same = byKey.get(keyOf(entry));
      if (same === undefined) byKey.set(keyOf(entry), [text]);
      else same.push(text);
    }
    return new Map([...byKey].map(([key, lines]) => [key, lines.sort().join('\n')]));
  };
  const [was, is] = [texts(before), texts(after)];
  const keys = new Map([...before, ...after].map((entry) => [keyOf(entry), { name: entry.name, type: entry.type }]));
  return [...keys].flatMap(([key, place]) => (was.get(key) === is.get(key) ? [] : [place]));
};

/**
 * The values that nobody accounts for, with how long that has been so. `counts`: this pass saw complete snapshots, and an
 * interval has gone by since the last that counted.
 */
export const countedOrphans = (
  seen: readonly (RRsetKey & { readonly rdata: string })[],
  before: readonly OrphanedValue[],
  counts: boolean,
  now: number,
): readonly OrphanedValue[] => {
  const known = new Map(before.map((orphan) => [`${keyOf(orphan)} ${orphan.rdata}`, orphan.missing]));
  return seen.map(({ name, type, rdata }) => {
    const was: Missing = known.get(`${name} ${type} ${rdata}`) ?? { since: now, snapshots: 0 };
    return { name, type, rdata, missing: counts ? { ...was, snapshots: was.snapshots + 1 } : was };
  });
};

/** What stands after changes, as a test for one value; that of a compiled RRset are its addresses. */
export const standing = (
  existing: readonly RRset[],
  changes: readonly Change[],
  checks: HealthChecks | null,
): ((key: RRsetKey, rdata: string) => boolean) => {
  const rrsets = new Map<string, Held>(existing.map((rrset) => [keyOf(rrset), rrset]));
  for (const change of changes) rrsets.set(keyOf(change), { ...change, values: change.after?.values ?? [] });
  const compiled = rrsets
    .values()
    .filter(({ type }) => type === checks?.type)
    .flatMap((rrset) => valuesIn(rrset, checks));
  const inside = Map.groupBy(compiled, keyOf);
  const sets = new Map<string, ReadonlySet<string>>();
  const valuesAt = (at: string): ReadonlySet<string> => {
    const rrset = rrsets.get(at);
    const own = rrset === undefined || rrset.type === checks?.type ? [] : rrset.values;
    return new Set([...own, ...(inside.get(at) ?? [])].map(({ rdata }) => rdata));
  };
  return (key, rdata) => {
    const at = keyOf(key);
    const set = sets.get(at) ?? valuesAt(at);
    sets.set(at, set);
    return set.has(rdata);
  };
};

type Held = Pick<RRset, 'name' | 'type' | 'values'>;
