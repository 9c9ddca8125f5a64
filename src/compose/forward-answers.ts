import { mapRRsets } from '../model/rrset-map.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { ServerAddress } from './contribution.ts';

/** Why a name does not lead to an address that a server has: the zone file says otherwise (it wins); null: it does. */
export type ForwardMismatch = (name: string, family: ServerAddress['family'], address: string) => string | null;

/** Of the names in these zones. What their files have and nobody can use is quarantined, and the PTR waits with that. */
export const forwardMismatches = (zones: readonly DesiredZone[]): ForwardMismatch => {
  const answers = mapRRsets(zones.flatMap(({ rrsets }) => rrsets));
  return (name, family, address) => {
    if (answers.has({ name, type: 'CNAME' })) return `the zone file has a CNAME at ${name}`;
    const known = answers.get({ name, type: family });
    const isThere = known === undefined || known.values.some(({ rdata }) => rdata === address);
    return isThere ? null : `the zone file has no ${address} at ${name}`;
  };
};
