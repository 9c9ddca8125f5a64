import type { Recovered } from '../apply/index.ts';
import { type ConfigCommit, configCommit } from '../load/index.ts';
import { type RosterServer, serverKey } from '../model/server.ts';
import { assemblePlan } from '../plan/index.ts';
import type { Desired, PlanPass } from '../run.ts';
import type { RunContext } from '../target.ts';
import { unusedAllows } from './allows.ts';
import type { OpenPass } from './open.ts';
import { withOpenDenies } from './open-denies.ts';
import type { PlannedAll } from './plan.ts';
import type { SelectedWork } from './withhold.ts';

/** The plan, with the problems of every step, and what an apply of it needs. */
export const assemble = async (
  pass: OpenPass,
  recovered: Recovered,
  desired: Desired,
  planned: PlannedAll,
  { work, atomicSets }: SelectedWork,
  { onNotice }: Pick<RunContext, 'onNotice'>,
): Promise<PlanPass> => {
  const { allows, selection, started, store } = pass;
  const statuses = planned.targets.statuses.filter(({ name }) => selection.isTarget(name));
  const changesets = work.map(({ changeset }) => changeset);
  const problems = [
    ...desired.definitions.problems,
    ...[...pass.targets.problems, ...planned.problems].filter(selection.isOfInterest),
    ...recovered.problems,
    ...unusedAllows(allows, changesets, statuses),
  ];
  const { commit, dirty, unknown } = await commitOf(pass);
  if (unknown !== null) onNotice?.(`the plan says no config_commit: ${unknown}`);
  const plan = assemblePlan({
    commit,
    dirty,
    targets: statuses,
    changesets,
    problems,
    inventory: desired.roster.inventories,
    atomicSets,
    absent: desired.roster.servers.flatMap(allowedAbsent),
  });
  return {
    started,
    desired,
    plan: await withOpenDenies(plan, pass.definitions, started),
    work,
    allows: allows.map(({ allow }) => allow),
    targets: planned.targets,
    store,
    unwritable: recovered.unwritable,
    heedsDrift: pass.options.heedsDrift === true,
  };
};

const commitOf = ({ definitions, options }: OpenPass): Promise<ConfigCommit> =>
  options.commit === undefined
    ? configCommit(definitions.folder, definitions.filesRead)
    : Promise.resolve({ commit: options.commit, dirty: false, unknown: null });

const allowedAbsent = (entry: RosterServer): readonly string[] =>
  entry.standing === 'missing' && entry.missing.allowed === true ? [serverKey(entry.server)] : [];
