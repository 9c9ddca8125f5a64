// Verify asks the authoritative name servers of a zone whether they answer what was written.
//
// `answers/` is pure: what each RRset of a zone should be answered with, and what an answer is worth. The files beside this
// one ask: `nameservers.ts` finds who answers for a zone, `address-lookup.ts` where nobody here knows, `ask.ts` is the DNS client, `verify-zones.ts` goes round the name
// servers until each RRset is proven or the time is over, with a `ZoneCheck` for each zone at each of them, and
// `differences.ts` says what is left. `verify-gone.ts` is the opposite: nobody may answer for a deleted zone.

export { addressLookup, type LookupOptions } from './address-lookup.ts';
export { type AskedName, decidingRRsets, typesToAsk } from './answers/deciding-rrsets.ts';
export type { ServedRRset } from './answers/served-rrset.ts';
export { rrsetOf, snapshotAfter } from './answers/snapshot-after.ts';
export { type AskOptions, askByDns } from './ask.ts';
export { byZone } from './differences.ts';
export {
  type AddressedNameServer,
  type AddressSources,
  addressedNameServers,
  atAddresses,
  type FoundNameServers,
  type NameServerRRset,
  nameServersOf,
} from './nameservers.ts';
export { verifyGone, type ZoneToBeGone } from './verify-gone.ts';
export { type VerifyProgress, type VerifyZonesOptions, verifyZones } from './verify-zones.ts';
export type { VerifyTask } from './zone-check.ts';
