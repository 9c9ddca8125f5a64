import { count } from '../../model/phrases.ts';
import type { Plan } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import type { ChangeResult, VerifyReport, ZoneResult } from '../../model/result.ts';
import { type Line, makeReport, type Report, toned } from '../report.ts';
import { messageInWords } from '../words/problem.ts';
import { preparePlanned } from './planned.ts';
import { verifyLines } from './verified.ts';

export interface Applied {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  /** Those that came up after the plan was made. */
  readonly problems: readonly Problem[];
}

/** What `apply` reports: the plan, what of it was and was not applied, and what the name servers say. */
export const prepareApplied = (planned: Plan, applied: Applied): Report => {
  const { problems, results, verify } = applied;
  const plan = { ...planned, problems: [...planned.problems, ...problems] };
  return makeReport({
    kind: 'applied',
    document: { ...plan, results, verify },
    sections: [{ kind: 'lines', lines: appliedLines(results, verify) }],
    before: { report: preparePlanned(plan), since: problems },
  });
};

/** What went wrong in an apply that was stopped; the rest of it is not told here. */
export const prepareFailed = (planned: Plan, { results, verify, problems }: Applied): Report =>
  makeReport({
    kind: 'applied',
    document: { ...planned, results, verify },
    sections: [{ kind: 'lines', lines: failedLines(results) }],
    before: { report: preparePlanned(planned), since: problems },
  });

const mostFailures = 20;

const appliedLines = (results: readonly ZoneResult[], verify: VerifyReport): readonly Line[] => {
  const applied = counted(results, ({ status }) => status === 'applied');
  const notApplied = counted(results, ({ status }) => status !== 'applied');
  const rest = notApplied.changes === 0 ? '' : `; not applied: ${inZones(notApplied)}`;
  return [
    ...failedLines(results),
    [`Applied: ${inZones(applied)}${rest}.`],
    ...(applied.changes === 0 ? [] : verifyLines(verify)),
  ];
};

const failedLines = (results: readonly ZoneResult[]): readonly Line[] => {
  const failed = results.filter(({ status }) => status === 'failed' || status === 'rolled_back');
  const contended = failed.filter(isContended);
  const isMet = contended.length >= (contended.some(({ code }) => code === 'ZONE_BUSY') ? 2 : fewestMet);
  const single = isMet ? failed.filter((result) => !isContended(result)) : failed;
  const more = single.length - mostFailures;
  return [
    ...(isMet ? [contendedLine(contended)] : []),
    ...single.slice(0, mostFailures).flatMap(failureLines),
    ...(more > 0 ? [[`… and ${count(more, 'more zone')} failed`]] : []),
    ...skippedLines(results),
  ];
};

/** So many stale zones are of two applies that have met, and not of somebody's hand. */
const fewestMet = 3;

/** Did another Hostmaster, or somebody else, come first, so that nothing of it was written? */
const isContended = ({ code, changes }: ZoneResult): boolean =>
  (code === 'ZONE_BUSY' || code === 'STALE_PLAN') && changes.every(({ status }) => status !== 'applied');

const contendedLine = (zones: readonly ZoneResult[]): Line => {
  const [first] = zones;
  const where =
    first === undefined ? '' : `${first.zone} at ${first.target} and ${count(zones.length - 1, 'more zone')}`;
  return [
    toned(
      `${where}: others are writing them, or have since the plan; nothing was written to them: plan again (--format json has each)`,
      'error',
    ),
  ];
};

interface Counted {
  readonly changes: number;
  readonly zones: number;
}

const counted = (results: readonly ZoneResult[], isCounted: (change: ChangeResult) => boolean): Counted => {
  const numbers = results.map(({ changes }) => changes.filter(isCounted).length);
  return {
    changes: numbers.reduce((sum, number) => sum + number, 0),
    zones: numbers.filter((number) => number > 0).length,
  };
};

const inZones = ({ changes, zones }: Counted): string => `${count(changes, 'change')} in ${count(zones, 'zone')}`;

const failureLines = ({ zone, view, target, error, changes }: ZoneResult): readonly Line[] => {
  const applied = changes.filter(({ status }) => status === 'applied').length;
  const title = view === null ? zone : `${zone}@${view}`;
  return [
    [toned(`${title} at ${target}: ${messageInWords(error ?? '')}`, 'error')],
    [`    ${applied} of ${count(changes.length, 'change')} applied`],
  ];
};

/** Zones that were not tried, together where it is for one reason. */
const skippedLines = (results: readonly ZoneResult[]): readonly Line[] => {
  const skipped = results.filter(({ status }) => status === 'skipped');
  return [...Map.groupBy(skipped, ({ target, error }) => `${target}: ${messageInWords(error ?? '')}`)].map(
    ([why, zones]) => [toned(`${count(zones.length, 'zone')} at ${why}`, 'error')],
  );
};
