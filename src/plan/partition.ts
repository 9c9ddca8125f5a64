import type { Unmanaged, UnmanagedReason } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import { addressTypes, replacedTypes } from '../model/rr-types.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, ExistingRRset, Unreadable } from '../model/zone.ts';
import { byNameAndType } from './diff.ts';
import { compiledAddresses } from './existing.ts';
import type { FittedZone, PlanTarget } from './fit.ts';
import { listOwnership } from './owned-by-list.ts';
import type { Ownership } from './ownership.ts';
import { ownership } from './ownership.ts';
import type { UnmanagedRRset } from './unmanaged-conflict.ts';

/** A zone, what a target has of it, and what we wrote there. */
export interface ZoneAtTarget {
  readonly zone: DesiredZone;
  readonly target: PlanTarget;
  readonly existing: readonly ExistingRRset[];
  readonly written: readonly WrittenValue[];
}

/** Which of the existing RRsets are ours to change, and which are unmanaged. */
export const partition = (input: ZoneAtTarget, { rrsets, compiled, checkedByDaemon, excluded }: FittedZone) => {
  const replaced = mapRRsets(input.existing.filter((rrset) => isAliasReplaced(rrset, rrsets)));
  const wanted = {
    has: (key: RRsetKey) => rrsets.has(key) || compiled.has(key) || checkedByDaemon.has(key) || replaced.has(key),
  };
  const reasonOf = ownershipAt(input, excluded, wanted);
  const owned = rrsetMap<ExistingRRset>();
  const unmanaged: UnmanagedRRset[] = [];
  for (const rrset of input.existing) {
    const reason = reasonOf(rrset);
    if (reason === null) owned.set(rrset, rrset);
    else unmanaged.push({ rrset, reason });
  }
  return { owned, unmanaged };
};

/** The unmanaged RRsets as a plan lists them. */
export const unmanagedRows = (
  unmanaged: readonly UnmanagedRRset[],
  unreadable: readonly Unreadable[],
): readonly Unmanaged[] => {
  const rows: readonly Unmanaged[] = [
    ...unmanaged.map(({ rrset: { name, type }, reason: { kind, why } }) => ({ name, type, kind, why })),
    ...unreadable.map(({ name, type, why }) => ({ name, type, kind: 'unreadable' as const, why })),
  ];
  return rows.toSorted(byNameAndType);
};

/** Does the zone file itself, and nothing else, have a plain RRset in the place of every alias record set of a name? */
const isAliasReplaced = (rrset: ExistingRRset, wanted: ReadonlyRRsetMap<RRset>): boolean => {
  const types = replacedTypes(rrset);
  return (
    types.length > 0 &&
    types.every((type) =>
      wanted
        .get({ name: rrset.name, type })
        ?.values.every(({ origins }) => origins.length > 0 && origins.every(({ kind }) => kind === 'zone_file')),
    )
  );
};

/** Which existing RRsets are ours, given what is wanted and what the zone file says to leave alone. */
export const ownershipAt = (
  { zone, target, existing, written }: ZoneAtTarget,
  excluded: ReadonlyRRsetMap<UnmanagedReason>,
  wanted: Pick<ReadonlyRRsetMap<unknown>, 'has'>,
): Ownership => {
  const checks = target.healthChecks ?? null;
  // A compiled RRset answers for addresses that are wanted, so it is ours even where they are stored otherwise from now on.
  const isReplaced = (key: RRsetKey) => {
    const { name } = key;
    return key.type === checks?.type && addressTypes.some((type) => wanted.has({ name, type }));
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
