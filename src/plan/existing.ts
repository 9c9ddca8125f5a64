import { addressTypeOf, addressTypes } from '../model/rr-types.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { rrsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { ValueAt } from './deletion-verdict.ts';

/** The values that exist at a name and type. A compiled RRset counts as the A and AAAA that it answers with. */
export interface StoredValues extends RRsetKey {
  readonly rdatas: readonly string[];
  /** The RRset that they are stored in: of that type, or a compiled one. */
  readonly rrset: ExistingRRset;
}

/** The addresses that a compiled RRset answers with; null: it is not one. */
export const compiledAddresses = (
  rrset: { readonly type: string; readonly values: readonly { readonly rdata: string }[] },
  checks: HealthChecks | null,
): readonly string[] | null =>
  checks === null || rrset.type !== checks.type || rrset.values.length === 0
    ? null
    : checks.addressesOf(rrset.values.map(({ rdata }) => rdata));

/** The values that are served, by name and type; an RRset that is wanted as it is counts as itself. */
export const storedOf = (
  existing: readonly ExistingRRset[],
  checks: HealthChecks | null,
  isWanted: (key: RRsetKey) => boolean,
): readonly StoredValues[] =>
  existing.flatMap((rrset): readonly StoredValues[] => {
    if (rrset.values.length === 0) return [];
    const addresses = isWanted(rrset) ? null : compiledAddresses(rrset, checks);
    const { name, type } = rrset;
    if (addresses === null) return [{ name, type, rdatas: rrset.values.map(({ rdata }) => rdata), rrset }];
    return addressTypes
      .map((family) => ({
        name,
        type: family,
        rdatas: addresses.filter((each) => addressTypeOf(each) === family),
        rrset,
      }))
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
    : addresses.map((rdata) => ({ name, type: addressTypeOf(rdata), rdata }));
};

/** Does a value exist? */
export const isStored = (stored: readonly Omit<StoredValues, 'rrset'>[]): ((value: ValueAt) => boolean) => {
  const index = rrsetMap<Set<string>>();
  for (const each of stored) {
    const known = index.get(each);
    if (known === undefined) index.set(each, new Set(each.rdatas));
    else for (const rdata of each.rdatas) known.add(rdata);
  }
  return (value) => index.get(value)?.has(value.rdata) ?? false;
};

/** An RRset with further values, sorted. A value that it already has stays as it is. */
export const withValues = (rrset: RRset, values: RRset['values']): RRset => {
  const known = new Set(rrset.values.map(({ rdata }) => rdata));
  const more = values.filter(({ rdata }) => !known.has(rdata));
  return { ...rrset, values: [...rrset.values, ...more].sort((a, b) => (a.rdata < b.rdata ? -1 : 1)) };
};
