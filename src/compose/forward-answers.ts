import { cnameAt } from '../model/rr-types.ts';
import { mapRRsets } from '../model/rrset-map.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { ServerAddress } from './contribution.ts';

/** Why a name does not lead to a server's address: the zone file, which wins, says otherwise. null: it does. */
export type ForwardMismatch = (name: string, family: ServerAddress['family'], address: string) => string | null;

/** Looks up the RRsets of these zones' files. What is quarantined there is not among them: the PTR waits with its name anyway. */
export const forwardMismatches = (zones: readonly DesiredZone[]): ForwardMismatch => {
  const answers = mapRRsets(zones.flatMap(({ rrsets }) => rrsets));
  return (name, family, address) => {
    if (answers.has(cnameAt(name))) return `the zone file has a CNAME at ${name}`;
    const known = answers.get({ name, type: family });
    const isThere = known === undefined || known.values.some(({ rdata }) => rdata === address);
    return isThere ? null : `the zone file has no ${address} at ${name}`;
  };
};
