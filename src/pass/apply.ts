import { type ApplyWork, applyAll, newWriterWait, refuseStale } from '../apply/index.ts';
import {
  recordPass,
  rememberAbsent,
  rememberCorrections,
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
  type ZoneToWrite,
} from '../memory/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Plan } from '../model/plan.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { Problem } from '../model/problem.ts';
import { appliedChanges, resultOf, type VerifyReport, type ZoneResult } from '../model/result.ts';
import { keyOf } from '../model/rrset.ts';
import { apexNsOf, createSettingsOf, type ZoneId, type ZoneSnapshot } from '../model/zone.ts';
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
export const applyPass = async (planned: PlanPass, outer: RunContext): Promise<ApplyPass> => {
  await rememberInventories(planned);
  const { store, problems, hasFailed } = watchStore(planned.store);
  const pass = { ...planned, store };
  const { unwritable, plan, wait = newWriterWait() } = pass;
  const context = quietOnce(hasFailed, outer);
  const beforeApply = await rememberValuesBeforeApply(pass, context);
  const work = pass.work.map((each) => ({
    ...each,
    create: createSettingsOf(each.zone.settings, apexNsOf(each.zone)),
  }));
  const options = { reviewed: false, store, sets: plan.atomic_sets, unwritable, wait, replanClaims: replanning(pass) };
  await rememberRecentChanges(pass.work.map(toWrite), pass.allows, store, context.clock.now());
  const results = await applyAll(work, options, context);
  await rememberValues(pass, results, context, beforeApply);
  const addresses = { elsewhere: configuredAddresses(pass.desired.definitions.zones) };
  const proof = await verifyUnlessStopped(async () => appliedWork(pass, results), context, addresses);
  const isInOrder = proof.interrupted
    ? () => false
    : await rememberUnproven(pass.work.map(verifiedZone(results)), proof.verify, store, context);
  if (!proof.interrupted) await rememberSeen(pass, results, context);
  const until = proof.interrupted ? { ...context, signal: AbortSignal.abort() } : context;
  await rememberSyncs(pass, results, until, isInOrder);
  await recordPass({ started: pass.started, plan, results, verify: proof.verify }, store, context);
  return { results, problems: problems(), ...proof };
};

const toWrite = ({ changeset, target, zone }: Pick<PlannedWork, 'changeset' | 'target' | 'zone'>): ZoneToWrite => ({
  zone,
  target: target.definition.name,
  changes: changeset.changes,
});

/** Saves what was verified, and which drift was corrected. */
const rememberSeen = async (
  { heedsDrift, store, work }: PlanPass,
  results: readonly ZoneResult[],
  context: RunContext,
): Promise<void> => {
  const seen = work.map((each) => ({ ...verifiedZone(results)(each), desiredDigest: each.desiredDigest, work: each }));
  await rememberVerifiedRRsets(
    seen.map((each) => ({ ...each, snapshot: each.work.snapshot ?? (each.isRead ? emptySnapshot(each.zone) : null) })),
    store,
    context,
  );
  if (heedsDrift !== true) return;
  const corrected = seen.map((each) => ({ ...toWrite(each.work), changes: each.changes }));
  await rememberCorrections(corrected, store, context.clock.now()).catch(() => undefined);
};

const emptySnapshot = (zone: ZoneId): ZoneSnapshot => ({
  ...{ status: 'read', zone, fingerprint: null },
  rrsets: [],
  unreadable: [],
});

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
  ({ zone, target, changeset, snapshot }: PlannedWork): VerifiedZone => {
    const changes = appliedChanges(changeset, resultOf(results, changeset));
    const written = new Set(changes.map(keyOf));
    const open = [...changeset.withheld, ...changeset.changes.filter((change) => !written.has(keyOf(change)))];
    return {
      zone: zone.id,
      target: target.definition.name,
      changes,
      isRead: snapshot !== null || changeset.create_zone,
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

const appliedWork = ({ work }: PlanPass, results: readonly ZoneResult[]): readonly AppliedWork[] =>
  work.flatMap(({ zone, target, changeset, snapshot }) => {
    const result = resultOf(results, changeset);
    if (result === undefined) return [];
    const { fingerprint } = result;
    return [{ zone: zone.id, target, snapshot, changes: appliedChanges(changeset, result), fingerprint }];
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
  await rememberRecentChanges(work.map(toWrite), allows, store, context.clock.now());
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
