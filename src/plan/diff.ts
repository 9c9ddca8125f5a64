import { compareText } from '../model/compare.ts';
import { sameCheck } from '../model/health.ts';
import type { Change, PlannedRRset } from '../model/plan.ts';
import type { RRset } from '../model/rrset.ts';
import { sameAnswer } from '../model/rrset.ts';
import type { ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';

/** What a plan says of an existing RRset: its rdata without origins, for nobody knows who wrote them. */
export const plannedExisting = (rrset: ExistingRRset): PlannedRRset => ({
  ttl: rrset.ttl,
  values: rrset.values.map(({ rdata }) => ({ rdata, origins: [] })),
  health_check: rrset.healthCheck ?? null,
});

export const plannedDesired = (rrset: RRset): PlannedRRset => ({
  ttl: rrset.ttl,
  values: rrset.values.some(({ retained }) => retained !== undefined)
    ? rrset.values.map(({ rdata, origins }) => ({ rdata, origins }))
    : rrset.values,
  health_check: rrset.healthCheck ?? null,
});

/**
 * The changes that turn existing into desired. An RRset that is stored and not served (all of it disabled) does not exist
 * for whoever asks: where it is desired, it is created.
 */
export const diff = (
  desired: ReadonlyRRsetMap<RRset>,
  existing: ReadonlyRRsetMap<ExistingRRset>,
): readonly Change[] => {
  const changes: Change[] = [];
  let shared = 0;
  for (const rrset of desired.values()) {
    const found = existing.get(rrset);
    if (found !== undefined) shared += 1;
    if (found !== undefined && found.values.length > 0 && isUpToDate(rrset, found)) continue;
    const before = found === undefined || found.values.length === 0 ? null : plannedExisting(found);
    const action = before === null ? 'create' : 'replace';
    changes.push({ action, name: rrset.name, type: rrset.type, before, after: plannedDesired(rrset) });
  }
  if (shared === existing.size()) return changes;
  for (const rrset of existing.values()) {
    if (rrset.values.length === 0 || desired.has(rrset)) continue;
    changes.push({ action: 'delete', name: rrset.name, type: rrset.type, before: plannedExisting(rrset), after: null });
  }
  return changes;
};

const isUpToDate = (wanted: RRset, found: ExistingRRset): boolean =>
  sameAnswer(wanted, found) && sameCheck(wanted.type, wanted.healthCheck ?? null, found.healthCheck ?? null);

/** The order of every list in a plan: by name, then type; at one name and type deletes first. */
export const byNameAndType = (
  a: { readonly name: string; readonly type: string },
  b: { readonly name: string; readonly type: string },
): number => compareText(a.name, b.name) || compareText(a.type, b.type);
