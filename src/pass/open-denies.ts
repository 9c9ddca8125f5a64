import type { Definitions } from '../model/definitions.ts';
import type { OpenDeny, Plan } from '../model/plan.ts';

/**
 * The plan with the denies of `windows:` that are open at a moment and concern one of its zones. Nothing here heeds them: they
 * are for commits that the daemon takes into force.
 */
export const withOpenDenies = async (plan: Plan, { windows }: Definitions, moment: number): Promise<Plan> => {
  if (windows.length === 0) return plan;
  const { windowCalendar } = await import('../windows/index.ts');
  const zones = [...new Set(plan.changesets.map(({ zone }) => zone))];
  const denies = windowCalendar(windows)
    .openDenies(zones, moment)
    .map(({ definition, until }): OpenDeny => {
      const { at, schedule, timeZone, zones: only } = definition;
      const end = until === null ? null : new Date(until).toISOString();
      return { schedule, time_zone: timeZone, zones: only, until: end, file: at.file, line: at.line };
    });
  return denies.length === 0 ? plan : { ...plan, open_denies: denies };
};
