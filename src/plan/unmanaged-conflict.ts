import type { UnmanagedReason } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { addressTypes, cnameAt, replacedTypes, replacingTypes, standsAlone, traitsOf } from '../model/rr-types.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, Quarantine, Unreadable, ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { FittedZone } from './fit.ts';
import { foreignOwners, isProtected } from './ownership.ts';

/** A wanted RRset that an unmanaged one is in the way of. */
export interface UnmanagedConflict {
  readonly rrset: RRset;
  readonly rule: 'unmanaged-conflict';
  readonly message: string;
}

export interface UnmanagedRRset {
  readonly rrset: ExistingRRset;
  readonly reason: UnmanagedReason;
}

/** May the type stay beside a CNAME, where it is not ours? */
const isAllowedBesideCname = (type: string): boolean => traitsOf(type).besideCname !== undefined;

/** Finds the wanted RRsets of a zone that are not ours to write, or that DNS does not allow beside what stays. */
export const unmanagedConflicts = (
  { rrsets: wanted, compiled }: Pick<FittedZone, 'rrsets' | 'compiled'>,
  unmanaged: readonly UnmanagedRRset[],
  unreadable: readonly Unreadable[],
  zone: string,
): readonly UnmanagedConflict[] => {
  const staying = [...unmanaged.map(keyAndWhy), ...unreadable];
  const conflicts = [
    ...unmanaged
      .filter(({ reason }) => isProtected(reason))
      .flatMap(({ rrset, reason }) =>
        conflict(wanted.get(rrset), `it exists and is not ours to write (${reason.why})`),
      ),
    ...aliasConflicts(wanted, unmanaged, staying),
    ...unreadable.flatMap((each) => conflict(wanted.get(each), `what exists there cannot be read (${each.why})`)),
    ...cnameConflicts(wanted, [...unmanaged.filter(isServed).map(keyAndWhy), ...unreadable]),
  ];
  const known = mapRRsets(conflicts.map(({ rrset }) => rrset));
  return [...conflicts, ...claimedConflicts({ rrsets: wanted, compiled }, unmanaged, zone, known)];
};

/** What ExternalDNS has marked and not made yet, or made no more: once made by us, it would count as ExternalDNS's. */
const claimedConflicts = (
  { rrsets, compiled }: Pick<FittedZone, 'rrsets' | 'compiled'>,
  unmanaged: readonly UnmanagedRRset[],
  zone: string,
  known: ReadonlyRRsetMap<RRset>,
): readonly UnmanagedConflict[] => {
  const ownerOf = foreignOwners(
    unmanaged.map(({ rrset }) => rrset),
    zone,
  );
  if (ownerOf === null) return [];
  return [...rrsets.values()].flatMap((rrset) => {
    const { name } = rrset;
    const answered = addressTypes.map((type) => ({ name, type })).filter((key) => compiled.has(key));
    const owner = [rrset, ...answered].map(ownerOf).find((each) => each !== null) ?? null;
    return owner === null || known.has(rrset)
      ? []
      : conflict(rrset, `its place is marked as another's (foreign: ExternalDNS owner ${owner})`);
  });
};

const conflict = (rrset: RRset | undefined, message: string): readonly UnmanagedConflict[] =>
  rrset === undefined ? [] : [{ rrset, rule: 'unmanaged-conflict', message }];

interface Staying extends RRsetKey {
  readonly why: string;
}

const keyAndWhy = ({ rrset: { name, type }, reason: { why } }: UnmanagedRRset): Staying => ({ name, type, why });
const isServed = ({ rrset }: UnmanagedRRset): boolean => rrset.values.length > 0;

/** Some services keep an alias in the place of the types that it answers for. */
const aliasConflicts = (
  wanted: ReadonlyRRsetMap<RRset>,
  unmanaged: readonly UnmanagedRRset[],
  staying: readonly Staying[],
): readonly UnmanagedConflict[] => [
  ...unmanaged.flatMap(({ rrset, reason }) =>
    replacedTypes(rrset).flatMap((type) =>
      conflict(
        wanted.get({ name: rrset.name, type }),
        `it cannot stand beside the alias that is left alone (${reason.why})`,
      ),
    ),
  ),
  ...staying.flatMap(({ name, type, why }) =>
    replacingTypes
      .flatMap((each) => wanted.get({ name, type: each }) ?? [])
      .filter((alias) => replacedTypes(alias).includes(type))
      .flatMap((alias) => conflict(alias, `it cannot stand beside the ${type} that is left alone (${why})`)),
  ),
];

const cnameConflicts = (wanted: ReadonlyRRsetMap<RRset>, served: readonly Staying[]): readonly UnmanagedConflict[] => {
  const cnames = new Map(served.filter(({ type }) => standsAlone(type)).map((each) => [each.name, each]));
  const others = served.filter(({ type }) => !standsAlone(type) && !isAllowedBesideCname(type));
  const ofWantedCnames = others.flatMap(({ name, type, why }) =>
    conflict(wanted.get(cnameAt(name)), `a CNAME cannot stand beside the ${type} that is left alone (${why})`),
  );
  if (cnames.size === 0) return ofWantedCnames;
  const besideCnames = wanted.values().flatMap((rrset) => {
    const cname = standsAlone(rrset.type) ? undefined : cnames.get(rrset.name);
    return cname === undefined
      ? []
      : conflict(rrset, `it cannot stand beside the CNAME that is left alone (${cname.why})`);
  });
  return [...ofWantedCnames, ...besideCnames];
};

/** What is wanted without the RRsets that are in conflict. */
export const withoutUnmanagedConflicts = (
  wanted: ReadonlyRRsetMap<RRset>,
  conflicts: readonly UnmanagedConflict[],
): ReadonlyRRsetMap<RRset> => {
  if (conflicts.length === 0) return wanted;
  const rest = mapRRsets(wanted.values());
  for (const { rrset } of conflicts) rest.delete(rrset);
  return rest;
};

/** What exists at the name of a conflict stays. */
export const conflictQuarantine = ({ rrset, rule, message }: UnmanagedConflict): Quarantine => ({
  name: rrset.name,
  type: rrset.type,
  rule,
  reason: message,
  origin: rrset.values[0]?.origins[0] ?? null,
});

/** The problem at the line of the RRset that is in conflict. */
export const conflictProblem = ({ rrset, rule, message }: UnmanagedConflict, zone: ZoneId, target: string): Problem => {
  const origin = rrset.values[0]?.origins[0];
  return {
    rule,
    severity: 'error',
    message: `${rrset.name} ${rrset.type}: ${message}; take it out of the zone file, or let its owner give it up`,
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    column: origin?.column ?? null,
    target,
    zone: zoneLabel(zone),
  };
};
