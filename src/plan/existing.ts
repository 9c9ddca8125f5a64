import type { RRset, RRsetKey } from '../model/rrset.ts';
import { rrsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { ValueAt } from './deletion-verdict.ts';

/** What exists at a name and type, taken out of what it may be compiled into. */
export interface Stored extends RRsetKey {
  readonly rdatas: readonly string[];
  /** What it is stored in: of its own type, or the compiled one. */
  readonly rrset: ExistingRRset;
}

export const familyOf = (address: string): 'A' | 'AAAA' => (address.includes(':') ? 'AAAA' : 'A');

/** The addresses that a compiled RRset answers with; null: it is not one. */
export const compiledAddresses = (
  rrset: { readonly type: string; readonly values: readonly { readonly rdata: string }[] },
  checks: HealthChecks | null,
): readonly string[] | null =>
  checks === null || rrset.type !== checks.type || rrset.values.length === 0
    ? null
    : checks.addressesOf(rrset.values.map(({ rdata }) => rdata));

/** What is served, name by name and type by type; a compiled RRset counts as the A and AAAA that it is made of. */
export const storedOf = (
  existing: readonly ExistingRRset[],
  checks: HealthChecks | null,
  isWanted: (key: RRsetKey) => boolean,
): readonly Stored[] =>
  existing.flatMap((rrset): readonly Stored[] => {
    if (rrset.values.length === 0) return [];
    const addresses = isWanted(rrset) ? null : compiledAddresses(rrset, checks);
    const { name, type } = rrset;
    if (addresses === null) return [{ name, type, rdatas: rrset.values.map(({ rdata }) => rdata), rrset }];
    return (['A', 'AAAA'] as const)
      .map((family) => ({ name, type: family, rdatas: addresses.filter((each) => familyOf(each) === family), rrset }))
      .filter(({ rdatas }) => rdatas.length > 0);
  });

/** Every value of an RRset, address by address where it is compiled. */
export const valuesIn = (
  rrset: Pick<RRset, 'name' | 'type' | 'values'>,
  checks: HealthChecks | null,
): readonly ValueAt[] => {
  const { name, type, values } = rrset;
  const addresses = compiledAddresses(rrset, checks);
  return addresses === null
    ? values.map(({ rdata }) => ({ name, type, rdata }))
    : addresses.map((rdata) => ({ name, type: familyOf(rdata), rdata }));
};

/** Does a value exist? */
export const isStored = (stored: readonly Omit<Stored, 'rrset'>[]): ((value: ValueAt) => boolean) => {
  const index = rrsetMap<readonly string[]>();
  for (const each of stored) index.set(each, [...(index.get(each) ?? []), ...each.rdatas]);
  return (value) => index.get(value)?.includes(value.rdata) ?? false;
};

/** An RRset with values more, sorted; those that it has already stay as they are. */
export const withValues = (rrset: RRset, values: RRset['values']): RRset => {
  const known = new Set(rrset.values.map(({ rdata }) => rdata));
  const more = values.filter(({ rdata }) => !known.has(rdata));
  return { ...rrset, values: [...rrset.values, ...more].sort((a, b) => (a.rdata < b.rdata ? -1 : 1)) };
};
