import { type GuardStore, guardContextAt, plainRules } from '../../memory/index.ts';
import type { Definitions } from '../../model/definitions.ts';
import { HostmasterError } from '../../model/errors.ts';
import { compileGlob } from '../../model/glob.ts';
import type { Changeset, Withheld } from '../../model/plan.ts';
import { pooled, readsAtOnce } from '../../model/pool.ts';
import type { DesiredZone, ZoneSnapshot } from '../../model/zone.ts';
import { zoneTargetLabel } from '../../model/zone-target.ts';
import { type Allow, absentAllows, type JudgedChangeset, judgeReviewed, type PlanTarget } from '../../plan/index.ts';
import type { RunContext } from '../../target.ts';
import { snapshotAfter } from '../../verify/index.ts';
import { delegationCheck } from '../delegations.ts';
import { unanswerableTypes } from '../readiness.ts';
import { faultCollector, refuseFaults } from './faults.ts';
import { type PairKnowledge, partedPairs } from './parted-pairs.ts';
import type { ReviewedWork } from './reviewed-work.ts';

interface Judging extends Omit<PairKnowledge, 'signal'> {
  readonly store: PairKnowledge['store'] & GuardStore;
  readonly allows: readonly Allow[];
  readonly definitions: Pick<Definitions, 'targets'> & PairKnowledge['definitions'];
  readonly context: RunContext;
}

interface JudgingOne extends Judging {
  /** What the plan writes to each of its zones, and nothing else of them. */
  readonly planned: readonly DesiredZone[];
}

/**
 * Reads the zones of a reviewed plan and judges its changes there. Throws PLAN_FILE where no plan could have them, and
 * GUARD_REFUSED where a guard does not let them through; then nothing was written anywhere.
 */
export const refuseForbidden = async (work: readonly ReviewedWork[], judging: Judging): Promise<void> => {
  await expectReads(work, judging.context);
  const planned = work.map(({ changeset, zone }) => zoneAfter(zone, null, changeset));
  const judged = await pooled(work, readsAtOnce, (each) => judgeOne(each, { ...judging, planned }));
  const faults = faultCollector();
  const report = ({ changeset }: ReviewedWork, index: number, message: string): void => {
    const change = changeset.changes[index];
    if (change === undefined) return;
    faults.report(zoneTargetLabel(changeset), `the ${change.action} of ${change.name} ${change.type} ${message}`);
  };
  for (const [i, each] of work.entries()) {
    for (const { index, message } of judged[i]?.faults ?? []) report(each, index, message);
  }
  const knowledge = { ...judging, signal: judging.context.signal };
  for (const { work: each, index, message } of await partedPairs(work, knowledge)) report(each, index, message);
  refuseFaults(faults.found(), 'the plan', 'make it again');
  refuseWithheld(work, judged);
};

const expectReads = async (work: readonly ReviewedWork[], { signal }: RunContext): Promise<void> => {
  for (const [{ provider }, own] of Map.groupBy(work, ({ target }) => target)) {
    await provider.expect?.(
      own.map(({ zone }) => zone.id),
      signal,
    );
  }
};

/** A zone that is missing is not judged, nor one that was to be made and is there: both are stale. */
const judgeOne = async (work: ReviewedWork, judging: JudgingOne): Promise<JudgedChangeset> => {
  const { changeset, target, zone } = work;
  const { store, allows, context } = judging;
  const { signal } = context;
  const read = await target.provider.read(zone.id, signal === undefined ? {} : { signal });
  const existing = read.status === 'read' ? read : null;
  if ((existing === null) !== changeset.create_zone) return { faults: [], withheld: [] };
  if (existing?.readOnly !== undefined)
    return { faults: [{ index: 0, message: `cannot be made: ${existing.readOnly}` }], withheld: [] };
  const written = zone.settings.owns === 'listed' ? await store.written(zone.id, target.definition.name) : [];
  const fitFor = await targetFor(work, existing, judging);
  const { name } = target.definition;
  const rules = { ...plainRules, overWindow: true };
  const guards = await guardContextAt(zone, name, changeset.changes, rules, store, context.clock.now());
  return judgeReviewed({ zone, target: fitFor, changeset, existing, written, allows, context: guards });
};

const targetFor = async (
  { changeset, target, zone }: ReviewedWork,
  existing: ZoneSnapshot | null,
  { allows, context, definitions, planned }: JudgingOne,
): Promise<PlanTarget> => {
  const { supports, healthChecks = null, nativeChecks = null } = target.provider;
  const after = zoneAfter(zone, existing, changeset);
  const zones = [after, ...planned, ...definitions.zones];
  const check = delegationCheck({ allows, zones, targets: definitions.targets, context });
  const { unready } = await check(after, target.definition.name, existing);
  const isSynthesised = changeset.changes.some(
    (change) => change.after !== null && supports.synthesised.includes(change.type),
  );
  return {
    name: target.definition.name,
    supports,
    healthChecks,
    nativeChecks,
    unanswerable: isSynthesised ? await unanswerableTypes(after, target, context.ask, existing) : new Map(),
    unready,
  };
};

const zoneAfter = (zone: DesiredZone, existing: ZoneSnapshot | null, { changes }: Changeset): DesiredZone => ({
  ...zone,
  rrsets: snapshotAfter(zone.id, existing, changes).rrsets,
});

/** Throws GUARD_REFUSED for servers that a plan says are gone, and that this run's `--allow absent` do not name again. */
export const refuseAbsent = (absent: readonly string[], allow: readonly string[]): void => {
  const allowed = absentAllows(allow).map(({ inventory, server }) => ({
    start: `${inventory}/`,
    isMeant: compileGlob(server),
  }));
  const isAllowed = (key: string) =>
    allowed.some(({ start, isMeant }) => key.startsWith(start) && isMeant(key.slice(start.length)));
  const refused = absent.filter((key) => !isAllowed(key));
  if (refused.length === 0) return;
  const how = refused.slice(0, mostTold).map((key) => `--allow absent:${key}`);
  throw new HostmasterError(
    'GUARD_REFUSED',
    `the plan is refused, and nothing was written: it takes servers as gone, which needs ${how.join(' ')}`,
  );
};

/** How many refusals are told one by one. */
const mostTold = 20;

const refuseWithheld = (work: readonly ReviewedWork[], judged: readonly JudgedChangeset[]): void => {
  const refusals = judged.flatMap(({ withheld }, i) => {
    const at = work[i]?.changeset;
    const same = Map.groupBy(withheld, ({ allow, guard, reason }) => JSON.stringify([guard, allow, reason]));
    return at === undefined ? [] : [...same.values()].map((all) => `${zoneTargetLabel(at)}: ${refusalOf(all)}`);
  });
  if (refusals.length === 0) return;
  const more = refusals.length > mostTold ? [`and ${refusals.length - mostTold} more`] : [];
  throw new HostmasterError(
    'GUARD_REFUSED',
    `the plan is refused, and nothing was written: ${[...refusals.slice(0, mostTold), ...more].join('; ')}`,
  );
};

/** Changes that one guard refuses for one reason. */
const refusalOf = (all: readonly Withheld[]): string => {
  const [first] = all;
  if (first === undefined) return '';
  const { action, allow, guard, name, reason, type } = first;
  const what = `${action} of ${name} ${type}${all.length > 1 ? ` and ${all.length - 1} more` : ''}`;
  const how = allow === null ? '' : `; --allow ${allow} lets it through`;
  return `${guard} withholds the ${what} (${reason})${how}`;
};
