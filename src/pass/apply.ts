import { type ApplyWork, applyAll, refuseStale } from '../apply/index.ts';
import { load } from '../load/index.ts';
import {
  recordPass,
  rememberAbsent,
  rememberInventories,
  rememberReviewed,
  rememberReviewedBeforeApply,
  rememberSyncs,
  rememberUnproven,
  rememberValues,
  rememberValuesBeforeApply,
  type VerifiedZone,
} from '../memory/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Plan } from '../model/plan.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { Problem } from '../model/problem.ts';
import { appliedChanges, resultOf, type VerifyReport, type ZoneResult } from '../model/result.ts';
import { keyOf } from '../model/rrset.ts';
import { apexNsOf, createSettingsOf } from '../model/zone.ts';
import { zoneIdOf } from '../model/zone-target.ts';
import type { PassOptions, PlannedWork, PlanPass, StoreOpener } from '../run.ts';
import type { RunContext } from '../target.ts';
import { configuredAddresses } from './configured-addresses.ts';
import { type Resources, withStore, withTargets } from './open.ts';
import { sourcesOf } from './options.ts';
import { workOf } from './planfile.ts';
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
  const sources = { ...context, elsewhere: configuredAddresses(pass.desired.definitions.zones) };
  const verify = await verifyApplied(appliedWork(pass, results), context, sources);
  const isInOrder = await rememberUnproven(pass.work.map(verifiedZone(results)), verify, store, context);
  await rememberSyncs(pass, results, context, isInOrder);
  await recordPass({ started: pass.started, plan, results, verify }, store, context);
  return { results, verify, problems: [] };
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

const appliedWork = ({ work }: PlanPass, results: readonly ZoneResult[]): readonly AppliedWork[] =>
  work.flatMap(({ zone, target, changeset, snapshot }) => {
    const result = resultOf(results, changeset);
    if (result === undefined) return [];
    const { fingerprint } = result;
    return [{ zone: zone.id, target, snapshot, changes: appliedChanges(changeset, result), fingerprint }];
  });

/** Applies a plan that was reviewed, or nothing: not one RRset may have changed since. */
export const applyPlanPass = async (
  plan: Plan,
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<ApplyPass> => {
  const started = context.clock.now();
  const definitions = await load({ ...sourcesOf(options, context), only: 'config' });
  return withStore(definitions, openStore, async (store) => {
    const journalled = (await store.journalled()).flatMap(({ members }) => members);
    const targets = [...new Set([...plan.changesets, ...journalled].map(({ target }) => target))];
    return withTargets(definitions, { targets, serve: true }, context, (open) =>
      applyReviewed(plan, started, definitions, { store, targets: open }, context),
    );
  });
};

const applyReviewed = async (
  plan: Plan,
  started: number,
  definitions: Definitions,
  resources: Resources,
  context: RunContext,
): Promise<ApplyPass> => {
  const { store, targets } = resources;
  const { unwritable, problems } = await recover(resources, definitions, context);
  const work = workOf(plan, definitions, targets);
  await refuseStale(work, context);
  await rememberReviewedBeforeApply(work, definitions, store);
  const results = await applyAll(work, { reviewed: true, store, sets: plan.atomic_sets, unwritable }, context);
  await rememberReviewed(work, results, definitions, store);
  await rememberAbsent(plan.absent ?? [], definitions, store, started);
  const applied = await pooled(work, readsAtOnce, (each) => readAfter(each, results));
  const verify = await verifyApplied(applied, context);
  const written = applied.map(({ target, ...each }) => ({ ...each, target: target.definition.name }));
  await rememberUnproven(
    written.map((each) => ({ ...each, isRead: false, open: [] })),
    verify,
    store,
    context,
  );
  await Promise.all(work.map(({ changeset }) => store.forgetSync(zoneIdOf(changeset), changeset.target)));
  await recordPass({ started, plan, results, verify }, store, context);
  return { results, verify, problems };
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
