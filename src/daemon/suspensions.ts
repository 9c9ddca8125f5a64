import { HostmasterError } from '../model/errors.ts';
import type { ResumeRequest, SuspendRequest, Suspension } from './suspension.ts';

// What is suspended, as plain lists: nothing here reads a clock.

/** Those that are not over. `now` is milliseconds since 1970. */
export const lastingSuspensions = (suspensions: readonly Suspension[], now: number): readonly Suspension[] =>
  suspensions.filter(({ until }) => until === null || Date.parse(until) > now);

/** Of so many a person sees through nothing any more. */
const mostSuspensions = 1_000;

/** With one more; one of the same zones and targets is replaced. Throws USAGE for one that would be over at once. */
export const withSuspension = (
  suspensions: readonly Suspension[],
  added: Suspension,
  now: number,
): readonly Suspension[] => {
  if (added.until !== null && !(Date.parse(added.until) > now)) {
    throw new HostmasterError('USAGE', `until: ${added.until} is over already`);
  }
  const others = lastingSuspensions(suspensions, now).filter((each) => !isOfSame(each, added));
  if (others.length >= mostSuspensions) {
    throw new HostmasterError('USAGE', `${mostSuspensions} suspensions are there already: resume some of them first`);
  }
  return [...others, added];
};

/**
 * What is left after a resume: without a list, of everything; else of the suspensions that are about nothing but what is
 * resumed, and of the others what is not resumed in them. Throws USAGE where nothing of it is suspended by name.
 */
export const withoutSuspended = (suspensions: readonly Suspension[], resumed: ResumeRequest): readonly Suspension[] => {
  if (resumed.zones === null && resumed.targets === null) return [];
  const left = suspensions.flatMap((each) => leftOf(each, resumed));
  if (left.length === suspensions.length && left.every((each, i) => each === suspensions[i])) {
    const what = [...(resumed.zones ?? []), ...(resumed.targets ?? [])].join(', ');
    throw new HostmasterError(
      'USAGE',
      `${what}: not suspended by name; resume what was suspended, as /api/v1/status names it`,
    );
  }
  return left;
};

const leftOf = (suspension: Suspension, { targets, zones }: ResumeRequest): readonly Suspension[] => {
  // A suspension of everything, or of one of two lists alone, is not divided: what is left of it could not be said.
  const isOfOneKind =
    (targets === null) === (suspension.targets === null) && (zones === null) === (suspension.zones === null);
  if (!isOfOneKind) return [suspension];
  if (zones !== null && targets !== null)
    return isWithin(suspension.zones, zones) && isWithin(suspension.targets, targets) ? [] : [suspension];
  const [key, all, gone] =
    zones === null
      ? (['targets', suspension.targets, targets] as const)
      : (['zones', suspension.zones, zones] as const);
  const rest = (all ?? []).filter((each) => gone?.includes(each) !== true);
  if (rest.length === all?.length) return [suspension];
  return rest.length === 0 ? [] : [{ ...suspension, [key]: rest }];
};

const isWithin = (some: readonly string[] | null, all: readonly string[]): boolean =>
  some?.every((each) => all.includes(each)) ?? false;

const isOfSame = (a: SuspendRequest, b: SuspendRequest): boolean =>
  JSON.stringify([a.zones, a.targets]) === JSON.stringify([b.zones, b.targets]);
