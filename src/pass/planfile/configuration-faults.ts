import type { Definitions } from '../../model/definitions.ts';
import { ignoreMatcher } from '../../model/ignore.ts';
import { type Change, type Changeset, isDueChangeset, type Plan } from '../../model/plan.ts';
import { runsCode } from '../../model/rr-types.ts';
import { type DesiredZone, zoneLabel } from '../../model/zone.ts';
import { zoneIdOf, zoneTargetLabel } from '../../model/zone-target.ts';
import type { ReportFault } from './faults.ts';

// What a plan says that hostmaster.yaml does not have, or forbids. Zone files are not read for it.

/** Reports all of it. A changeset without changes says nothing that is done. */
export const configurationFaults = (
  { atomic_sets, changesets }: Plan,
  definitions: Definitions,
  report: ReportFault,
): void => {
  const zones = new Map(definitions.zones.map((zone) => [zoneLabel(zone.id), zone]));
  changesets.forEach((changeset, i) => {
    if (!isDueChangeset(changeset)) return;
    const zone = zones.get(zoneLabel(zoneIdOf(changeset)));
    const at = `changesets.${i}`;
    const reason = whyNotConfigured(changeset, zone, definitions);
    if (reason !== null) report(at, reason);
    else if (zone !== undefined) forbiddenIn(changeset, zone, at, report);
  });
  const inventories = new Set(definitions.roles.inventories.map(({ name }) => name));
  atomic_sets.forEach(({ inventory }, i) => {
    if (!inventories.has(inventory)) report(`atomic_sets.${i}`, `hostmaster.yaml has no inventory ${inventory}`);
  });
};

const whyNotConfigured = (
  changeset: Changeset,
  zone: DesiredZone | undefined,
  { targets }: Definitions,
): string | null => {
  const { target } = changeset;
  if (zone === undefined) return `hostmaster.yaml does not have the zone of ${zoneTargetLabel(changeset)}`;
  if (targets.every(({ name }) => name !== target)) return `hostmaster.yaml has no target ${target} that can be used`;
  return zone.settings.targets.includes(target)
    ? null
    : `hostmaster.yaml does not have ${zoneTargetLabel(changeset)}; its targets are ${zone.settings.targets.join(', ') || 'none'}`;
};

const forbiddenIn = (changeset: Changeset, { id, settings }: DesiredZone, at: string, report: ReportFault): void => {
  const ignored = ignoreMatcher(settings.ignore, id.name);
  if (changeset.create_zone && settings.create === null) {
    report(
      `${at}.create_zone`,
      `hostmaster.yaml does not let ${zoneTargetLabel(changeset)} be made: "create" is not set`,
    );
  }
  changeset.changes.forEach((change, k) => {
    const reason = whyForbidden(change, settings.allow_lua, ignored);
    if (reason !== null) {
      report(`${at}.changes.${k}`, `the ${change.action} of ${change.name} ${change.type} ${reason}`);
    }
  });
};

const whyForbidden = (
  { name, type, before, after }: Change,
  allowsCode: boolean,
  ignored: ReturnType<typeof ignoreMatcher>,
): string | null => {
  const rule = [before, after].map((side) => side && ignored({ name, type, values: side.values })).find(Boolean);
  if (rule !== undefined && rule !== null) return `is of what hostmaster.yaml ignores (${rule.name})`;
  const isCode = after !== null && after.health_check === null && runsCode(type);
  return isCode && !allowsCode ? 'is code that the name server runs, and "allow_lua" is not set for the zone' : null;
};
