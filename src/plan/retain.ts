import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { WrittenValue } from '../model/ports.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import type { Retained } from './absence.ts';
import { mayRetain, nothingRetained, retainAbsent } from './absence.ts';
import type { Allow } from './allow.ts';
import { isAllowed } from './allow.ts';
import { compiledAddresses } from './existing.ts';
import type { PlanTarget } from './fit.ts';
import { whyLeftAlone } from './fit.ts';
import { listOwnership, withRest } from './owned-by-list.ts';
import type { Whose } from './ownership.ts';
import { ownership } from './ownership.ts';

export interface RetainInput {
  readonly zone: DesiredZone;
  readonly target: PlanTarget;
  readonly existing: readonly ExistingRRset[];
  readonly evidence: DeletionEvidence | null;
  readonly written: readonly WrittenValue[];
  readonly allows: readonly Allow[];
}

/** The zone with what stays there though nobody wants it: others' values beside ours, and what is not proven absent. */
export const retain = (input: RetainInput): Retained => {
  const { zone, target, existing, evidence, written, allows } = input;
  const isMixed = zone.settings.owns === 'listed' && written.length > 0;
  if (!isMixed && !mayRetain(zone, evidence)) return nothingRetained(zone);
  const wanted = mapRRsets(zone.rrsets);
  const rrsets = isMixed
    ? withRest(zone.rrsets, existing.filter(notProtected(input, wanted)), wanted, listOwnership(written, null))
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
    whose: ownershipAt({ ...input, zone: whole }, leftAloneAt(zone, target.name), all),
    isAllowed: (name) => isAllowed(allows, 'absence', zone.id, target.name, name),
  });
};

/** Whose each existing RRset is, given what is wanted and what the zone file says to leave alone. */
export const ownershipAt = (
  { zone, target, existing, written }: RetainInput,
  leftAlone: ReadonlyRRsetMap<string>,
  wanted: Pick<ReadonlyRRsetMap<unknown>, 'has'>,
): Whose => {
  const checks = target.healthChecks ?? null;
  // What was compiled answers for the addresses that are wanted now, whatever they are stored in next.
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
    leftAlone,
    existing,
    ...(zone.settings.owns === 'listed' ? { isWritten: listOwnership(written, checks).isWritten } : {}),
  });
};

const notProtected = (input: RetainInput, wanted: ReadonlyRRsetMap<unknown>): ((rrset: ExistingRRset) => boolean) => {
  const zone = { ...input.zone, settings: { ...input.zone.settings, owns: 'all' as const } };
  const whose = ownershipAt({ ...input, zone }, leftAloneAt(zone, input.target.name), wanted);
  return (rrset) => whose(rrset) === null;
};

const leftAloneAt = ({ rrsets }: DesiredZone, target: string): ReadonlyRRsetMap<string> => {
  const found = rrsetMap<string>();
  for (const rrset of rrsets) {
    const why = rrset.options === undefined ? null : whyLeftAlone(rrset, target);
    if (why !== null) found.set(rrset, why);
  }
  return found;
};
