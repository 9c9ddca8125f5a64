import { lazy } from '../model/lazy.ts';
import { isAddressType } from '../model/rr-types.ts';
import type { DesiredZone } from '../model/zone.ts';

/** The addresses that configured zones have for a name. They are indexed when the first name is asked for: mostly none is. */
export const configuredAddresses = (zones: readonly DesiredZone[]): ((name: string) => readonly string[]) => {
  const index = lazy(() => {
    const found = new Map<string, string[]>();
    for (const { name, type, values } of zones.flatMap(({ rrsets }) => rrsets)) {
      if (!isAddressType(type)) continue;
      const known = found.get(name) ?? [];
      found.set(name, known);
      known.push(...values.map(({ rdata }) => rdata));
    }
    return found;
  });
  return (name) => index().get(name) ?? [];
};
