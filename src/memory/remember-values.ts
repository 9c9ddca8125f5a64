import { type ApplyWork, appliedChanges } from '../apply/index.ts';
import { idOf, resultOf } from '../apply/results.ts';
import type { Definitions } from '../model/definitions.ts';
import { messageOf } from '../model/errors.ts';
import type { Change } from '../model/plan.ts';
import type { Store, WrittenValue } from '../model/ports.ts';
import type { ZoneResult } from '../model/result.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import { valuesIn } from '../plan/existing.ts';
import { fit } from '../plan/index.ts';
import type { HealthChecks } from '../provider.ts';
import type { PlannedWork, PlanPass } from '../run.ts';
import type { RunContext } from '../target.ts';
import { countedOrphans, entriesOf, type LedgerInput, ledgerMoves, standing } from './ledger.ts';

/** Keeps what was learnt of the inventories: from then on a server that goes missing is known. */
export const rememberInventories = async ({ desired, store }: PlanPass): Promise<void> => {
  for (const [name, known] of Object.entries(desired.next)) await store.remember(name, known);
};

/** What the state has of zones since just before they were written. */
export type BeforeApply = ReadonlyMap<PlannedWork, readonly WrittenValue[]>;

/**
 * Notes whose each value is that is about to be written, beside what stands and what is known of it: whatever an apply
 * leaves that is killed, the next pass knows whose it is.
 */
export const rememberValuesBeforeApply = async (pass: PlanPass, context: RunContext): Promise<BeforeApply> => {
  const noted = new Map<PlannedWork, readonly WrittenValue[]>();
  for (const work of pass.work) {
    const { evidence, snapshot, changeset, target, zone } = work;
    if (evidence === null || changeset.changes.length === 0) continue;
    await keeping(work, context, async () => {
      const names = new Set(changeset.changes.map(({ name }) => name));
      const known = await pass.store.written(zone.id, target.definition.name, [...names]);
      const checks = target.provider.healthChecks ?? null;
      const now = standing(snapshot?.rrsets ?? [], [], checks);
      const then = standing(snapshot?.rrsets ?? [], changeset.changes, checks);
      const isKnown = among(known);
      const exists: Exists = (key, rdata) => then(key, rdata) || now(key, rdata) || isKnown(key, rdata);
      const entries = await keepLedger(work, known, exists, pass, names);
      noted.set(work, [...evidence.written.filter(({ name }) => !names.has(name)), ...entries]);
    });
  }
  return noted;
};

/** Keeps whose each value is that now stands, and what nobody accounts for, for every zone that was read. */
export const rememberValues = async (
  pass: PlanPass,
  results: readonly ZoneResult[],
  context: RunContext,
  ahead: BeforeApply = new Map(),
): Promise<void> => {
  for (const work of pass.work) {
    const { changeset, evidence, snapshot, target, zone } = work;
    if (evidence === null) continue;
    await keeping(work, context, async () => {
      const result = resultOf(results, changeset);
      const applied = result === undefined ? [] : appliedChanges(changeset, result);
      const stands = standing(snapshot?.rrsets ?? [], applied, target.provider.healthChecks ?? null);
      const before = ahead.get(work) ?? evidence.written;
      // What was not written by us may be by another hostmaster: what is noted of that the next pass sets right.
      const mayBe = among(before.filter(unwritten(changeset, applied)));
      await keepLedger(work, before, (key, rdata) => stands(key, rdata) || mayBe(key, rdata), pass);
      const orphans = countedOrphans(work.orphans, evidence.orphans, countsNow(pass), evidence.now);
      if (orphans.length === 0 && evidence.orphans.length === 0) return;
      await pass.store.keepOrphans(zone.id, target.definition.name, orphans);
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

const keeping = async ({ changeset }: PlannedWork, context: RunContext, job: () => Promise<void>): Promise<void> => {
  try {
    await job();
  } catch (error) {
    const { zone, target } = changeset;
    context.onNotice?.(
      `whose the values of ${zone} at ${target} are was not kept, so that less is deleted: ${messageOf(error)}`,
    );
  }
};

/** Brings the zone's ledger from `before` to what exists, at some names or all; gives what it says then. */
const keepLedger = async (
  work: PlannedWork,
  before: readonly WrittenValue[],
  exists: Exists,
  { store }: PlanPass,
  names: ReadonlySet<string> | null = null,
): Promise<readonly WrittenValue[]> => {
  const { zone, target } = work;
  const isDue = ({ name }: RRsetKey) => names === null || names.has(name);
  const isListed = zone.settings.owns === 'listed';
  const desired = wantedAt(work).filter(isDue);
  const { at, values } = ledgerMoves({ desired, isListed, before: before.filter(isDue), exists });
  if (at.length === 0) return before;
  await store.noteWritten(zone.id, target.definition.name, at, values);
  return [...without(before, at), ...values];
};

const without = (entries: readonly WrittenValue[], at: readonly RRsetKey[]): readonly WrittenValue[] => {
  const gone = new Set(at.map(keyOf));
  return entries.filter((entry) => !gone.has(keyOf(entry)));
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

/** The same for a reviewed plan, before it is written. */
export const rememberPlannedBeforeApply = async (
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

/** The same after a reviewed plan: what it wrote says whose it is, and nothing else moved. */
export const rememberPlanned = async (
  work: readonly ApplyWork[],
  results: readonly ZoneResult[],
  definitions: Definitions,
  store: Store,
): Promise<void> => {
  for (const { changeset, target } of work) {
    const result = resultOf(results, changeset);
    const applied = result === undefined ? [] : appliedChanges(changeset, result);
    if (applied.length === 0) continue;
    const { id, keys, entries } = writtenBy(changeset, applied, target, definitions);
    await store.noteWritten(id, target.definition.name, keys, entries);
  }
};

const writtenBy = (
  changeset: ApplyWork['changeset'],
  changes: readonly Change[],
  { provider }: ApplyWork['target'],
  { zones }: Definitions,
) => {
  const id = idOf(changeset);
  const isListed =
    zones.find((zone) => zone.id.name === id.name && zone.id.view === id.view)?.settings.owns === 'listed';
  const written = changes.map((change) => writtenIn(change, provider.healthChecks ?? null, isListed));
  return { id, keys: written.flatMap(({ at }) => at), entries: written.flatMap(({ values }) => values) };
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
