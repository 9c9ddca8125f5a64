import type { WrittenValue } from '../model/ports.ts';
import { addressTypeOf, cnameAt } from '../model/rr-types.ts';
import type { RRset } from '../model/rrset.ts';
import { type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import { compiledAddresses } from './existing.ts';

/** What is known of who wrote an existing RRset, where only what we wrote is ours. */
export interface ListOwnership {
  /** Did we write all of it? */
  readonly isWritten: (rrset: ExistingRRset) => boolean;
  /** Its values that we did not write, where we wrote the others; null: all or none are ours. */
  readonly valuesOfOthers: (rrset: ExistingRRset) => RRset | null;
}

/** Looks up what we wrote; a compiled RRset is ours where the addresses that it is made of are. */
export const listOwnership = (written: readonly WrittenValue[], checks: HealthChecks | null): ListOwnership => {
  const index = rrsetMap<Set<string>>();
  for (const value of written) {
    const known = index.get(value);
    if (known === undefined) index.set(value, new Set([value.rdata]));
    else known.add(value.rdata);
  }
  const isOurs = (name: string, type: string, rdata: string) => index.get({ name, type })?.has(rdata) ?? false;
  const ours = ({ name, type, values }: ExistingRRset) => values.filter(({ rdata }) => isOurs(name, type, rdata));
  return {
    isWritten: (rrset) => {
      if (ours(rrset).length === rrset.values.length) return true;
      const addresses = compiledAddresses(rrset, checks);
      return addresses?.every((address) => isOurs(rrset.name, addressTypeOf(address), address)) ?? false;
    },
    valuesOfOthers: (rrset) => {
      const { name, type, ttl } = rrset;
      const known = new Set(ours(rrset));
      if (known.size === 0 || known.size === rrset.values.length) return null;
      const values = rrset.values.filter((value) => !known.has(value)).map(({ rdata }) => ({ rdata, origins: [] }));
      return { name, type, ttl, values };
    },
  };
};

/** Adds what others wrote beside our values, so that it stays. It cannot stand beside a CNAME that we want: that is a conflict. */
export const withValuesOfOthers = (
  rrsets: readonly RRset[],
  existing: readonly ExistingRRset[],
  wanted: ReadonlyRRsetMap<RRset>,
  { valuesOfOthers }: ListOwnership,
): readonly RRset[] => [
  ...rrsets,
  ...existing.flatMap((rrset) => {
    if (wanted.has(rrset) || wanted.has(cnameAt(rrset.name))) return [];
    return valuesOfOthers(rrset) ?? [];
  }),
];
