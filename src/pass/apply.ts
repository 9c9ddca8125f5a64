import { type ApplyWork, applyAll, newWriterWait, type ReplanClaims, refuseStale } from '../apply/index.ts';
import {
  recordPass,
  rememberAbsent,
  rememberInventories,
  rememberRecentChanges,
  rememberReviewed,
  rememberReviewedBeforeApply,
  rememberSyncs,
  rememberUnproven,
  rememberValues,
  rememberValuesBeforeApply,
  rememberVerifiedRRsets,
  type VerifiedZone,
  watchStore,
} from '../memory/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Plan } from '../model/plan.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { Problem } from '../model/problem.ts';
import { appliedChanges, resultOf, type VerifyReport, type ZoneResult } from '../model/result.ts';
import { keyOf } from '../model/rrset.ts';
import { apexNsOf, createSettingsOf, type ExistingRRset, type ZoneId } from '../model/zone.ts';
import { zoneIdOf } from '../model/zone-target.ts';
import type { PassOptions, PlannedWork, PlanPass, StoreOpener } from '../run.ts';
import type { RunContext } from '../target.ts';
import type { AddressSources } from '../verify/index.ts';
import { type GivenAllow, parseAllows, refuseUnknownAllows, refuseUnknownShrinks, unusedAllows } from './allows.ts';
import { awaitWriters } from './await-writers.ts';
import { configuredAddresses } from './configured-addresses.ts';
import { readConfigOnly, readZoneFiles } from './definitions.ts';
import { type Resources, withStore, withTargets } from './open.ts';
import { refuseAbsent, refuseForbidden } from './planfile/forbidden.ts';
import { refuseUnfit } from './planfile/index.ts';
import type { PairKnowledge } from './planfile/parted-pairs.ts';
import { workOf } from './planfile/reviewed-work.ts';
import { type AppliedWork, verifyApplied } from './prove.ts';
import { recover } from './recover.ts';
import { rememberSeen, zoneToWrite } from './remember-seen.ts';
import { replanning } from './replan.ts';
import { isStopped, refuseStopped, signalIn } from './stopped.ts';

export interface ApplyPass {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  /** What is left of an earlier apply that was killed, and what the state could not keep. */
  readonly problems: readonly Problem[];
  /** Somebody stopped it before all was written and proven. Then nothing counts as verified. */
  readonly interrupted: boolean;
}

/** Applies what was planned, proves it over DNS, and remembers it. What the pass has open stays open. */
export const applyPass = (planned: PlanPass, context: RunContext): Promise<ApplyPass> =>
  applyPlanned(
    planned,
    {
      rememberInventories: () => rememberInventories(planned),
      replanClaims: replanning(planned),
      elsewhere: configuredAddresses(planned.desired.definitions.zones),
      besideRead: () => [],
    },
    context,
  );

/** What was planned, of all or of few, as it is applied. */
export type PlannedPass = Pick<PlanPass, 'started' | 'plan' | 'work' | 'store' | 'unwritable' | 'wait' | 'heedsDrift'> &
  Partial<Pick<PlanPass, 'allows'>>;

/** What a pass over all does otherwise than one over few. */
export interface ApplySteps {
  /** Saves what is known of the inventories, before anything is written. */
  readonly rememberInventories: () => Promise<void>;
  readonly replanClaims: ReplanClaims;
  /** The addresses that configured zones have for a name. */
  readonly elsewhere: NonNullable<AddressSources['elsewhere']>;
  /** What the zone holds besides what was read, as far as it decides what is answered. */
  readonly besideRead: (work: PlannedWork) => readonly ExistingRRset[];
}

export const applyPlanned = async (
  planned: PlannedPass,
  { besideRead, elsewhere, ...steps }: ApplySteps,
  outer: RunContext,
): Promise<ApplyPass> => {
  await steps.rememberInventories();
  const { store, problems, hasFailed } = watchStore(planned.store);
  const pass = { ...planned, store };
  const { allows = [], heedsDrift = false, plan, unwritable, wait = newWriterWait() } = pass;
  const context = quietOnce(hasFailed, outer);
  const beforeApply = await rememberValuesBeforeApply(pass, context);
  const work = pass.work.map((each) => ({
    ...each,
    create: createSettingsOf(each.zone.settings, apexNsOf(each.zone)),
  }));
  const { replanClaims } = steps;
  const options = { reviewed: false, store, sets: plan.atomic_sets, unwritable, wait, replanClaims };
  await rememberRecentChanges(pass.work.map(zoneToWrite), allows, store, context.clock.now());
  const results = await applyAll(work, options, context);
  await rememberValues(pass, results, context, beforeApply);
  const proof = await verifyUnlessStopped(async () => appliedWork(pass, results, besideRead), context, { elsewhere });
  const verified = pass.work.map(verifiedZone(results));
  const isInOrder = proof.interrupted ? () => false : await rememberUnproven(verified, proof.verify, store, context);
  if (!proof.interrupted) await rememberSeen({ work: pass.work, store, heedsDrift }, verified, context);
  const until = proof.interrupted ? { ...context, signal: AbortSignal.abort() } : context;
  await rememberSyncs(pass, results, until, isInOrder);
  await recordPass({ started: pass.started, plan, results, verify: proof.verify }, store, context);
  return { results, problems: problems(), ...proof };
};

/** What the state cannot keep is one problem, and not a notice for each zone. */
const quietOnce = (hasFailed: () => boolean, context: RunContext): RunContext => ({
  ...context,
  onNotice: (message) => {
    if (!hasFailed()) context.onNotice?.(message);
  },
});

/** What is not proven to its end blames name servers that had no time to answer. */
const verifyUnlessStopped = async (
  applied: () => Promise<readonly AppliedWork[]>,
  context: RunContext,
  addresses: Pick<AddressSources, 'elsewhere'> = {},
): Promise<Pick<ApplyPass, 'verify' | 'interrupted'>> => {
  if (!isStopped(context)) {
    const verify = await verifyApplied(await applied(), context, { ...context, ...addresses });
    if (!isStopped(context)) return { verify, interrupted: false };
  }
  return { verify: { checked: 0, differences: [] }, interrupted: true };
};

const verifiedZone =
  (results: readonly ZoneResult[]) =>
  ({ zone, target, changeset, part, snapshot }: PlannedWork): VerifiedZone => {
    const changes = appliedChanges(changeset, resultOf(results, changeset));
    const written = new Set(changes.map(keyOf));
    const open = [...changeset.withheld, ...changeset.changes.filter((change) => !written.has(keyOf(change)))];
    return {
      zone: zone.id,
      target: target.definition.name,
      changes,
      isRead: part === undefined && (snapshot !== null || changeset.create_zone),
      open,
    };
  };

const reviewedZone =
  (results: readonly ZoneResult[]) =>
  ({ changeset, target }: ApplyWork): VerifiedZone => ({
    zone: zoneIdOf(changeset),
    target: target.definition.name,
    changes: appliedChanges(changeset, resultOf(results, changeset)),
    isRead: false,
    open: [],
  });

const appliedWork = (
  { work }: Pick<PlannedPass, 'work'>,
  results: readonly ZoneResult[],
  besideRead: ApplySteps['besideRead'],
): readonly AppliedWork[] =>
  work.flatMap((each) => {
    const { zone, target, changeset, snapshot } = each;
    const result = resultOf(results, changeset);
    if (result === undefined) return [];
    const { fingerprint } = result;
    const beside = besideRead(each);
    const before = snapshot === null ? null : { ...snapshot, rrsets: [...snapshot.rrsets, ...beside] };
    return [{ zone: zone.id, target, snapshot: before, changes: appliedChanges(changeset, result), fingerprint }];
  });

/**
 * Applies a plan that was reviewed, or nothing: it must be one for what hostmaster.yaml says now, no guard may refuse it that
 * `allow` does not name, and not one RRset may have changed since.
 */
export const applyPlanPass = async (
  plan: Plan,
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<ApplyPass> => {
  const started = context.clock.now();
  const given = parseAllows(options.allow);
  const definitions = await readConfigOnly(options, context);
  refuseUnknownAllows(given, definitions);
  refuseUnknownShrinks(options.allow, definitions);
  refuseUnfit(plan, definitions);
  refuseAbsent(plan.absent ?? [], options.allow);
  const zoneFiles = (zones: readonly string[]) => readZoneFiles(zones, options, context);
  return withStore(definitions, openStore, context, async ({ problems, storeFor }) => {
    const journalled = (await storeFor(null).journalled()).flatMap(({ members }) => members);
    const targets = [...new Set([...plan.changesets, ...journalled].map(({ target }) => target))];
    const applied = await withTargets(definitions, { targets, serve: true }, context, (open) =>
      applyReviewed(
        { plan, started, given, definitions, zoneFiles },
        { store: storeFor(open), targets: open },
        context,
      ),
    );
    return { ...applied, problems: [...applied.problems, ...problems] };
  });
};

interface ReviewedPass extends Pick<PairKnowledge, 'zoneFiles'> {
  readonly plan: Plan;
  readonly started: number;
  readonly given: readonly GivenAllow[];
  readonly definitions: Definitions;
}

const applyReviewed = async (
  { plan, started, given, definitions, zoneFiles }: ReviewedPass,
  resources: Resources,
  outer: RunContext,
): Promise<ApplyPass> => {
  const { targets } = resources;
  const { store, problems: unsaved, hasFailed } = watchStore(resources.store);
  const context = quietOnce(hasFailed, outer);
  const work = workOf(plan, definitions, targets);
  const wait = newWriterWait();
  await awaitWriters(store, ({ zone, target }) => isWrittenBy(plan, zone, target), context, wait);
  const allows = given.map(({ allow }) => allow);
  await refuseForbidden(work, { store, allows, definitions, zoneFiles, targets: targets.open, context });
  refuseStopped(context);
  const { unwritable, problems } = await recover(resources, definitions, context, wait, { recover: true });
  refuseStopped(context);
  await refuseStale(work, context);
  refuseStopped(context);
  await rememberReviewedBeforeApply(work, definitions, store);
  await rememberRecentChanges(work.map(zoneToWrite), allows, store, context.clock.now());
  const results = await applyAll(work, { reviewed: true, store, sets: plan.atomic_sets, unwritable, wait }, context);
  await rememberReviewed(work, results, definitions, store).catch(() => undefined);
  await rememberAbsent(plan.absent ?? [], definitions, store, started).catch(() => undefined);
  const applied = () => pooled(work, readsAtOnce, (each) => readAfter(each, results, context));
  const proof = await verifyUnlessStopped(applied, context);
  if (!proof.interrupted) {
    const written = work.map(reviewedZone(results));
    await rememberUnproven(written, proof.verify, store, context);
    const seen = written.map((each) => ({ ...each, snapshot: null, desiredDigest: () => '' }));
    await rememberVerifiedRRsets(seen, store, context);
  }
  await Promise.allSettled(work.map(({ changeset }) => store.forgetSync(zoneIdOf(changeset), changeset.target)));
  await recordPass({ started, plan, results, verify: proof.verify }, store, context);
  const unused = unusedAllows(given, plan.changesets, targets.statuses);
  return { results, problems: [...problems, ...unused, ...unsaved()], ...proof };
};

const isWrittenBy = ({ changesets }: Plan, { name, view }: ZoneId, target: string): boolean =>
  changesets.some((each) => each.zone === name && each.view === view && each.target === target);

/** What a reviewed changeset left at its target, for verify: wildcards and zone cuts beside it decide answers too. */
const readAfter = async (
  { target, changeset }: ApplyWork,
  results: readonly ZoneResult[],
  context: RunContext,
): Promise<AppliedWork> => {
  const zone = zoneIdOf(changeset);
  const result = resultOf(results, changeset);
  const changes = appliedChanges(changeset, result);
  const read = changes.length === 0 ? null : await target.provider.read(zone, signalIn(context)).catch(() => null);
  const snapshot = read?.status === 'read' ? read : null;
  return { zone, target, snapshot, changes, fingerprint: result?.fingerprint ?? null };
};
