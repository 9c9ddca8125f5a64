import type { Definitions } from '../model/definitions.ts';
import { messageOf } from '../model/errors.ts';
import type { Change } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import type { ZoneResult } from '../model/result.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { valuesIn } from '../plan/existing.ts';
import { fit } from '../plan/index.ts';
import type { HealthChecks } from '../provider.ts';
import { type ApplyWork, appliedChanges } from './apply.ts';
import { countedOrphans, entriesOf, ledgerMoves, standing } from './ledger.ts';
import { idOf, resultOf } from './results.ts';
import type { PlannedWork, PlanPass, Rim } from './types.ts';

/** Keeps what was learnt of the inventories: from then on a server that goes missing is known. */
export const rememberInventories = async ({ desired, store }: PlanPass): Promise<void> => {
  for (const [name, known] of Object.entries(desired.next)) await store.remember(name, known);
};

/** Keeps whose each value is that now stands, and what nobody accounts for, for every zone that was read. */
export const rememberValues = async (pass: PlanPass, results: readonly ZoneResult[], rim: Rim): Promise<void> => {
  for (const work of pass.work) {
    if (work.facts === null) continue;
    try {
      await rememberZone(work, results, pass);
    } catch (error) {
      const { zone, target } = work.changeset;
      rim.onNotice?.(
        `whose the values of ${zone} at ${target} are was not kept, so that less is deleted: ${messageOf(error)}`,
      );
    }
  }
};

const rememberZone = async (work: PlannedWork, results: readonly ZoneResult[], pass: PlanPass): Promise<void> => {
  const { zone, target, changeset, snapshot, facts } = work;
  if (facts === null) return;
  const { store } = pass;
  const { name } = target.definition;
  const result = resultOf(results, changeset);
  const applied = result === undefined ? [] : appliedChanges(changeset, result);
  const exists = standing(snapshot?.rrsets ?? [], applied, target.provider.healthChecks ?? null);
  const isListed = zone.settings.owns === 'listed';
  const moved = ledgerMoves({ desired: wantedAt(work), isListed, before: facts.written, exists });
  if (moved.at.length > 0) await store.noteWritten(zone.id, name, moved.at, moved.values);
  const orphans = countedOrphans(work.orphans, facts.orphans, countsNow(pass), facts.now);
  if (orphans.length > 0 || facts.orphans.length > 0) await store.keepOrphans(zone.id, name, orphans);
};

/** What was wanted as the target takes it; checked addresses also where they are compiled. */
const wantedAt = ({ zone, fitFor }: PlannedWork): readonly RRset[] => {
  const { rrsets, compiled } = fit(zone, fitFor);
  return [...rrsets.values(), ...compiled.values()];
};

/**
 * Did every inventory there is answer completely, so that an absence counts, and not sooner than an interval after the
 * last? An answer without any server proves nothing about values of servers that nobody knows.
 */
const countsNow = ({ desired }: PlanPass): boolean => {
  const inventories = Object.values(desired.roster.inventories);
  return (
    inventories.some(({ servers }) => servers > 0) &&
    inventories.every(({ complete }) => complete) &&
    Object.values(desired.next).every(({ countedAt }) => countedAt === desired.roster.now)
  );
};

/** The same after a reviewed plan: what it wrote says whose it is, and nothing else moved. */
export const rememberPlanned = async (
  work: readonly ApplyWork[],
  results: readonly ZoneResult[],
  { zones }: Definitions,
  store: Store,
): Promise<void> => {
  for (const { changeset, target } of work) {
    const result = resultOf(results, changeset);
    const applied = result === undefined ? [] : appliedChanges(changeset, result);
    const id = idOf(changeset);
    const isListed =
      zones.find((zone) => zone.id.name === id.name && zone.id.view === id.view)?.settings.owns === 'listed';
    const written = applied.map((change) => writtenIn(change, target.provider.healthChecks ?? null, isListed));
    if (applied.length > 0) {
      const keys = written.flatMap(({ at }) => at);
      const entries = written.flatMap(({ values }) => values);
      await store.noteWritten(id, target.definition.name, keys, entries);
    }
  }
};

/** Whose each value of a change is; which address of a compiled one is whose, the plan does not say. */
const writtenIn = ({ name, type, before, after }: Change, checks: HealthChecks | null, isListed: boolean) => {
  const inside = (side: Change['after'], key: RRsetKey) =>
    side === null ? [] : valuesIn({ ...key, values: side.values }, checks);
  const sources = (after?.values ?? []).flatMap(({ origins }) => origins);
  const addresses = inside(after, { name, type }).filter((value) => value.type !== type);
  return {
    at: [{ name, type }, ...inside(before, { name, type }), ...addresses].map((key) => ({
      name: key.name,
      type: key.type,
    })),
    values:
      addresses.length === 0
        ? entriesOf({ name, type }, after?.values ?? [], isListed)
        : addresses.flatMap(({ rdata, ...key }) => entriesOf(key, [{ rdata, origins: sources }], isListed)),
  };
};
