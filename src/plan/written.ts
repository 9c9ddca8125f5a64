import type { Origin } from '../model/origin.ts';
import type { Change } from '../model/plan.ts';
import type { WrittenValue } from '../model/ports.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { mapRRsets, rrsetMap } from '../model/rrset-map.ts';
import { serverKey } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { ValueAt } from './account.ts';
import { compiledAddresses, familyOf } from './existing.ts';
import { scopeOf } from './scope.ts';

export interface WrittenInput {
  readonly zone: DesiredZone;
  /** What was applied. */
  readonly changes: readonly Change[];
  /** What was known to be ours before. */
  readonly written: readonly WrittenValue[];
  readonly healthChecks: HealthChecks | null;
}

/** What the state is to know of the RRsets that were changed: our values at `at`, and for whom each is. */
export interface Written {
  readonly at: readonly RRsetKey[];
  readonly values: readonly WrittenValue[];
}

/**
 * What was written, address by address also where it is compiled. A value that was only kept is as it was known before.
 * Git's values count where only what is listed is ours, and where the inventory writes: so its deletes need no proof.
 */
export const writtenBy = ({ zone, changes, written, healthChecks }: WrittenInput): Written => {
  const desired = mapRRsets(zone.rrsets);
  const before = new Map(written.map((value) => [textOf(value), value]));
  const isScope = zone.scope === undefined ? () => false : scopeOf(zone.scope, zone.id.name);
  const takesGit = (key: RRsetKey) => zone.settings.owns === 'listed' || isScope(key);
  const at = rrsetMap<RRsetKey>();
  const values: WrittenValue[] = [];
  for (const change of changes) {
    for (const { name, type } of [...valuesOf(change, change.before, healthChecks), change])
      at.set({ name, type }, { name, type });
    for (const value of valuesOf(change, change.after, healthChecks)) {
      at.set(value, { name: value.name, type: value.type });
      const wanted = desired.get(value)?.values.find(({ rdata }) => rdata === value.rdata);
      const sources = sourcesOf(wanted?.origins ?? [], takesGit(value));
      const known = wanted === undefined ? before.get(textOf(value)) : undefined;
      if (sources.length > 0) values.push({ ...value, sources });
      else if (known !== undefined) values.push(known);
    }
  }
  return { at: [...at.values()], values };
};

const textOf = ({ name, type, rdata }: ValueAt): string => `${name} ${type} ${rdata}`;

const valuesOf = (
  { name, type }: Change,
  side: Change['after'],
  healthChecks: HealthChecks | null,
): readonly ValueAt[] => {
  if (side === null) return [];
  const addresses = compiledAddresses({ type, values: side.values }, healthChecks);
  return addresses === null
    ? side.values.map(({ rdata }) => ({ name, type, rdata }))
    : addresses.map((rdata) => ({ name, type: familyOf(rdata), rdata }));
};

const sourcesOf = (origins: readonly Origin[], takesGit: boolean): readonly string[] => [
  ...new Set(
    origins.flatMap((origin) => {
      if (origin.kind === 'zone_file') return takesGit ? ['git'] : [];
      return [serverKey({ inventory: origin.inventory, name: origin.server })];
    }),
  ),
];
