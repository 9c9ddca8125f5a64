import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { UnmanagedReason } from '../model/plan.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import { isAllowed } from './allow.ts';
import { exclusionOf } from './fit.ts';
import { listOwnership, withValuesOfOthers } from './owned-by-list.ts';
import type { ZoneAtTarget } from './partition.ts';
import { ownershipAt } from './partition.ts';
import type { RetainedZone } from './retain-absent.ts';
import { mayRetain, nothingRetained, retainAbsent } from './retain-absent.ts';

export interface RetainInput extends ZoneAtTarget {
  readonly evidence: DeletionEvidence | null;
  readonly allows: readonly Allow[];
}

/** The zone with the values that stay although nobody wants them: others' beside ours, and those not proven absent. */
export const retain = (input: RetainInput): RetainedZone => {
  const { zone, target, existing, evidence, written, allows } = input;
  const isMixed = zone.settings.owns === 'listed' && written.length > 0;
  if (!isMixed && !mayRetain(zone, evidence)) return nothingRetained(zone);
  const wanted = mapRRsets(zone.rrsets);
  const rrsets = isMixed
    ? withValuesOfOthers(zone.rrsets, existing.filter(isOpen(input, wanted)), wanted, listOwnership(written, null))
    : zone.rrsets;
  const whole = rrsets === zone.rrsets ? zone : { ...zone, rrsets };
  const all = rrsets === zone.rrsets ? wanted : mapRRsets(rrsets);
  if (!mayRetain(zone, evidence)) return nothingRetained(whole);
  return retainAbsent({
    zone: whole,
    wanted: all,
    existing,
    evidence,
    healthChecks: target.healthChecks ?? null,
    target: target.name,
    ownership: ownershipAt({ ...input, zone: whole }, excludedAt(zone, target.name), all),
    isAllowed: (name) => isAllowed(allows, 'absence', zone.id, target.name, name),
  });
};

/** May values of ours stand in the RRset? It is not foreign, ignored, or the name server's own. */
const isOpen = (input: RetainInput, wanted: ReadonlyRRsetMap<unknown>): ((rrset: ExistingRRset) => boolean) => {
  const zone = { ...input.zone, settings: { ...input.zone.settings, owns: 'all' as const } };
  const reasonOf = ownershipAt({ ...input, zone }, excludedAt(zone, input.target.name), wanted);
  return (rrset) => reasonOf(rrset) === null;
};

const excludedAt = ({ rrsets }: DesiredZone, target: string): ReadonlyRRsetMap<UnmanagedReason> => {
  const found = rrsetMap<UnmanagedReason>();
  for (const rrset of rrsets) {
    const exclusion = rrset.options === undefined ? null : exclusionOf(rrset, target);
    if (exclusion !== null) found.set(rrset, exclusion);
  }
  return found;
};
