import { type Change, samePlanned, type Withheld } from '../model/plan.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset, Quarantine } from '../model/zone.ts';
import type { RetainedValue } from './deletion-verdict.ts';
import { diff } from './diff.ts';
import type { PlanTarget } from './fit.ts';
import { fit } from './fit.ts';
import type { RetainedZone } from './retain-absent.ts';

export interface AbsenceInput {
  readonly retained: RetainedZone;
  readonly target: PlanTarget;
  /** Ours: what changes may touch. */
  readonly owned: ReadonlyRRsetMap<ExistingRRset>;
  /** What is planned, with the retained values in it. */
  readonly changes: readonly Change[];
  /** What exists at these names stays as it is for other reasons. */
  readonly quarantined: readonly Quarantine[];
}

/** The deletes, and the replaces by fewer values, that wait until absence is proven. Nothing depends on them. */
export const withheldByAbsence = ({
  retained,
  target,
  owned,
  changes,
  quarantined,
}: AbsenceInput): readonly Withheld[] => {
  const byName = Map.groupBy(retained.values, ({ name }) => name);
  if (byName.size === 0) return [];
  const { blocked, withoutRetained } = retained;
  const bad = new Set(quarantined.map(({ name }) => name));
  const isConcerned = ({ name }: RRsetKey) => byName.has(name) && !bad.has(name) && !blocked.has(name);
  const rrsets = withoutRetained.rrsets.filter(isConcerned);
  const proven = fit({ ...withoutRetained, rrsets, quarantined: [] }, target);
  const existing = mapRRsets([...owned.values()].filter(isConcerned));
  const planned = rrsetMap<Change>();
  for (const change of changes) if (isConcerned(change)) planned.set(change, change);
  const onceProven = diff(proven.rrsets, existing);
  const keysOnceProven = mapRRsets(onceProven);
  // Where a retained value moves into another RRset, the delete of the one that it is in now would delete the value.
  const moving = new Set([...planned.values()].filter((change) => !keysOnceProven.has(change)).map(({ name }) => name));
  return onceProven
    .filter((change) => !isSame(change, planned.get(change)) || (change.action === 'delete' && moving.has(change.name)))
    .flatMap((change) => {
      const values = valuesOf(byName.get(change.name) ?? [], change);
      const allows = new Set(values.flatMap((value) => value.allows));
      return [...allows].map((allow) => {
        const reason = reasonOf(values.filter((value) => value.allows.includes(allow)));
        return { ...change, guard: 'absence' as const, kind: 'refused' as const, reason, allow };
      });
    });
};

const isSame = (a: Change, b: Change | undefined): boolean => {
  if (b === undefined || a.action !== b.action) return false;
  return a.after === null || b.after === null ? a.after === b.after : samePlanned(a.type, a.after, b.after);
};

/** Those of other types of the name only where this one has none of its own. */
const valuesOf = (values: readonly RetainedValue[], { type }: Pick<RRset, 'type'>): readonly RetainedValue[] => {
  const own = values.filter((value) => value.type === type);
  return own.length > 0 ? own : values;
};

/** Each reason with its values. */
const reasonOf = (values: readonly RetainedValue[]): string => {
  const byReason = new Map<string, string[]>();
  for (const { rdata, reason } of values) byReason.set(reason, [...(byReason.get(reason) ?? []), rdata]);
  return [...byReason]
    .map(([reason, rdatas]) => `${rdatas.slice(0, 3).join(', ')}${more(rdatas.length - 3)}: ${reason}`)
    .join('; ');
};

const more = (count: number): string => (count > 0 ? ` and ${count} more` : '');
