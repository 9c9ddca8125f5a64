import type { ApplyWork } from '../apply/index.ts';
import type { Definitions } from '../model/definitions.ts';
import { messageOf } from '../model/errors.ts';
import type { Change } from '../model/plan.ts';
import type { Store, WrittenValue } from '../model/ports.ts';
import { appliedChanges, resultOf, type ZoneResult } from '../model/result.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import { zoneIdOf, zoneTargetLabel } from '../model/zone-target.ts';
import { valuesIn } from '../plan/existing.ts';
import { fit } from '../plan/index.ts';
import type { HealthChecks } from '../provider.ts';
import type { PlannedWork, PlanPass } from '../run.ts';
import type { RunContext } from '../target.ts';
import { existsAfter, type LedgerInput, ledgerChanges, ledgerEntries } from './ledger.ts';

/** Saves what is known of the inventories now: from then on a server that goes missing is noticed. */
export const rememberInventories = async ({ desired, store }: Pick<PlanPass, 'desired' | 'store'>): Promise<void> => {
  for (const [name, known] of Object.entries(desired.next)) await store.remember(name, known);
};

type Work = Pick<PlanPass, 'store' | 'work'>;

/** The ledger's entries of zones as they were saved just before the apply. */
export type LedgerBeforeApply = ReadonlyMap<PlannedWork, readonly WrittenValue[]>;

/**
 * Saves for whom each value is that is about to be written, beside what exists and what is known of it: whatever a killed
 * apply leaves, the next pass knows whose it is.
 */
export const rememberValuesBeforeApply = async (pass: Work, context: RunContext): Promise<LedgerBeforeApply> => {
  const saved = new Map<PlannedWork, readonly WrittenValue[]>();
  for (const work of pass.work) {
    const { evidence, snapshot, changeset, target, zone } = work;
    if (evidence === null || changeset.changes.length === 0) continue;
    await savingOrNotice(work, context, async () => {
      const names = new Set(changeset.changes.map(({ name }) => name));
      const known = await pass.store.written(zone.id, target.definition.name, [...names]);
      const checks = target.provider.healthChecks ?? null;
      const existsNow = existsAfter(snapshot?.rrsets ?? [], [], checks);
      const existsThen = existsAfter(snapshot?.rrsets ?? [], changeset.changes, checks);
      const isKnown = among(known);
      const exists: Exists = (key, rdata) => existsThen(key, rdata) || existsNow(key, rdata) || isKnown(key, rdata);
      const entries = await saveLedger(work, known, exists, pass, names);
      saved.set(work, [...evidence.written.filter(({ name }) => !names.has(name)), ...entries]);
    });
  }
  return saved;
};

/** Saves for whom each existing value is, and which values nobody accounts for, for all that was read. */
export const rememberValues = async (
  pass: Work,
  results: readonly ZoneResult[],
  context: RunContext,
  beforeApply: LedgerBeforeApply = new Map(),
): Promise<void> => {
  for (const work of pass.work) {
    const { changeset, evidence, part, snapshot, target, zone } = work;
    if (evidence === null) continue;
    await savingOrNotice(work, context, async () => {
      const applied = appliedChanges(changeset, resultOf(results, changeset));
      const exists = existsAfter(snapshot?.rrsets ?? [], applied, target.provider.healthChecks ?? null);
      const before = beforeApply.get(work) ?? evidence.written;
      // What we did not write another Hostmaster may have written: the next pass corrects its entries.
      const mayExist = among(before.filter(unwritten(changeset, applied)));
      await saveLedger(work, before, (key, rdata) => exists(key, rdata) || mayExist(key, rdata), pass, part?.names);
      // A proof is used up with the value: one that somebody adds again needs another.
      const orphans = work.orphans.filter(({ name, type, rdata }) => exists({ name, type }, rdata));
      const elsewhere = evidence.orphans.filter(({ name }) => part?.names.has(name) === false);
      if (orphans.length === 0 && evidence.orphans.length === elsewhere.length) return;
      await pass.store.keepOrphans(zone.id, target.definition.name, [...elsewhere, ...orphans]);
    });
  }
};

type Exists = LedgerInput['exists'];

const among = (entries: readonly WrittenValue[]): Exists => {
  const texts = new Set(entries.map((entry) => `${keyOf(entry)} ${entry.rdata}`));
  return (key, rdata) => texts.has(`${keyOf(key)} ${rdata}`);
};

/** Is it at a name of which a planned change was not applied? */
const unwritten = ({ changes }: PlannedWork['changeset'], applied: readonly Change[]) => {
  const done = new Set(applied.map(keyOf));
  const names = new Set(changes.filter((change) => !done.has(keyOf(change))).map(({ name }) => name));
  return ({ name }: RRsetKey): boolean => names.has(name);
};

const savingOrNotice = async (
  { changeset }: PlannedWork,
  context: RunContext,
  job: () => Promise<void>,
): Promise<void> => {
  try {
    await job();
  } catch (error) {
    context.onNotice?.(
      `could not save which server owns the values of ${zoneTargetLabel(changeset)}; they will not be deleted automatically: ${messageOf(error)}`,
    );
  }
};

/** Brings the zone's ledger from `before` to what exists, at some names or all; gives its entries then. */
const saveLedger = async (
  work: PlannedWork,
  before: readonly WrittenValue[],
  exists: Exists,
  { store }: Work,
  names?: ReadonlySet<string>,
): Promise<readonly WrittenValue[]> => {
  const { zone, target } = work;
  const isDue = ({ name }: RRsetKey) => names === undefined || names.has(name);
  const isListed = zone.settings.owns === 'listed';
  const desired = desiredAt(work).filter(isDue);
  const { at, values } = ledgerChanges({ desired, isListed, before: before.filter(isDue), exists });
  if (at.length === 0) return before;
  await store.noteWritten(zone.id, target.definition.name, at, values);
  return [...without(before, at), ...values];
};

const without = (entries: readonly WrittenValue[], at: readonly RRsetKey[]): readonly WrittenValue[] => {
  const gone = new Set(at.map(keyOf));
  return entries.filter((entry) => !gone.has(keyOf(entry)));
};

/** What was desired, as it fits the target, with the checked addresses that are compiled into other types. */
const desiredAt = ({ zone, fitFor }: PlannedWork): readonly RRset[] => {
  const { rrsets, compiled } = fit(zone, fitFor);
  return [...rrsets.values(), ...compiled.values()];
};

/** As rememberValuesBeforeApply, for a reviewed plan. */
export const rememberReviewedBeforeApply = async (
  work: readonly ApplyWork[],
  definitions: Definitions,
  store: Store,
): Promise<void> => {
  for (const { changeset, target } of work) {
    if (changeset.changes.length === 0) continue;
    const { id, keys, entries } = writtenBy(changeset, changeset.changes, target, definitions);
    const names = [...new Set(keys.map((key) => key.name))];
    const isAt = new Set(keys.map(keyOf));
    const known = (await store.written(id, target.definition.name, names)).filter((entry) => isAt.has(keyOf(entry)));
    const all = new Map([...known, ...entries].map((entry) => [`${keyOf(entry)} ${entry.rdata}`, entry]));
    await store.noteWritten(id, target.definition.name, keys, [...all.values()]);
  }
};

/** As rememberValues, after a reviewed plan: only what it wrote has changed. */
export const rememberReviewed = async (
  work: readonly ApplyWork[],
  results: readonly ZoneResult[],
  definitions: Definitions,
  store: Store,
): Promise<void> => {
  for (const { changeset, target } of work) {
    const applied = appliedChanges(changeset, resultOf(results, changeset));
    if (applied.length === 0) continue;
    const { id, keys, entries } = writtenBy(changeset, applied, target, definitions);
    await store.noteWritten(id, target.definition.name, keys, entries);
    const written = new Set(keys.map(keyOf));
    const exists = existsAfter([], applied, target.provider.healthChecks ?? null);
    const orphans = await store.orphans(id, target.definition.name);
    const left = orphans.filter((orphan) => !written.has(keyOf(orphan)) || exists(orphan, orphan.rdata));
    if (left.length < orphans.length) await store.keepOrphans(id, target.definition.name, left);
  }
};

const writtenBy = (
  changeset: ApplyWork['changeset'],
  changes: readonly Change[],
  { provider }: ApplyWork['target'],
  { zones }: Definitions,
) => {
  const id = zoneIdOf(changeset);
  const isListed =
    zones.find((zone) => zone.id.name === id.name && zone.id.view === id.view)?.settings.owns === 'listed';
  const written = changes.map((change) => writtenIn(change, provider.healthChecks ?? null, isListed));
  return { id, keys: written.flatMap(({ at }) => at), entries: written.flatMap(({ values }) => values) };
};

/** For whom each value of a change is. Of a compiled RRset, the plan does not say which address is for whom. */
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
        ? ledgerEntries({ name, type }, after?.values ?? [], isListed)
        : addresses.flatMap(({ rdata, ...key }) => ledgerEntries(key, [{ rdata, origins: sources }], isListed)),
  };
};
