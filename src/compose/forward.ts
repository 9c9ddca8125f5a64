import type { DesiredZone } from '../model/zone.ts';
import type { MemberAddress } from './items.ts';

/** Why a name does not lead to an address that a server has: the zone file says otherwise (it wins); null: it does. */
export type Elsewhere = (name: string, family: MemberAddress['family'], address: string) => string | null;

/** Of the names in these zones. What their files have and nobody can use is quarantined, and the PTR waits with that. */
export const elsewhereIn = (zones: readonly DesiredZone[]): Elsewhere => {
  const answers = new Map<string, ReadonlySet<string>>();
  for (const { name, type, values } of zones.flatMap(({ rrsets }) => rrsets)) {
    if (hides.has(type)) answers.set(`${name} ${type}`, new Set(values.map(({ rdata }) => rdata)));
  }
  return (name, family, address) => {
    if (answers.has(`${name} CNAME`)) return `the zone file has a CNAME at ${name}`;
    const known = answers.get(`${name} ${family}`);
    return known === undefined || known.has(address) ? null : `the zone file has no ${address} at ${name}`;
  };
};

const hides: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);
