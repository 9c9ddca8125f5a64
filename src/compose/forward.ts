import type { DesiredZone } from '../model/zone.ts';
import type { MemberAddress } from './items.ts';

/** Why a name does not lead to an address that a server has: the zone file says otherwise (it wins); null: it does. */
export type Elsewhere = (name: string, family: MemberAddress['family'], address: string) => string | null;

/** Of the registered names in these zones. */
export const elsewhereIn = (zones: readonly DesiredZone[]): Elsewhere => {
  const answers = new Map<string, ReadonlySet<string>>();
  const unusable = new Set<string>();
  for (const { rrsets, quarantined } of zones) {
    for (const { name, type, values } of rrsets) {
      if (hides.has(type)) answers.set(`${name} ${type}`, new Set(values.map(({ rdata }) => rdata)));
    }
    for (const { name, type } of quarantined) unusable.add(`${name} ${type ?? '*'}`);
  }
  return (name, family, address) => {
    const known = answers.get(`${name} ${family}`);
    if (answers.has(`${name} CNAME`)) return `the zone file has a CNAME at ${name}`;
    const isBad = ['*', 'CNAME', family].some((type) => unusable.has(`${name} ${type}`));
    if (isBad) return `what the zone file has at ${name} cannot be used`;
    return known === undefined || known.has(address) ? null : `the zone file has no ${address} at ${name}`;
  };
};

const hides: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);
