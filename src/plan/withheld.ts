import { type Change, samePlanned, type Withheld } from '../model/plan.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import type { Retained } from './absence.ts';
import { printAllow } from './allow.ts';
import type { RetainedValue } from './deletion-verdict.ts';
import { diff } from './diff.ts';
import type { PlanTarget } from './fit.ts';
import { fit } from './fit.ts';

export interface AbsenceInput {
  readonly held: Retained;
  readonly target: PlanTarget;
  /** Ours: what changes may touch. */
  readonly owned: ReadonlyRRsetMap<ExistingRRset>;
  /** What is planned, with what stays in it. */
  readonly changes: readonly Change[];
  /** Names that stay as they are for other reasons. */
  readonly quarantined: ReadonlySet<string>;
}

/** The deletes, and the replaces by less, that wait until absence is proven. They hold back nothing else. */
export const withheldByAbsence = ({ held, target, owned, changes, quarantined }: AbsenceInput): readonly Withheld[] => {
  const names = new Map<string, RetainedValue[]>();
  for (const value of held.values) names.set(value.name, [...(names.get(value.name) ?? []), value]);
  if (names.size === 0) return [];
  const isConcerned = ({ name }: RRsetKey) => names.has(name) && !quarantined.has(name) && !held.blocked.has(name);
  const bare = fit({ ...held.bare, rrsets: held.bare.rrsets.filter(isConcerned), quarantined: [] }, target);
  const there = mapRRsets([...owned.values()].filter(isConcerned));
  const planned = rrsetMap<Change>();
  for (const change of changes) if (isConcerned(change)) planned.set(change, change);
  const lesser = diff(bare.rrsets, there);
  const isLesser = mapRRsets(lesser);
  // Where what is held moves into another RRset, the delete of the one that it is in now would be the last of it.
  const moving = new Set([...planned.values()].filter((change) => !isLesser.has(change)).map(({ name }) => name));
  return lesser
    .filter((change) => !isSame(change, planned.get(change)) || (change.action === 'delete' && moving.has(change.name)))
    .map((change) => ({
      ...change,
      guard: 'absence' as const,
      reason: reasonOf(names.get(change.name) ?? [], change),
      allow: printAllow('absence', held.zone.id, target.name, change.name),
    }));
};

const isSame = (a: Change, b: Change | undefined): boolean => {
  if (b === undefined || a.action !== b.action) return false;
  return a.after === null || b.after === null ? a.after === b.after : samePlanned(a.type, a.after, b.after);
};

/** Each reason with its values; those of other types of the name only where this one has none of its own. */
const reasonOf = (values: readonly RetainedValue[], { type }: Pick<RRset, 'type'>): string => {
  const own = values.filter((value) => value.type === type);
  const byReason = new Map<string, string[]>();
  for (const { rdata, reason } of own.length > 0 ? own : values) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), rdata]);
  }
  return [...byReason]
    .map(([reason, rdatas]) => `${rdatas.slice(0, 3).join(', ')}${more(rdatas.length - 3)}: ${reason}`)
    .join('; ');
};

const more = (count: number): string => (count > 0 ? ` and ${count} more` : '');
