import type { Changeset, Plan, Unmanaged, Withheld } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../model/result.ts';
import { changeLines } from './changes.ts';
import type { Paint } from './paint.ts';
import { problemLines, problemSummary } from './problems.ts';
import { count, grouped, listed } from './words.ts';

const join = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

/** What `validate` prints. */
export const validateText = (problems: readonly Problem[], zones: number, paint: Paint): string => {
  const summary = problemSummary(problems) ?? paint.green('no problems');
  return join([...problemLines(problems, paint), `${count(zones, 'zone')} checked: ${summary}`]);
};

/** What `plan` prints: problems, then zone by zone what changes and what does not, then one line that sums it up. */
export const planText = (plan: Plan, paint: Paint): string =>
  join([
    ...problemLines(plan.problems, paint),
    ...(plan.problems.length > 0 ? [''] : []),
    ...plan.changesets.flatMap((changeset) => changesetLines(changeset, paint)),
    planSummary(plan),
  ]);

const changesetLines = (changeset: Changeset, paint: Paint): readonly string[] => {
  const { changes, withheld, zone, view, target, create_zone } = changeset;
  if (changes.length === 0 && withheld.length === 0 && !create_zone) return [];
  const name = view === null ? zone : `${zone}@${view}`;
  const made = create_zone ? `${changes.length === 0 ? ' ' : ''}(the zone is made)` : '';
  return [
    `${paint.bold(name)} at ${target} ${made}`.trimEnd(),
    ...changeLines(changes, zone, paint),
    ...withheldLines(withheld, paint),
    ...unmanagedLines(changeset.unmanaged, paint),
    '',
  ];
};

const shownWithheld = 20;

const withheldLines = (withheld: readonly Withheld[], paint: Paint): readonly string[] =>
  [...grouped(withheld, ({ guard, reason, allow }) => `${guard}\n${reason}\n${allow ?? ''}`).values()].flatMap(
    (group) => {
      const [first] = group;
      if (first === undefined) return [];
      const names = group.slice(0, shownWithheld).map(({ action, name, type }) => `${action} ${name} ${type}`);
      const more = group.length - names.length;
      return [
        paint.red(`  ! withheld by ${first.guard}: ${first.reason}`),
        ...names.map((text) => `      ${text}`),
        ...(more > 0 ? [`      … and ${more.toLocaleString('en-US')} more`] : []),
        ...(first.allow === null ? [] : [`      to let it through in one run: --allow ${first.allow}`]),
      ];
    },
  );

const unmanagedLines = (unmanaged: readonly Unmanaged[], paint: Paint): readonly string[] => {
  if (unmanaged.length === 0) return [];
  const reasons = [...grouped(unmanaged, ({ why }) => why)].map(([why, group]) => `${group.length} (${why})`);
  const most = reasons.length > 4 ? [...reasons.slice(0, 4), `${reasons.length - 4} other reasons`] : reasons;
  return [paint.dim(`    left alone: ${listed(most)}`)];
};

/** One line: what would change, what is held back, what is wrong. */
export const planSummary = ({ summary, problems, changesets }: Plan): string => {
  const parts = (['create', 'replace', 'delete'] as const)
    .filter((action) => summary[action] > 0)
    .map((action) => count(summary[action], action));
  const made = changesets.filter(({ create_zone }) => create_zone).length;
  const words = [...(made > 0 ? [count(made, 'new zone')] : []), ...parts];
  const changes = words.length === 0 ? 'no changes' : listed(words);
  const withheld = summary.withheld > 0 ? `; ${summary.withheld.toLocaleString('en-US')} withheld` : '';
  const wrong = problemSummary(problems);
  return `Plan: ${changes}${withheld}${wrong === null ? '' : `; ${wrong}`}.`;
};

const shownFailures = 20;

/** What `apply` prints after the plan: what was and was not applied, and what the name servers say. */
export const applyText = (results: readonly ZoneResult[], verify: VerifyReport, paint: Paint): string => {
  const failed = results.filter(({ status }) => status === 'failed');
  const applied = results.flatMap(({ changes }) => changes.filter(({ status }) => status === 'applied'));
  const notApplied = results.flatMap(({ changes }) => changes.filter(({ status }) => status !== 'applied'));
  return join([
    ...failed.slice(0, shownFailures).flatMap((result) => failureLines(result, paint)),
    ...(failed.length > shownFailures ? [`… and ${failed.length - shownFailures} more zones failed`] : []),
    `Applied: ${count(applied.length, 'change')} in ${count(results.length - failed.length, 'zone')}${
      notApplied.length === 0
        ? ''
        : `; not applied: ${count(notApplied.length, 'change')} in ${count(failed.length, 'zone')}`
    }.`,
    ...(applied.length === 0 ? [] : [verifyText(verify, paint).trimEnd()]),
  ]);
};

const failureLines = ({ zone, view, target, error, changes }: ZoneResult, paint: Paint): readonly string[] => {
  const done = changes.filter(({ status }) => status === 'applied').length;
  const name = view === null ? zone : `${zone}@${view}`;
  return [paint.red(`${name} at ${target}: ${error}`), `    ${done} of ${count(changes.length, 'change')} applied`];
};

const shownDifferences = 50;

/** What `verify` prints: every difference, name server by name server. */
export const verifyText = ({ checked, differences }: VerifyReport, paint: Paint): string => {
  const lines = differences.slice(0, shownDifferences).map(({ nameserver, name, type, kind, expected, answered }) => {
    const said = typeof answered === 'string' ? answered : (answered?.join(', ') ?? 'nothing');
    const wanted = expected === null ? 'no such RRset' : expected.join(', ');
    return paint.red(`${nameserver}: ${name} ${type} ${kind.replace('_', ' ')}: expected ${wanted}; answered ${said}`);
  });
  const more = differences.length - lines.length;
  return join([
    ...lines,
    ...(more > 0 ? [`… and ${more.toLocaleString('en-US')} more differences`] : []),
    differences.length === 0
      ? `Verified: ${count(checked, 'answer')}, all as they should be.`
      : `Verified: ${count(checked, 'answer')}, ${count(differences.length, 'difference')}.`,
  ]);
};
