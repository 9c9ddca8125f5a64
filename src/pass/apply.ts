import { type ApplyWork, applyAll, refuseStale } from '../apply/index.ts';
import { load } from '../load/index.ts';
import {
  recordPass,
  rememberInventories,
  rememberReviewed,
  rememberReviewedBeforeApply,
  rememberSyncs,
  rememberValues,
  rememberValuesBeforeApply,
} from '../memory/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Plan } from '../model/plan.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { Problem } from '../model/problem.ts';
import { appliedChanges, resultOf, type VerifyReport, type ZoneResult } from '../model/result.ts';
import { apexNsOf, createSettingsOf } from '../model/zone.ts';
import { zoneIdOf } from '../model/zone-target.ts';
import type { PassOptions, PlanPass, StoreOpener } from '../run.ts';
import type { RunContext } from '../target.ts';
import { type GivenAllow, parseAllows, refuseUnknownAllows, refuseUnknownShrinks, unusedAllows } from './allows.ts';
import { type Resources, withStore, withTargets } from './open.ts';
import { sourcesOf } from './options.ts';
import { refuseForbidden } from './planfile/forbidden.ts';
import { refuseUnfit } from './planfile/index.ts';
import { workOf } from './planfile/reviewed-work.ts';
import { type AppliedWork, verifyApplied } from './prove.ts';
import { recover } from './recover.ts';
import { replanning } from './replan.ts';

export interface ApplyPass {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  /** What is left of an earlier apply that was killed. */
  readonly problems: readonly Problem[];
}

/** Applies what was planned, proves it over DNS, and remembers it. What the pass has open stays open. */
export const applyPass = async (pass: PlanPass, context: RunContext): Promise<ApplyPass> => {
  const { store, unwritable, plan } = pass;
  await rememberInventories(pass);
  const beforeApply = await rememberValuesBeforeApply(pass, context);
  const work = pass.work.map((each) => ({
    ...each,
    create: createSettingsOf(each.zone.settings, apexNsOf(each.zone)),
  }));
  const options = { reviewed: false, store, sets: plan.atomic_sets, unwritable, replanClaims: replanning(pass) };
  const results = await applyAll(work, options, context);
  await rememberValues(pass, results, context, beforeApply);
  const verify = await verifyApplied(appliedWork(pass, results), context);
  await rememberSyncs(pass, results, context);
  await recordPass({ started: pass.started, plan, results, verify }, store, context);
  return { results, verify, problems: [] };
};

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
  const definitions = await load({ ...sourcesOf(options, context), only: 'config' });
  refuseUnknownAllows(given, definitions);
  refuseUnknownShrinks(options.allow, definitions);
  refuseUnfit(plan, definitions);
  return withStore(definitions, openStore, async (store) => {
    const journalled = (await store.journalled()).flatMap(({ members }) => members);
    const targets = [...new Set([...plan.changesets, ...journalled].map(({ target }) => target))];
    return withTargets(definitions, { targets, serve: true }, context, (open) =>
      applyReviewed({ plan, started, given, definitions }, { store, targets: open }, context),
    );
  });
};

interface ReviewedPass {
  readonly plan: Plan;
  readonly started: number;
  readonly given: readonly GivenAllow[];
  readonly definitions: Definitions;
}

const applyReviewed = async (
  { plan, started, given, definitions }: ReviewedPass,
  resources: Resources,
  context: RunContext,
): Promise<ApplyPass> => {
  const { store, targets } = resources;
  const work = workOf(plan, definitions, targets);
  await refuseForbidden(work, { store, allows: given.map(({ allow }) => allow), context });
  const { unwritable, problems } = await recover(resources, definitions, context);
  await refuseStale(work, context);
  await rememberReviewedBeforeApply(work, definitions, store);
  const results = await applyAll(work, { reviewed: true, store, sets: plan.atomic_sets, unwritable }, context);
  await rememberReviewed(work, results, definitions, store);
  const applied = await pooled(work, readsAtOnce, (each) => readAfter(each, results));
  const verify = await verifyApplied(applied, context);
  await Promise.all(work.map(({ changeset }) => store.forgetSync(zoneIdOf(changeset), changeset.target)));
  await recordPass({ started, plan, results, verify }, store, context);
  return { results, verify, problems: [...problems, ...unusedAllows(given, plan.changesets, targets.statuses)] };
};

/** What a reviewed changeset left at its target, for verify: wildcards and zone cuts beside it decide answers too. */
const readAfter = async ({ target, changeset }: ApplyWork, results: readonly ZoneResult[]): Promise<AppliedWork> => {
  const zone = zoneIdOf(changeset);
  const result = resultOf(results, changeset);
  const changes = appliedChanges(changeset, result);
  const read = changes.length === 0 ? null : await target.provider.read(zone).catch(() => null);
  const snapshot = read?.status === 'read' ? read : null;
  return { zone, target, snapshot, changes, fingerprint: result?.fingerprint ?? null };
};
