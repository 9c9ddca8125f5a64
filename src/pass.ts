import { configCommit } from './load/git.ts';
import { load } from './load/index.ts';
import type { Definitions } from './model/definitions.ts';
import { HostmasterError, SyntaxProblem } from './model/errors.ts';
import { parseAbsolute } from './model/name.ts';
import type { Plan } from './model/plan.ts';
import type { Store } from './model/ports.ts';
import { sortProblems } from './model/problem.ts';
import type { VerifyReport, ZoneResult } from './model/result.ts';
import { parseAllows, refuseUnknownAllows, unusedAllows } from './pass/allows.ts';
import type { ApplyWork } from './pass/apply.ts';
import { apexNsOf, appliedChanges, applyAll, createSettingsOf } from './pass/apply.ts';
import type { DumpedZone } from './pass/dump.ts';
import { dumpZone } from './pass/dump.ts';
import { explainName } from './pass/explain.ts';
import { planAll } from './pass/plan.ts';
import { refuseStale, workOf } from './pass/planfile.ts';
import { pooled } from './pass/pool.ts';
import type { ServingTarget } from './pass/serve.ts';
import { startServing } from './pass/serve.ts';
import { settleAll } from './pass/settle.ts';
import { closeTargets, openTargets } from './pass/targets.ts';
import type { OpenTarget, OpenTargets, PassOptions, PlanPass, Registry, Rim } from './pass/types.ts';
import type { AppliedWork } from './pass/verify.ts';
import { desiredWork, prove, verifyApplied } from './pass/verify.ts';
import { assemblePlan } from './plan/index.ts';
import type { Explanation } from './report/explain.ts';
import { checkZones } from './rules/index.ts';

export type { PassOptions, PlanPass, Registry, Rim, Step } from './pass/types.ts';

/** Reads the repository and checks it by the rules: everything that needs no network. */
export const validate = async (options: PassOptions, registry: Registry): Promise<Definitions> => {
  const zones = options.zones?.map(zoneName);
  const loaded = await load({ ...sourcesOf(options), providers: registry, ...(zones === undefined ? {} : { zones }) });
  refuseUnknown('--zone', zones ?? [], loaded.zoneNames);
  refuseUnknown(
    '--target',
    options.targets ?? [],
    loaded.targets.map(({ name }) => name),
  );
  const checked = checkZones(loaded.zones, { zoneNames: loaded.zoneNames });
  return { ...loaded, zones: checked.zones, problems: sortProblems([...loaded.problems, ...checked.problems]) };
};

/** Opens the state at its path. */
export type StoreOpener = (file: string) => Store;

/** Load, check, open, read, plan. Writes nothing at a target; the caller closes targets and store. */
export const planPass = async (options: PassOptions, rim: Rim, openStore: StoreOpener): Promise<PlanPass> => {
  const given = parseAllows(options.allow);
  const allows = given.map(({ allow }) => allow);
  const definitions = await validate(options, rim.registry);
  refuseUnknownAllows(given, definitions);
  const store = openStore(definitions.state);
  const opened = await openTargets(definitions, options, rim);
  const planned = await planAll(definitions.zones, opened, { allows, options, store, rim });
  if (rim.signal?.aborted === true) throw new HostmasterError('INTERRUPTED', 'stop', 'stopped: nothing was applied');
  const { statuses } = planned.targets;
  const changesets = planned.work.map(({ changeset }) => changeset);
  const unused = unusedAllows(given, changesets, statuses);
  const plan = assemblePlan({
    commit: await configCommit(definitions.folder),
    targets: statuses,
    changesets,
    problems: [...definitions.problems, ...opened.problems, ...planned.problems, ...unused],
  });
  return { definitions, plan, work: planned.work, targets: planned.targets, store };
};

export interface ApplyPass {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
}

/** Apply what was planned, prove it over DNS, remember it. */
export const applyPass = async (pass: PlanPass, rim: Rim): Promise<ApplyPass> => {
  const work = pass.work.map((each) => ({
    ...each,
    create: createSettingsOf(each.zone.settings, apexNsOf(each.zone)),
  }));
  const results = await applyAll(work, { reviewed: false, store: pass.store }, rim);
  const verify = await verifyApplied(
    work.flatMap(({ zone, target, changeset, snapshot }) => {
      const result = resultOf(results, changeset);
      return result === undefined
        ? []
        : [
            {
              zone: zone.id,
              target,
              snapshot,
              changes: appliedChanges(changeset, result),
              fingerprint: result.fingerprint,
            },
          ];
    }),
    rim,
  );
  await settleAll(pass, results, rim);
  return { results, verify };
};

/** Apply a plan that was reviewed, or nothing: not one RRset may differ from what it saw. */
export const applyPlanPass = async (
  plan: Plan,
  options: PassOptions,
  rim: Rim,
  openStore: StoreOpener,
): Promise<ApplyPass> => {
  const definitions = await load({ ...sourcesOf(options), providers: rim.registry, only: 'config' });
  const store = openStore(definitions.state);
  const names = [...new Set(plan.changesets.map(({ target }) => target))];
  const targets = await openTargets(definitions, { targets: names, serve: true }, rim);
  try {
    const work = workOf(plan, definitions, targets);
    await refuseStale(work, rim);
    const results = await applyAll(work, { reviewed: true, store }, rim);
    const verify = await verifyApplied(await Promise.all(work.map((each) => writtenOf(each, results))), rim);
    await Promise.all(work.map(({ target, changeset }) => store.forget(idOf(changeset), target.definition.name)));
    return { results, verify };
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

const zonesAtOnce = 8;

/**
 * Ask every name server for every desired RRset that its target can hold, or for every nth of a zone's where `sample`
 * says how many.
 */
export const verifyPass = async (
  options: PassOptions & { readonly sample?: number },
  rim: Rim,
): Promise<VerifyReport & { readonly definitions: Definitions }> => {
  const definitions = await validate(options, rim.registry);
  const targets = await openTargets(definitions, { ...options, serve: true }, rim);
  try {
    const due = definitions.zones.flatMap((zone) =>
      zone.settings.targets.flatMap((name) => {
        const target = targets.open.get(name);
        return target === undefined ? [] : [{ zone, target }];
      }),
    );
    const desired = await pooled(due, zonesAtOnce, ({ zone, target }) => desiredWork(zone, target, rim));
    const works = desired.map(({ work }) => ({ ...work, keys: sampled(work.keys, options.sample) }));
    const report = await prove(works, rim);
    const misfits = desired.flatMap(({ problems }) => problems);
    const problems = sortProblems([...definitions.problems, ...targets.problems, ...misfits]);
    return { ...report, definitions: { ...definitions, problems } };
  } finally {
    await closeTargets(targets);
  }
};

/** What a target holds, zone by zone; `zones` empty: all of them. The zones need not stand in hostmaster.yaml. */
export const dumpPass = async (
  target: string,
  zones: readonly string[],
  options: PassOptions,
  rim: Rim,
): Promise<readonly DumpedZone[]> => {
  const definitions = await load({ ...sourcesOf(options), providers: rim.registry, only: 'config' });
  const targets = await openTargets(definitions, { targets: [target], serve: false }, rim);
  try {
    const open = openOrThrow(target, definitions, targets);
    const names = zones.length > 0 ? zones.map(zoneName) : (await open.provider.listZones()).map(({ name }) => name);
    return await pooled([...new Set(names)].sort(), 4, (name) => dumpZone(name, open, definitions));
  } finally {
    await closeTargets(targets);
  }
};

/** Desired, existing and answered values of a name, in every view that has it. */
export const explainPass = async (
  name: string,
  type: string | null,
  options: PassOptions,
  rim: Rim,
): Promise<readonly Explanation[]> => {
  const definitions = await validate(options, rim.registry);
  const targets = await openTargets(definitions, { ...options, serve: true }, rim);
  try {
    return await explainName(name, type, definitions, targets, rim);
  } finally {
    await closeTargets(targets);
  }
};

/** Starts the embedded targets' name servers; the caller stops them. */
export const servePass = async (options: PassOptions, registry: Registry): Promise<readonly ServingTarget[]> =>
  startServing(await load({ ...sourcesOf(options), providers: registry, only: 'config' }), options, registry);

const openOrThrow = (name: string, definitions: Definitions, targets: OpenTargets): OpenTarget => {
  const open = targets.open.get(name);
  if (open !== undefined) return open;
  refuseUnknown(
    '--target',
    [name],
    definitions.targets.map((target) => target.name),
  );
  const status = targets.statuses.find((each) => each.name === name);
  throw new HostmasterError('TARGET_UNREACHABLE', 'wait', `${name}: ${status?.message ?? 'it cannot be opened'}`);
};

const sampled = <T>(items: readonly T[], size: number | undefined): readonly T[] => {
  if (size === undefined || size >= items.length) return items;
  const step = items.length / size;
  return Array.from({ length: size }, (_, i) => items[Math.floor(i * step)]).filter((item) => item !== undefined);
};

const sourcesOf = ({ config, targetsFrom }: PassOptions) => ({
  config,
  ...(targetsFrom === undefined ? {} : { targetsFrom }),
});

const idOf = ({ zone: name, view }: { readonly zone: string; readonly view: string | null }) => ({ name, view });

const resultOf = (
  results: readonly ZoneResult[],
  changeset: { readonly zone: string; readonly view: string | null; readonly target: string },
): ZoneResult | undefined =>
  results.find(
    ({ zone, view, target }) => zone === changeset.zone && view === changeset.view && target === changeset.target,
  );

const zoneName = (text: string): string => {
  try {
    return parseAbsolute(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', 'stop', `--zone ${text}: ${error.message}`, { cause: error });
  }
};

const refuseUnknown = (option: string, names: readonly string[], known: readonly string[]): void => {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const some = known.slice(0, 10).join(', ');
  throw new HostmasterError(
    'USAGE',
    'stop',
    `${option} ${unknown.join(', ')}: hostmaster.yaml does not have it; it has ${some}`,
  );
};
