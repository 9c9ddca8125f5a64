import type { Problem } from '../model/problem.ts';
import { noColours } from './colours.ts';
import { lineAsText, linesAsText } from './lines.ts';
import { code, codeOfFile, fenced, inert, table } from './markdown/markup.ts';
import { fittingZones } from './markdown/zones.ts';
import type { Report, Section } from './report.ts';
import { locationOf } from './words/problem.ts';

/** A comment on a pull request takes 65,536 characters. */
const mostCharacters = 60_000;

/** A report as a comment on a pull request: the sum first, then what is wrong, then what is dangerous. */
export const renderMarkdown = (report: Report): string => {
  const blocks = blocksOf(report);
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
};

const blocksOf = ({ before, identity, sections, summary }: Report): readonly string[] => {
  const head = summary === null ? [] : [`**${lineAsText(summary)}**`];
  const foot = identity === null ? [] : [footer(identity)];
  const others = sections.flatMap((section) => (section.kind === 'zones' ? [] : blocksOfSection(section)));
  const room = mostCharacters - [...head, ...others, ...foot].join('\n\n').length;
  return [
    ...(before === null ? [] : blocksOf(before.report)),
    ...head,
    ...sections.flatMap((section) =>
      section.kind === 'zones' ? fittingZones(section.zones, room) : blocksOfSection(section),
    ),
    ...foot,
  ];
};

const footer = ({ commit, digest, dirty }: NonNullable<Report['identity']>): string =>
  `<sub>${code(digest)}${commit === null ? '' : ` at ${code(commit)}${dirty ? ', with changes that are not in it' : ''}`}</sub>`;

const blocksOfSection = (section: Exclude<Section, { readonly kind: 'zones' }>): readonly string[] => {
  switch (section.kind) {
    case 'problems':
      return section.problems.length === 0 ? [] : [problemTable(section.problems)];
    case 'lines':
      return [fenced(linesAsText(section.lines, noColours))];
    case 'notes':
      return section.lines.length === 0 ? [] : [section.lines.join('\n')];
    case 'file':
      return [fenced(section.content)];
  }
};

const problemTable = (problems: readonly Problem[]): string =>
  table(
    ['', 'where', 'rule', 'what'],
    problems
      .toSorted(errorsFirst)
      .map((problem) => [
        problem.severity === 'error' ? '❌' : '⚠️',
        codeOfFile(locationOf(problem)),
        code(problem.rule),
        inert(problem.message),
      ]),
  );

const errorsFirst = (a: Problem, b: Problem): number => Number(a.severity !== 'error') - Number(b.severity !== 'error');
