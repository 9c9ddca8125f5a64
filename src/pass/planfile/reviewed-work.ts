import type { ApplyWork } from '../../apply/index.ts';
import type { Definitions } from '../../model/definitions.ts';
import { HostmasterError } from '../../model/errors.ts';
import { type Changeset, isDueChangeset, type Plan } from '../../model/plan.ts';
import { isNameServersOf } from '../../model/rr-types.ts';
import { createSettingsOf, type DesiredZone, zoneLabel } from '../../model/zone.ts';
import { zoneIdOf, zoneTargetLabel } from '../../model/zone-target.ts';
import type { OpenTargets } from '../../target.ts';

/** A changeset of a reviewed plan, with its zone as hostmaster.yaml has it. */
export interface ReviewedWork extends ApplyWork {
  readonly zone: DesiredZone;
}

/** What is needed to apply a plan's changesets. Throws TARGET_UNREACHABLE for a target that could not be opened. */
export const workOf = (plan: Plan, { zones }: Definitions, targets: OpenTargets): readonly ReviewedWork[] => {
  const byLabel = new Map(zones.map((zone) => [zoneLabel(zone.id), zone]));
  return plan.changesets.filter(isDueChangeset).map((changeset) => {
    const target = targets.open.get(changeset.target);
    const zone = byLabel.get(zoneLabel(zoneIdOf(changeset)));
    if (zone === undefined) throw new Error(`${zoneTargetLabel(changeset)} was not looked up in hostmaster.yaml`);
    if (target !== undefined) {
      return { target, changeset, zone, create: createSettingsOf(zone.settings, plannedApexNs(changeset)) };
    }
    const status = targets.statuses.find(({ name }) => name === changeset.target);
    const why = status?.message ?? 'it cannot be opened';
    throw new HostmasterError('TARGET_UNREACHABLE', `${changeset.target}: ${why}; nothing was written`);
  });
};

const plannedApexNs = ({ zone, changes }: Changeset) =>
  changes.find((change) => isNameServersOf(change, zone))?.after?.values ?? [];
