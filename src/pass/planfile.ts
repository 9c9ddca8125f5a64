import { readFile } from 'node:fs/promises';
import { listOf } from '../apply/send.ts';
import { staleChanges } from '../apply/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { Changeset, Plan } from '../model/plan.ts';
import { planDigest } from '../model/plan.ts';
import { zoneLabel } from '../model/zone.ts';
import type { ApplyWork } from './apply.ts';
import { createSettingsOf, inputOf } from './apply.ts';
import type { OpenTargets, Rim } from './types.ts';

/** Reads a plan and checks that it is whole. Throws PLAN_FILE. */
export const readPlan = async (file: string): Promise<Plan> => {
  const bad = (why: string, cause?: unknown) =>
    new HostmasterError('PLAN_FILE', 'stop', `${file} ${why}; make it again with "hostmaster plan --out ${file}"`, {
      cause,
    });
  let plan: Plan;
  try {
    plan = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw bad(`cannot be read as a plan (${messageOf(error)})`, error);
  }
  if (plan?.version !== 1 || !Array.isArray(plan.changesets)) throw bad('is not a plan of version 1');
  const intact = (() => {
    try {
      return planDigest(plan.changesets) === plan.digest;
    } catch {
      return false;
    }
  })();
  if (!intact) throw bad('is not what was planned: its digest does not fit its changes');
  return plan;
};

/** What a plan's changesets need to go out. Throws PLAN_FILE where hostmaster.yaml has no such target or zone. */
export const workOf = (plan: Plan, definitions: Definitions, targets: OpenTargets): readonly ApplyWork[] =>
  plan.changesets.filter(isDue).map((changeset) => {
    const target = targets.open.get(changeset.target);
    const zone = definitions.zones.find(({ id }) => id.name === changeset.zone && id.view === changeset.view);
    if (target !== undefined)
      return {
        target,
        changeset,
        create: zone === undefined ? null : createSettingsOf(zone.settings, apexNsOf(changeset)),
      };
    const status = targets.statuses.find(({ name }) => name === changeset.target);
    throw status === undefined
      ? new HostmasterError(
          'PLAN_FILE',
          'stop',
          `the plan writes to target ${changeset.target}, which hostmaster.yaml does not have`,
        )
      : new HostmasterError(
          'TARGET_UNREACHABLE',
          'wait',
          `${changeset.target}: ${status.message}; nothing was written`,
        );
  });

const apexNsOf = ({ zone, changes }: Changeset) =>
  changes.find(({ name, type }) => name === zone && type === 'NS')?.after?.values ?? [];

const isDue = ({ changes, create_zone }: Changeset): boolean => changes.length > 0 || create_zone;

/** Throws STALE_PLAN, naming every RRset that is no longer what the plan saw; then nothing is written anywhere. */
export const refuseStale = async (work: readonly ApplyWork[], rim: Rim): Promise<void> => {
  const stale = await Promise.all(
    work.map(async (each) => {
      const changes = await staleChanges(inputOf(each, true, rim));
      const { zone: name, view, target } = each.changeset;
      return changes.length === 0 ? [] : [`${zoneLabel({ name, view })} at ${target}: ${listOf(changes)}`];
    }),
  );
  const all = stale.flat();
  if (all.length === 0) return;
  throw new HostmasterError(
    'STALE_PLAN',
    'stop',
    `the plan is stale, and nothing was written: it no longer holds for ${all.join('; ')}; plan again`,
  );
};
