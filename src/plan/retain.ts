import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { UnmanagedReason } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import type { Allow } from './allow.ts';
import { isAllowed } from './allow.ts';
import { compiledAddresses } from './existing.ts';
import type { PlanTarget } from './fit.ts';
import { exclusionOf } from './fit.ts';
import { listOwnership, withValuesOfOthers } from './owned-by-list.ts';
import type { Ownership } from './ownership.ts';
import { ownership } from './ownership.ts';
import type { RetainedZone } from './retain-absent.ts';
import { mayRetain, nothingRetained, retainAbsent } from './retain-absent.ts';

export interface RetainInput {
  readonly zone: DesiredZone;
  readonly target: PlanTarget;
  readonly existing: readonly ExistingRRset[];
  readonly evidence: DeletionEvidence | null;
  readonly written: readonly WrittenValue[];
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
    ownership: ownershipAt({ ...input, zone: whole }, excludedAt(zone, target.name), all),
    isAllowed: (name) => isAllowed(allows, 'absence', zone.id, target.name, name),
  });
};

/** Which existing RRsets are ours, given what is wanted and what the zone file says to leave alone. */
export const ownershipAt = (
  { zone, target, existing, written }: RetainInput,
  excluded: ReadonlyRRsetMap<UnmanagedReason>,
  wanted: Pick<ReadonlyRRsetMap<unknown>, 'has'>,
): Ownership => {
  const checks = target.healthChecks ?? null;
  // A compiled RRset answers for addresses that are wanted, so it is ours even where they are stored otherwise from now on.
  const isReplaced = (key: RRsetKey) => {
    const { name } = key;
    return key.type === checks?.type && (wanted.has({ name, type: 'A' }) || wanted.has({ name, type: 'AAAA' }));
  };
  const compiled = mapRRsets(
    zone.settings.owns === 'listed'
      ? existing.filter((each) => isReplaced(each) && compiledAddresses(each, checks) !== null)
      : [],
  );
  return ownership({
    zone: zone.id.name,
    owns: zone.settings.owns,
    ignore: zone.settings.ignore,
    supports: target.supports,
    desired: { has: (key) => wanted.has(key) || compiled.has(key) },
    excluded,
    existing,
    ...(zone.settings.owns === 'listed' ? { isWritten: listOwnership(written, checks).isWritten } : {}),
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
