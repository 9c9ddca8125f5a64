import { readFile } from 'node:fs/promises';
import type Type from 'typebox';
import type { ApplyWork } from '../apply/index.ts';
import type { Definitions } from '../model/definitions.ts';
import { HostmasterError, messageOf, SyntaxProblem } from '../model/errors.ts';
import { isWithin, parseAbsolute } from '../model/name.ts';
import type { Change, Changeset, Plan } from '../model/plan.ts';
import { planDigest, summarise } from '../model/plan.ts';
import { parseRdata, typeByName } from '../model/rdata.ts';
import { isNameServersOf } from '../model/rr-types.ts';
import { createSettingsOf } from '../model/zone.ts';
import type { OpenTargets } from '../target.ts';
import { asRecord, checkOf, type Fault } from '../validation/index.ts';
import { planSchema } from './plan-schema.ts';

/** A plan that a program hands in, checked as one that is read from a file. Throws PLAN_FILE. */
export const checkPlan = (value: unknown): Plan => {
  try {
    return wholePlan(value);
  } catch (error) {
    throw new HostmasterError('PLAN_FILE', `the plan ${messageOf(error)}; make it again`, { cause: error });
  }
};

/** Reads a plan and checks that it is whole. Throws PLAN_FILE. */
export const readPlan = async (file: string): Promise<Plan> => {
  try {
    return wholePlan(await readJson(file));
  } catch (error) {
    const message = `${file} ${messageOf(error)}; make it again with "hostmaster plan --out ${file}"`;
    throw new HostmasterError('PLAN_FILE', message, { cause: error });
  }
};

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`cannot be read as a plan (${messageOf(error)})`, { cause: error });
  }
};

/** The plan, with its summary counted again. Throws what is wrong with it. */
const wholePlan = (value: unknown): Plan => {
  if (asRecord(value).version !== 1) throw new Error('is not a plan of version 1');
  const checked = checkOf(planSchema)(value);
  if (!checked.ok) throw new Error(`is not a plan: ${faultWords(checked.faults[0])}`);
  const { absent, version, digest, config_commit, inventory, targets, atomic_sets, problems } = checked.value;
  const changesets = checked.value.changesets.map(withKinds);
  if (planDigest(changesets) !== digest)
    throw new Error('is not what was planned: its digest does not fit its changes');
  for (const changeset of changesets) for (const change of changeset.changes) checkChange(change, changeset.zone);
  const summary = summarise(changesets);
  const plan = { version, digest, config_commit, inventory, targets, changesets, atomic_sets, problems, summary };
  return absent === undefined ? plan : { ...plan, absent };
};

/** A plan file of an earlier version has no kinds. */
const withKinds = (changeset: Type.Static<typeof planSchema>['changesets'][number]): Changeset => ({
  ...changeset,
  withheld: changeset.withheld.map((each) => ({ ...each, kind: each.kind ?? 'refused' })),
  unmanaged: changeset.unmanaged.map((each) => ({ ...each, kind: each.kind ?? 'unknown' })),
});

const faultWords = (fault: Fault | undefined): string =>
  fault === undefined ? 'it has another shape' : `${fault.path.join('.')}: ${fault.message}`.replace(/^: /, '');

/** Anybody can compute a digest: what it is of must make sense too. */
const checkChange = ({ action, name, type, before, after }: Change, zone: string): void => {
  const bad = (why: string) => new Error(`is not a plan: the ${action} of ${name} ${type} ${why}`);
  if ((before === null) !== (action === 'create') || (after === null) !== (action === 'delete')) {
    throw bad('does not have the "before" and "after" of one');
  }
  try {
    if (parseAbsolute(name) !== name || !isWithin(name, zone)) throw bad(`is not in ${zone}`);
    if (typeByName(type)?.name !== type) throw bad('has no type that is known');
    for (const { rdata } of after?.values ?? []) parseRdata(type, rdata);
  } catch (error) {
    throw error instanceof SyntaxProblem ? bad(`cannot be read: ${error.message}`) : error;
  }
};

/** What is needed to apply a plan's changesets. Throws PLAN_FILE where hostmaster.yaml has no such target or zone. */
export const workOf = (plan: Plan, definitions: Definitions, targets: OpenTargets): readonly ApplyWork[] =>
  plan.changesets.filter(isDue).map((changeset) => {
    const target = targets.open.get(changeset.target);
    const zone = definitions.zones.find(({ id }) => id.name === changeset.zone && id.view === changeset.view);
    if (target !== undefined)
      return {
        target,
        changeset,
        create: zone === undefined ? null : createSettingsOf(zone.settings, plannedApexNs(changeset)),
      };
    const status = targets.statuses.find(({ name }) => name === changeset.target);
    throw status === undefined
      ? new HostmasterError(
          'PLAN_FILE',
          `the plan writes to target ${changeset.target}, which hostmaster.yaml does not have`,
        )
      : new HostmasterError('TARGET_UNREACHABLE', `${changeset.target}: ${status.message}; nothing was written`);
  });

const plannedApexNs = ({ zone, changes }: Changeset) =>
  changes.find((change) => isNameServersOf(change, zone))?.after?.values ?? [];

const isDue = ({ changes, create_zone }: Changeset): boolean => changes.length > 0 || create_zone;
