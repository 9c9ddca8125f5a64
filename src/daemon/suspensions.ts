import { HostmasterError } from '../model/errors.ts';
import type { SuspensionScope } from '../model/guard-context.ts';
import type { ResumeRequest, SuspendRequest, Suspension } from './suspension.ts';

// What is suspended, as plain data: a list that is replaced whole. Times are RFC 3339, in UTC, but `now`: milliseconds.

export type Suspensions = readonly Suspension[];

/** `start: suspended`: everything, each time that the daemon starts, until a person has looked and resumes it. */
export const atStart = (now: number): Suspension => ({
  ...{ zones: null, targets: null, until: null, by: 'the daemon' },
  reason: 'it starts suspended, as the operator\'s file says ("start")',
  at: new Date(now).toISOString(),
});

/** Those that are not over. */
export const lasting = (all: Suspensions, now: number): Suspensions =>
  all.filter(({ until }) => until === null || Date.parse(until) > now);

/** When the first of them ends by itself; null: none does. */
export const firstEnd = (all: Suspensions): number | null => {
  const ends = all.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)]));
  return ends.length === 0 ? null : Math.min(...ends);
};

/** One of the same zones and targets takes the place of the one before. Throws USAGE for an end that is over. */
export const suspend = (
  all: Suspensions,
  request: SuspendRequest,
  by: string,
  now: number,
): { readonly all: Suspensions; readonly made: Suspension } => {
  if (request.until !== null && Date.parse(request.until) <= now) {
    throw new HostmasterError('USAGE', `until: ${request.until} is over; name a time that is to come`);
  }
  const made = { ...request, by, at: new Date(now).toISOString() };
  return { all: [...all.filter((each) => scopeText(each) !== scopeText(request)), made], made };
};

const scopeText = ({ targets, zones }: SuspensionScope): string =>
  JSON.stringify([zones?.toSorted() ?? null, targets?.toSorted() ?? null]);

/** What is left. Throws USAGE where one would have to be in part what no list can say. */
export const resume = (all: Suspensions, scope: ResumeRequest): Suspensions =>
  all.flatMap((each): Suspensions => {
    if (!meets(each, scope)) return [each];
    const [isOfZones, isOfTargets] = [covers(scope.zones, each.zones), covers(scope.targets, each.targets)];
    if (isOfZones && isOfTargets) return [];
    if (isOfTargets && each.zones !== null) return [{ ...each, zones: rest(each.zones, scope.zones) }];
    if (isOfZones && each.targets !== null) return [{ ...each, targets: rest(each.targets, scope.targets) }];
    const what = each.zones === null && each.targets === null ? 'everything' : 'more than that';
    const message = `${each.by} suspended ${what} (${each.reason}): resume that whole, and suspend what is to stay so`;
    throw new HostmasterError('USAGE', message);
  });

type Names = readonly string[] | null;

const covers = (outer: Names, inner: Names): boolean =>
  outer === null || (inner?.every((name) => outer.includes(name)) ?? false);

const overlap = (a: Names, b: Names): boolean => a === null || b === null || a.some((name) => b.includes(name));

const meets = (a: SuspensionScope, b: SuspensionScope): boolean =>
  overlap(a.zones, b.zones) && overlap(a.targets, b.targets);

const rest = (names: readonly string[], gone: Names): readonly string[] =>
  names.filter((name) => gone?.includes(name) === false);
