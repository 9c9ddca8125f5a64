import { sameCheck } from '../model/health.ts';
import { count } from '../model/phrases.ts';
import type { Change, Changeset, Plan, PlannedRRset, Withheld } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../model/result.ts';
import { changeInWords, displayName } from './changes.ts';
import { checkInWords } from './checks.ts';
import { code, fenced, inert, table } from './markup.ts';
import { reasonsOf } from './origin.ts';
import { noPaint } from './paint.ts';
import { grouped } from './phrases.ts';
import { locationOf, problemSummary } from './problems.ts';
import { applyText, isCalm, isUsual, planSummary, verifyText } from './text.ts';

/** A comment on a pull request takes 65,536 characters; JSON has all. */
const mostCharacters = 60_000;
const shownCharacters = 200;
const shownReasons = 50;

/** A plan as a comment on a pull request: the sum first, then what is dangerous, then zone by zone. */
export const planMarkdown = (plan: Plan): string => {
  const [dangerous, calm] = [plan.changesets.filter((each) => !isCalm(each)), plan.changesets.filter(isCalm)];
  const commit = plan.config_commit === null ? '' : ` at ${code(plan.config_commit)}`;
  return fitting(
    [`**${planSummary(plan)}**`, ...problemTable(plan.problems)],
    [...dangerous, ...calm].map(changesetSections).filter((sections) => sections.length > 0),
    `<sub>${code(plan.digest)}${commit}</sub>`,
  );
};

/** Zones one after the other until the comment is full. */
const fitting = (first: readonly string[], zones: readonly (readonly string[])[], last: string): string => {
  const texts = zones.map((sections) => sections.join('\n\n'));
  let length = [...first, last].join('\n\n').length;
  const shown = texts.findIndex((text) => {
    length += text.length + 2;
    return length > mostCharacters;
  });
  if (shown === -1) return [...first, ...texts, last].join('\n\n');
  const more = `… and ${count(texts.length - shown, 'more zone')} (\`--format json\` has them all)`;
  return [...first, ...texts.slice(0, shown), more, last].join('\n\n');
};

export const validateMarkdown = (problems: readonly Problem[], zones: number): string =>
  [`**${count(zones, 'zone')} checked: ${problemSummary(problems) ?? 'no problems'}**`, ...problemTable(problems)].join(
    '\n\n',
  );

export const applyMarkdown = (results: readonly ZoneResult[], verify: VerifyReport): string =>
  fenced(applyText(results, verify, noPaint));

/** `problems`: those that kept something from being asked for. */
export const verifyMarkdown = (verify: VerifyReport, problems: readonly Problem[]): string =>
  [...problemTable(problems), fenced(verifyText(verify, noPaint))].join('\n\n');

const problemTable = (problems: readonly Problem[]): readonly string[] =>
  problems.length === 0
    ? []
    : [
        table(
          ['', 'where', 'rule', 'what'],
          problems
            .toSorted(bySeverity)
            .map((problem) => [
              problem.severity === 'error' ? '❌' : '⚠️',
              code(locationOf(problem)),
              code(problem.rule),
              inert(problem.message),
            ]),
        ),
      ];

const bySeverity = (a: Problem, b: Problem): number => Number(a.severity !== 'error') - Number(b.severity !== 'error');

const changesetSections = (changeset: Changeset): readonly string[] => {
  const { zone, view, target, changes, withheld, unmanaged, create_zone } = changeset;
  if (changes.length === 0 && withheld.length === 0 && !create_zone) return [];
  const dangerous = changes.filter((change) => change.action === 'delete' || change.name === zone);
  const others = changes.filter((change) => change.action !== 'delete' && change.name !== zone);
  const rows = [...dangerous, ...others].map((change) => row(change, zone));
  const unusual = unmanaged.filter((each) => !isUsual(each));
  return [
    `### ${code(view === null ? zone : `${zone}@${view}`)} at ${code(target)}${create_zone ? ' (new zone)' : ''}`,
    ...(rows.length === 0 ? [] : [table(['', 'name', 'type', 'before', 'after', 'why'], rows)]),
    ...(changeset.cost === undefined ? [] : [`💰 ${inert(changeset.cost)}`]),
    ...withheldLines(withheld),
    ...(unusual.length === 0 ? [] : [`<sub>left alone: ${count(unusual.length, 'RRset')}</sub>`]),
  ];
};

const withheldLines = (withheld: readonly Withheld[]): readonly string[] => {
  const groups = [...grouped(withheld, ({ guard, reason }) => `${guard}: ${reason}`)];
  const more = groups.slice(shownReasons).reduce((sum, [, group]) => sum + group.length, 0);
  return [
    ...groups.slice(0, shownReasons).map(([reason, group]) => {
      const names = group.slice(0, 20).map((change) => code(changeInWords(change)));
      const rest = group.length > 20 ? ` and ${count(group.length - 20, 'more', 'more')}` : '';
      return `⛔ withheld by ${inert(reason)}: ${names.join(', ')}${rest}${allowOf(group)}`;
    }),
    ...(more === 0 ? [] : [`⛔ … and ${count(more, 'more change')} withheld`]),
  ];
};

const allowOf = (group: readonly { readonly allow: string | null }[]): string => {
  const allows = [...new Set(group.flatMap(({ allow }) => (allow === null ? [] : [allow])))].slice(0, 5);
  return allows.length === 0 ? '' : `; to let it through: ${allows.map((allow) => code(`--allow ${allow}`)).join(' ')}`;
};

const icons = { create: '🟢 create', replace: '🟡 replace', delete: '🔴 **delete**' } as const;

const row = (change: Change, zone: string): readonly string[] => {
  const { action, name, type, before, after } = change;
  return [
    icons[action],
    code(displayName(name, zone)) + (name === zone ? ' **apex**' : ''),
    code(type),
    cell(type, before),
    cell(type, after),
    reasonsOf(change).map(code).join(' <br> '),
  ];
};

const cell = (type: string, rrset: PlannedRRset | null): string => {
  if (rrset === null) return '';
  const values = rrset.values.slice(0, 5).map(({ rdata }) => code(shortened(rdata)));
  const more = rrset.values.length > 5 ? [`… ${count(rrset.values.length, 'value')}`] : [];
  const check = sameCheck(type, rrset.health_check, null)
    ? []
    : [`health check: ${inert(checkInWords(rrset.health_check))}`];
  return [`${rrset.ttl}`, ...values, ...more, ...check].join(' <br> ');
};

const shortened = (text: string): string =>
  text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
