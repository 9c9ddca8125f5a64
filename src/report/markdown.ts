import type { Change, Changeset, Plan, PlannedRRset } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../model/result.ts';
import { displayName } from './changes.ts';
import { noPaint } from './paint.ts';
import { placeOf, problemSummary } from './problems.ts';
import { applyText, planSummary, verifyText } from './text.ts';
import { count, grouped } from './words.ts';

/** Rows of one table; a comment on a pull request has its limits. JSON has all. */
const shownRows = 200;
const shownCharacters = 200;

/** A plan as a comment on a pull request: the sum first, then what is dangerous, then zone by zone. */
export const planMarkdown = (plan: Plan): string =>
  [
    `**${planSummary(plan)}**`,
    ...problemTable(plan.problems),
    ...plan.changesets.flatMap(changesetSections),
    `<sub>${code(plan.digest)}${plan.config_commit === null ? '' : ` at ${code(plan.config_commit)}`}</sub>`,
  ].join('\n\n');

export const validateMarkdown = (problems: readonly Problem[], zones: number): string =>
  [`**${count(zones, 'zone')} checked: ${problemSummary(problems) ?? 'no problems'}**`, ...problemTable(problems)].join(
    '\n\n',
  );

export const applyMarkdown = (results: readonly ZoneResult[], verify: VerifyReport): string =>
  fenced(applyText(results, verify, noPaint));

export const verifyMarkdown = (verify: VerifyReport): string => fenced(verifyText(verify, noPaint));

const problemTable = (problems: readonly Problem[]): readonly string[] =>
  problems.length === 0
    ? []
    : [
        table(
          ['', 'where', 'rule', 'what'],
          problems.map((problem) => [
            problem.severity === 'error' ? '❌' : '⚠️',
            code(placeOf(problem)),
            code(problem.rule),
            inert(problem.message),
          ]),
        ),
      ];

const changesetSections = (changeset: Changeset): readonly string[] => {
  const { zone, view, target, changes, withheld, unmanaged, create_zone } = changeset;
  if (changes.length === 0 && withheld.length === 0 && !create_zone) return [];
  const dangerous = changes.filter((change) => change.action === 'delete' || change.name === zone);
  const others = changes.filter((change) => change.action !== 'delete' && change.name !== zone);
  const rows = [...dangerous, ...others].map((change) => row(change, zone));
  return [
    `### ${code(view === null ? zone : `${zone}@${view}`)} at ${code(target)}${create_zone ? ' (the zone is made)' : ''}`,
    ...(rows.length === 0 ? [] : [table(['', 'name', 'type', 'before', 'after', 'why'], rows)]),
    ...[...grouped(withheld, ({ guard, reason }) => `${guard}: ${reason}`)].map(
      ([reason, group]) =>
        `⛔ withheld by ${inert(reason)}: ${group
          .slice(0, 20)
          .map(({ action, name, type }) => code(`${action} ${name} ${type}`))
          .join(', ')}${group.length > 20 ? ` and ${group.length - 20} more` : ''}${allowOf(group)}`,
    ),
    ...(unmanaged.length === 0 ? [] : [`<sub>left alone: ${count(unmanaged.length, 'RRset')}</sub>`]),
  ];
};

const allowOf = (group: readonly { readonly allow: string | null }[]): string => {
  const allows = [...new Set(group.flatMap(({ allow }) => (allow === null ? [] : [allow])))].slice(0, 5);
  return allows.length === 0 ? '' : `; to let it through: ${allows.map((allow) => code(`--allow ${allow}`)).join(' ')}`;
};

const icons = { create: '🟢 create', replace: '🟡 replace', delete: '🔴 **delete**' } as const;

const row = ({ action, name, type, before, after }: Change, zone: string): readonly string[] => [
  icons[action],
  code(displayName(name, zone)) + (name === zone ? ' **apex**' : ''),
  code(type),
  cell(before),
  cell(after),
  originOf(after),
];

const cell = (rrset: PlannedRRset | null): string => {
  if (rrset === null) return '';
  const values = rrset.values.slice(0, 5).map(({ rdata }) => code(rdata.slice(0, shownCharacters)));
  const more = rrset.values.length > 5 ? [`… ${rrset.values.length} values`] : [];
  return [`${rrset.ttl}`, ...values, ...more].join(' <br> ');
};

const originOf = (rrset: PlannedRRset | null): string => {
  const origin = rrset?.values[0]?.origins[0];
  return origin === undefined ? '' : code(`${origin.file}:${origin.line}`);
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...rows.slice(0, shownRows).map((cells) => `| ${cells.join(' | ')} |`),
    ...(rows.length > shownRows ? [`\n… and ${count(rows.length - shownRows, 'row')} more`] : []),
  ].join('\n');

/** Untrusted text never ends a code span, a cell or a line. */
const code = (text: string): string =>
  `\`${text.replaceAll('`', 'ˋ').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}\``;
const inert = (text: string): string => text.replaceAll(/[\\`*_<>|[\]@#]/g, '\\$&').replaceAll(/\s+/g, ' ');
const fenced = (text: string): string => `\`\`\`\n${text.replaceAll('```', "'''")}\`\`\``;
