import { count, grouping, listed } from '../model/phrases.ts';
import { type Changeset, type Plan, summarise, type Unmanaged, type Withheld } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { ChangeResult, VerifyReport, ZoneResult } from '../model/result.ts';
import { changeInWords, changeLines, type Shown, shownInPlan } from './changes.ts';
import { differenceLine } from './differences.ts';
import type { Paint } from './paint.ts';
import { grouped, summed, visible } from './phrases.ts';
import { besidePlan, inFull, problemLines, problemSummary } from './problems.ts';

const join = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

/** What `validate` prints. */
export const validateText = (problems: readonly Problem[], zones: number, paint: Paint): string => {
  const summary = problemSummary(problems) ?? paint.green('no problems');
  return join([...problemLines(problems, inFull, paint), `${count(zones, 'zone')} checked: ${summary}`]);
};

/** What `plan` prints: problems, then zone by zone what changes and what does not, then one line that sums it up. */
export const planText = (plan: Plan, paint: Paint): string =>
  join([
    ...problemLines(plan.problems, besidePlan, paint),
    ...(plan.problems.length > 0 ? [''] : []),
    ...changesetsLines(plan.changesets.filter(isWorthShowing), paint),
    planSummary(plan),
  ]);

const isWorthShowing = ({ changes, withheld, create_zone }: Changeset): boolean =>
  changes.length > 0 || withheld.length > 0 || create_zone;

/** Zone by zone, until nobody would read on; then the rest in one line. What may hurt is shown longer. */
const changesetsLines = (changesets: readonly Changeset[], paint: Paint): readonly string[] => {
  const lines: string[] = [];
  const rest: Changeset[] = [];
  const zones = { ...shownZones };
  let shown = shownInPlan;
  for (const changeset of changesets) {
    const kind = isCalm(changeset) ? 'calm' : takesAway(changeset) ? 'taking' : 'other';
    const section = zones[kind] === 0 ? null : changesetLines(changeset, shown, paint);
    if (section === null) {
      rest.push(changeset);
      continue;
    }
    lines.push(...section.lines, '');
    shown = section.left;
    zones[kind] -= 1;
  }
  return rest.length === 0 ? lines : [...lines, restLine(rest), ''];
};

const shownZones = { taking: 100, other: 30, calm: 20 };

const takesAway = ({ changes, withheld }: Changeset): boolean =>
  withheld.length > 0 || changes.some(({ action }) => action === 'delete');

/** Nothing in it can hurt. */
export const isCalm = ({ changes, withheld }: Changeset): boolean =>
  withheld.length === 0 && changes.every(({ action }) => action === 'create');

const restLine = (rest: readonly Changeset[]): string => {
  const { create, replace, delete: deletes, withheld } = summarise(rest);
  const words = summed({ create, replace, delete: deletes, 'withheld change': withheld });
  return `… and ${count(rest.length, 'more zone')}: ${listed(words.length === 0 ? ['new'] : words)} (--format json has them all)`;
};

/** null: nothing of it may be shown any more. */
const changesetLines = (
  changeset: Changeset,
  shown: Shown,
  paint: Paint,
): { readonly lines: readonly string[]; readonly left: Shown } | null => {
  const { changes, withheld, zone, view, target, create_zone } = changeset;
  const { lines, left } = changeLines(changes, zone, shown, paint);
  if (changes.length > 0 && lines.length === 0) return null;
  const name = view === null ? zone : `${zone}@${view}`;
  return {
    lines: [
      `${paint.bold(name)} at ${target}${create_zone ? ' (new zone)' : ''}`,
      ...lines,
      ...(changeset.cost === undefined ? [] : [paint.dim(`    ${visible(changeset.cost)}`)]),
      ...withheldLines(withheld, paint),
      ...unmanagedLines(changeset.unmanaged, paint),
    ],
    left,
  };
};

const shownWithheld = 20;
const shownReasons = 50;

const withheldLines = (withheld: readonly Withheld[], paint: Paint): readonly string[] => {
  const groups = [...grouped(withheld, ({ guard, reason, allow }) => `${guard}\n${reason}\n${allow ?? ''}`).values()];
  const more = groups.slice(shownReasons).reduce((sum, group) => sum + group.length, 0);
  return [
    ...groups.slice(0, shownReasons).flatMap((group) => withheldGroup(group, paint)),
    ...(more === 0 ? [] : [paint.red(`  ! … and ${count(more, 'more change')} withheld (--format json has them all)`)]),
  ];
};

const withheldGroup = (group: readonly Withheld[], paint: Paint): readonly string[] => {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.slice(0, shownWithheld).map(changeInWords);
  const more = group.length - names.length;
  return [
    paint.red(`  ! withheld by ${first.guard}: ${visible(first.reason)}`),
    ...names.map((text) => `      ${text}`),
    ...(more > 0 ? [`      … and ${count(more, 'more', 'more')}`] : []),
    ...(first.allow === null ? [] : [`      to let it through in one run: --allow ${shellWord(first.allow)}`]),
  ];
};

/** A word as a shell reads it back. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** What every zone has that does not speak of it; JSON lists it too. */
export const isUsual = ({ kind }: Unmanaged): boolean => kind === 'server_own' || kind === 'apex_ns';

const unmanagedLines = (unmanaged: readonly Unmanaged[], paint: Paint): readonly string[] => {
  const unusual = unmanaged.filter((each) => !isUsual(each));
  if (unusual.length === 0) return [];
  const reasons = [...grouped(unusual, ({ why }) => why)].map(
    ([why, group]) => `${count(group.length, 'RRset')} (${visible(why)})`,
  );
  const most = reasons.length > 4 ? [...reasons.slice(0, 4), count(reasons.length - 4, 'other reason')] : reasons;
  return [paint.dim(`    left alone: ${listed(most)}`)];
};

/** One line: what would change, what is held back, what is wrong. */
export const planSummary = ({ summary, problems, changesets }: Plan): string => {
  const { create, replace, delete: deletes } = summary;
  const made = changesets.filter(({ create_zone }) => create_zone).length;
  const words = summed({ 'new zone': made, create, replace, delete: deletes });
  const changes = words.length === 0 ? 'no changes' : listed(words);
  const withheld = summary.withheld > 0 ? `; ${grouping(summary.withheld)} withheld` : '';
  const wrong = problemSummary(problems);
  return `Plan: ${changes}${withheld}${wrong === null ? '' : `; ${wrong}`}.`;
};

const shownFailures = 20;

/** What `apply` prints after the plan: what was and was not applied, and what the name servers say. */
export const applyText = (results: readonly ZoneResult[], verify: VerifyReport, paint: Paint): string => {
  const failed = results.filter(({ status }) => status === 'failed' || status === 'rolled_back');
  const inZones = (isCounted: (status: ChangeResult['status']) => boolean): string => {
    const numbers = results.map(({ changes }) => changes.filter(({ status }) => isCounted(status)).length);
    const zones = numbers.filter((number) => number > 0).length;
    return `${count(
      numbers.reduce((sum, number) => sum + number, 0),
      'change',
    )} in ${count(zones, 'zone')}`;
  };
  const some = (wanted: boolean) =>
    results.some(({ changes }) => changes.some(({ status }) => (status === 'applied') === wanted));
  const notApplied = some(false) ? `; not applied: ${inZones((status) => status !== 'applied')}` : '';
  return join([
    ...failed.slice(0, shownFailures).flatMap((result) => failureLines(result, paint)),
    ...(failed.length > shownFailures ? [`… and ${count(failed.length - shownFailures, 'more zone')} failed`] : []),
    ...notTriedLines(results, paint),
    `Applied: ${inZones((status) => status === 'applied')}${notApplied}.`,
    ...(some(true) ? [verifyText(verify, paint).trimEnd()] : []),
  ]);
};

const failureLines = ({ zone, view, target, error, changes }: ZoneResult, paint: Paint): readonly string[] => {
  const done = changes.filter(({ status }) => status === 'applied').length;
  const name = view === null ? zone : `${zone}@${view}`;
  return [
    paint.red(`${name} at ${target}: ${visible(error ?? '')}`),
    `    ${done} of ${count(changes.length, 'change')} applied`,
  ];
};

const notTriedLines = (results: readonly ZoneResult[], paint: Paint): readonly string[] => {
  const skipped = results.filter(({ status }) => status === 'skipped');
  return [...grouped(skipped, ({ target, error }) => `${target}: ${error}`)].map(([why, zones]) =>
    paint.red(`${count(zones.length, 'zone')} at ${visible(why)}`),
  );
};

const shownDifferences = 50;

/** What `verify` prints: every difference, name server by name server. */
export const verifyText = ({ checked, differences }: VerifyReport, paint: Paint): string => {
  const lines = differences.slice(0, shownDifferences).map((each) => paint.red(differenceLine(each)));
  const more = differences.length - lines.length;
  const fine =
    checked === 0
      ? 'nothing to ask for'
      : `${count(checked, 'answer')}, ${checked === 1 ? 'as it' : 'all as they'} should be`;
  return join([
    ...lines,
    ...(more > 0 ? [`… and ${count(more, 'more difference')} (--format json has them all)`] : []),
    differences.length === 0
      ? `Verified: ${fine}.`
      : `Verified: ${count(checked, 'answer')}; ${count(differences.length, 'difference')}.`,
  ]);
};
