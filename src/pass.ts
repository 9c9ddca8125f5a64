import type { ApplyWork } from './apply/index.ts';
import { apexNsOf, appliedChanges, applyAll, createSettingsOf } from './apply/index.ts';
import { idOf, resultOf } from './apply/results.ts';
import { type Recovered, recoverJournal } from './apply/sets/recover-journal.ts';
import { configCommit } from './load/config-commit.ts';
import { load } from './load/index.ts';
import { rememberSyncs } from './memory/last-synced.ts';
import { recordPass } from './memory/record-pass.ts';
import {
  rememberInventories,
  rememberPlanned,
  rememberPlannedBeforeApply,
  rememberValues,
  rememberValuesBeforeApply,
} from './memory/remember-values.ts';
import type { Definitions } from './model/definitions.ts';
import { HostmasterError } from './model/errors.ts';
import type { Plan } from './model/plan.ts';
import { pooled, readsAtOnce } from './model/pool.ts';
import type { Store } from './model/ports.ts';
import type { Problem } from './model/problem.ts';
import type { VerifyReport, ZoneResult } from './model/result.ts';
import { parseAllows, refuseUnknownAllows, refuseUnknownShrinks, unusedAllows } from './pass/allows.ts';
import { checkedOffline, readDefinitions, readDesired } from './pass/desired.ts';
import { sourcesOf } from './pass/options.ts';
import { planAll } from './pass/plan.ts';
import { refuseStale, workOf } from './pass/planfile.ts';
import { replanning } from './pass/replan.ts';
import { selectionOf, withSets } from './pass/selection.ts';
import { closeTargets, openTargets } from './pass/targets.ts';
import type { AppliedWork } from './pass/verify.ts';
import { verifyApplied } from './pass/verify.ts';
import { assemblePlan, shrinkAllows } from './plan/index.ts';
import type { PassOptions, PlanPass, StoreOpener } from './run.ts';
import type { OpenTargets, ProviderLookup, RunContext } from './target.ts';

export { deleteZonePass } from './pass/delete-zone/index.ts';
export { dumpPass, explainPass, servePass, verifyPass } from './pass/read-only.ts';
export type { PassOptions, PlanPass, StoreOpener } from './run.ts';
export type { ProviderLookup, Registry, RunContext, Step } from './target.ts';

/** Reads the repository and checks it by the rules: everything that needs no network. */
export const validate = async (options: PassOptions, context: ProviderLookup): Promise<Definitions> =>
  checkedOffline(await readDefinitions(options, context), options);

/**
 * Load, ask the inventories, compose, check, read, plan. Writes nothing at a target, but for what `recover` finds half
 * done; the caller closes targets and store.
 */
export const planPass = async (
  options: PassOptions & { readonly recover?: boolean },
  context: RunContext,
  openStore: StoreOpener,
): Promise<PlanPass> => {
  const given = parseAllows(options.allow);
  const definitions = await readDefinitions(options, context);
  refuseUnknownAllows(given, definitions);
  refuseUnknownShrinks(options.allow, definitions);
  const selection = selectionOf(definitions, options);
  const store = await openStore(definitions.state);
  const opened = await openTargets(definitions, { ...options, ...selection.toOpen }, context);
  const recovered = options.recover === true ? await recover(store, opened, definitions, context) : nothingRecovered;
  const allows = given.map(({ allow }) => allow);
  const allowShrink = shrinkAllows(options.allow);
  const now = context.clock.now();
  const signal = context.signal === undefined ? {} : { signal: context.signal };
  const desired = await readDesired(definitions, {
    now,
    store,
    allowShrink,
    keepComposed: options.keepComposed === true,
    ...signal,
  });
  const planning = { allows, evidence: desired.evidence, isDue: selection.isDue, options, store, context };
  const planned = await planAll(desired.definitions.zones, opened, planning);
  if (context.signal?.aborted === true) throw new HostmasterError('INTERRUPTED', 'stopped: nothing was applied');
  const { work, atomicSets } = withSets(planned, desired, selection, allows);
  const statuses = planned.targets.statuses.filter(({ name }) => selection.isTarget(name));
  const changesets = work.map(({ changeset }) => changeset);
  const problems = [
    ...desired.definitions.problems,
    ...[...opened.problems, ...planned.problems].filter(selection.isOfInterest),
    ...recovered.problems,
    ...unusedAllows(given, changesets, statuses),
  ];
  const plan = assemblePlan({
    commit: await configCommit(definitions.folder),
    targets: statuses,
    changesets,
    problems,
    inventory: desired.roster.inventories,
    atomicSets,
  });
  return { started: now, desired, plan, work, allows, targets: planned.targets, store, stuck: recovered.stuck };
};

const nothingRecovered: Recovered = { problems: [], notices: [], stuck: [] };

const recover = async (
  store: Store,
  open: OpenTargets,
  { targets }: Definitions,
  context: RunContext,
): Promise<Recovered> => {
  const configured = targets.map(({ name }) => name);
  const recovered = await recoverJournal(store, open, context, configured);
  for (const notice of recovered.notices) context.onNotice?.(notice);
  return recovered;
};

export interface ApplyPass {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  /** What is left of an earlier apply that was killed. */
  readonly problems: readonly Problem[];
}

/** Apply what was planned, prove it over DNS, remember it. */
export const applyPass = async (pass: PlanPass, context: RunContext): Promise<ApplyPass> => {
  await rememberInventories(pass);
  const work = pass.work.map((each) => ({
    ...each,
    create: createSettingsOf(each.zone.settings, apexNsOf(each.zone)),
  }));
  const { store, stuck, allows } = pass;
  const sets = pass.plan.atomic_sets;
  const replanClaims = replanning(pass, allows);
  const ahead = await rememberValuesBeforeApply(pass, context);
  const results = await applyAll(work, { reviewed: false, store, sets, stuck, replanClaims }, context);
  await rememberValues(pass, results, context, ahead);
  const verify = await verifyApplied(
    work.flatMap(({ zone, target, changeset, snapshot }) => {
      const result = resultOf(results, changeset);
      if (result === undefined) return [];
      const { fingerprint } = result;
      return [{ zone: zone.id, target, snapshot, changes: appliedChanges(changeset, result), fingerprint }];
    }),
    context,
  );
  await rememberSyncs(pass, results, context);
  await recordPass({ started: pass.started, plan: pass.plan, results, verify }, store, context);
  return { results, verify, problems: [] };
};

/** Apply a plan that was reviewed, or nothing: not one RRset may differ from what it saw. */
export const applyPlanPass = async (
  plan: Plan,
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<ApplyPass> => {
  const started = context.clock.now();
  const definitions = await load({ ...sourcesOf(options, context), only: 'config' });
  const store = await openStore(definitions.state);
  const halfDone = (await store.journalled()).flatMap(({ members }) => members);
  const names = [...new Set([...plan.changesets, ...halfDone].map(({ target }) => target))];
  const targets = await openTargets(definitions, { targets: names, serve: true }, context);
  try {
    const { stuck, ...recovered } = await recover(store, targets, definitions, context);
    const work = workOf(plan, definitions, targets);
    await refuseStale(work, context);
    await rememberPlannedBeforeApply(work, definitions, store);
    const results = await applyAll(work, { reviewed: true, store, sets: plan.atomic_sets, stuck }, context);
    await rememberPlanned(work, results, definitions, store);
    const verify = await verifyApplied(await pooled(work, readsAtOnce, (each) => writtenOf(each, results)), context);
    await Promise.all(work.map(({ target, changeset }) => store.forgetSync(idOf(changeset), target.definition.name)));
    await recordPass({ started, plan, results, verify }, store, context);
    return { results, verify, problems: recovered.problems };
  } finally {
    await Promise.all([closeTargets(targets), store.close()]);
  }
};

/** What a reviewed changeset left at its target, for verify: wildcards and zone cuts beside it decide answers too. */
const writtenOf = async ({ target, changeset }: ApplyWork, results: readonly ZoneResult[]): Promise<AppliedWork> => {
  const zone = idOf(changeset);
  const result = resultOf(results, changeset);
  const changes = result === undefined ? [] : appliedChanges(changeset, result);
  const read = changes.length === 0 ? null : await target.provider.read(zone).catch(() => null);
  const snapshot = read?.status === 'read' ? read : null;
  return { zone, target, snapshot, changes, fingerprint: result?.fingerprint ?? null };
};
