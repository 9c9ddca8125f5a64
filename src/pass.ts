import type { ApplyWork } from './apply/index.ts';
import { apexNsOf, appliedChanges, applyAll, createSettingsOf } from './apply/index.ts';
import { idOf, resultOf } from './apply/results.ts';
import { type Recovered, recoverJournal } from './apply/sets/recover-journal.ts';
import { configCommit } from './load/git.ts';
import { load } from './load/index.ts';
import { settleAll } from './memory/last-synced.ts';
import { recordPass } from './memory/record-pass.ts';
import {
  rememberAhead,
  rememberInventories,
  rememberPlanned,
  rememberPlannedAhead,
  rememberValues,
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
import type { OpenTargets, ProviderRim, Rim } from './target.ts';

export { deleteZonePass } from './pass/delete-zone/index.ts';
export { dumpPass, explainPass, servePass, verifyPass } from './pass/read-only.ts';
export type { PassOptions, PlanPass, StoreOpener } from './run.ts';
export type { ProviderRim, Registry, Rim, Step } from './target.ts';

/** Reads the repository and checks it by the rules: everything that needs no network. */
export const validate = async (options: PassOptions, rim: ProviderRim): Promise<Definitions> =>
  checkedOffline(await readDefinitions(options, rim), options);

/**
 * Load, ask the inventories, compose, check, read, plan. Writes nothing at a target, but for what `recover` finds half
 * done; the caller closes targets and store.
 */
export const planPass = async (
  options: PassOptions & { readonly recover?: boolean },
  rim: Rim,
  openStore: StoreOpener,
): Promise<PlanPass> => {
  const given = parseAllows(options.allow);
  const definitions = await readDefinitions(options, rim);
  refuseUnknownAllows(given, definitions);
  refuseUnknownShrinks(options.allow, definitions);
  const selection = selectionOf(definitions, options);
  const store = openStore(definitions.state);
  const opened = await openTargets(definitions, { ...options, ...selection.toOpen }, rim);
  const recovered = options.recover === true ? await recover(store, opened, definitions, rim) : nothingRecovered;
  const allows = given.map(({ allow }) => allow);
  const allowShrink = shrinkAllows(options.allow);
  const now = rim.clock.now();
  const signal = rim.signal === undefined ? {} : { signal: rim.signal };
  const desired = await readDesired(definitions, { now, store, allowShrink, hold: options.hold === true, ...signal });
  const context = { allows, facts: desired.facts, isDue: selection.isDue, options, store, rim };
  const planned = await planAll(desired.definitions.zones, opened, context);
  if (rim.signal?.aborted === true) throw new HostmasterError('INTERRUPTED', 'stop', 'stopped: nothing was applied');
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

const recover = async (store: Store, open: OpenTargets, { targets }: Definitions, rim: Rim): Promise<Recovered> => {
  const configured = targets.map(({ name }) => name);
  const recovered = await recoverJournal(store, open, rim, configured);
  for (const notice of recovered.notices) rim.onNotice?.(notice);
  return recovered;
};

export interface ApplyPass {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  /** What is left of an earlier apply that was killed. */
  readonly problems: readonly Problem[];
}

/** Apply what was planned, prove it over DNS, remember it. */
export const applyPass = async (pass: PlanPass, rim: Rim): Promise<ApplyPass> => {
  await rememberInventories(pass);
  const work = pass.work.map((each) => ({
    ...each,
    create: createSettingsOf(each.zone.settings, apexNsOf(each.zone)),
  }));
  const { store, stuck, allows } = pass;
  const sets = pass.plan.atomic_sets;
  const replanClaims = replanning(pass, allows);
  const ahead = await rememberAhead(pass, rim);
  const results = await applyAll(work, { reviewed: false, store, sets, stuck, replanClaims }, rim);
  await rememberValues(pass, results, rim, ahead);
  const verify = await verifyApplied(
    work.flatMap(({ zone, target, changeset, snapshot }) => {
      const result = resultOf(results, changeset);
      if (result === undefined) return [];
      const { fingerprint } = result;
      return [{ zone: zone.id, target, snapshot, changes: appliedChanges(changeset, result), fingerprint }];
    }),
    rim,
  );
  await settleAll(pass, results, rim);
  await recordPass({ started: pass.started, plan: pass.plan, results, verify }, store, rim);
  return { results, verify, problems: [] };
};

/** Apply a plan that was reviewed, or nothing: not one RRset may differ from what it saw. */
export const applyPlanPass = async (
  plan: Plan,
  options: PassOptions,
  rim: Rim,
  openStore: StoreOpener,
): Promise<ApplyPass> => {
  const started = rim.clock.now();
  const definitions = await load({ ...sourcesOf(options, rim), only: 'config' });
  const store = openStore(definitions.state);
  const halfDone = (await store.journalled()).flatMap(({ members }) => members);
  const names = [...new Set([...plan.changesets, ...halfDone].map(({ target }) => target))];
  const targets = await openTargets(definitions, { targets: names, serve: true }, rim);
  try {
    const { stuck, ...recovered } = await recover(store, targets, definitions, rim);
    const work = workOf(plan, definitions, targets);
    await refuseStale(work, rim);
    await rememberPlannedAhead(work, definitions, store);
    const results = await applyAll(work, { reviewed: true, store, sets: plan.atomic_sets, stuck }, rim);
    await rememberPlanned(work, results, definitions, store);
    const verify = await verifyApplied(await pooled(work, readsAtOnce, (each) => writtenOf(each, results)), rim);
    await Promise.all(work.map(({ target, changeset }) => store.forget(idOf(changeset), target.definition.name)));
    await recordPass({ started, plan, results, verify }, store, rim);
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
