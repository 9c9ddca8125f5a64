import type { Definitions } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import type { UnmanagedReason } from '../model/plan.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, rrsetMap } from '../model/rrset-map.ts';
import type { Unreadable } from '../model/zone.ts';
import { isProtected, ownership } from '../plan/index.ts';
import type { OpenTarget } from '../target.ts';

export interface DumpedZone {
  readonly zone: string;
  readonly rrsets: readonly RRset[];
  /** What is not in the dump, with the reason. */
  readonly left: readonly Unreadable[];
}

/**
 * What a target holds of a zone, as far as it can be ours: what ExternalDNS owns, what `ignore` names and what is
 * stored and not served stays out, so that a plan from the dump is empty; and what is health-checked, which claims make. Throws ZONE_MISSING.
 */
export const dumpZone = async (zone: string, target: OpenTarget, definitions: Definitions): Promise<DumpedZone> => {
  const id = { name: zone, view: null };
  const read = await target.provider.read(id);
  if (read.status !== 'read') {
    const { name } = target.definition;
    throw new HostmasterError('ZONE_MISSING', `${name} does not have the zone ${zone}`);
  }
  const settings = definitions.zones.find((each) => each.id.name === zone && each.id.view === null)?.settings;
  const leftAlone = ownership({
    zone,
    owns: 'all',
    ignore: settings?.ignore ?? [],
    supports: target.provider.supports,
    desired: mapRRsets(read.rrsets),
    excluded: rrsetMap(),
    existing: read.rrsets,
  });
  const judged = read.rrsets.map((rrset) => ({ rrset, why: whyLeft(rrset, leftAlone(rrset)) }));
  return {
    zone,
    rrsets: judged.flatMap(({ rrset, why }) => (why === null ? [rrset] : [])),
    left: [
      ...judged.flatMap(({ rrset: { name, type }, why }) => (why === null ? [] : [{ name, type, why }])),
      ...read.unreadable,
    ],
  };
};

const whyLeft = (rrset: RRset, reason: UnmanagedReason | null): string | null => {
  if (reason !== null && isProtected(reason)) return reason.why;
  if (rrset.values.length === 0) return 'disabled: not served';
  return rrset.healthCheck === undefined ? null : 'health-checked, which a claim can say and a zone file cannot';
};
