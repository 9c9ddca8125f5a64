import type { Problem } from '../model/problem.ts';
import { noColours } from './colours.ts';
import { lineAsText, linesAsText } from './lines.ts';
import { code, fenced, fencedLines, fittingTable, inert, sizeOf } from './markdown/markup.ts';
import { zoneBlocks, zonesInRoom } from './markdown/zones.ts';
import type { Report, Section } from './report.ts';
import { leftOutInWords } from './words/left-out.ts';
import { locationOf, messageInWords, problemCounts } from './words/problem.ts';

/** A comment on a pull request takes 65,536 characters. */
const mostRoom = 60_000;
const forProblems = 15_000;
const forLines = 12_000;
/** For what is said of what is left out. */
const forLeftOut = 600;

/** A report as a comment on a pull request: the sum first, then what is wrong, then what is dangerous. */
export const renderMarkdown = (report: Report): string => {
  const blocks = blocksOf(report, mostRoom);
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
};

const blocksOf = ({ before, identity, sections, summary }: Report, room: number): readonly string[] => {
  const head = summary === null ? [] : [`**${lineAsText(summary)}**`];
  const foot = identity === null ? [] : [footer(identity)];
  const others = sections.flatMap((section) => (section.kind === 'zones' ? [] : blocksOfSection(section)));
  const left = room - sizeOf([...head, ...others, ...foot].join('\n\n')) - forLeftOut;
  const leftOut: string[] = [];
  const shown = sections.flatMap((section) => {
    if (section.kind !== 'zones') return blocksOfSection(section);
    const shared = zonesInRoom(section.zones, left);
    const words = leftOutInWords(shared);
    if (words !== null) leftOut.push(`❗ ${words}`);
    return zoneBlocks(shared);
  });
  return [
    ...(before === null ? [] : blocksOf(before.report, room - sizeOf(others.join('\n\n')) - 4)),
    ...[...head, ...leftOut, ...shown, ...leftOut, ...foot],
  ];
};

const footer = ({ commit, digest, dirty }: NonNullable<Report['identity']>): string =>
  `<sub>${code(digest)}${commit === null ? '' : ` at ${code(commit)}${dirty ? ', with changes that are not in it' : ''}`}</sub>`;

const blocksOfSection = (section: Exclude<Section, { readonly kind: 'zones' }>): readonly string[] => {
  switch (section.kind) {
    case 'problems':
      return section.problems.length === 0 ? [] : [problemTable(section.problems)];
    case 'lines':
      return section.lines.length === 0 ? [] : [fencedLines(linesAsText(section.lines, noColours), forLines)];
    case 'file':
      return [fenced(section.content)];
  }
};

const problemTable = (problems: readonly Problem[]): string =>
  fittingTable(
    ['', 'where', 'rule', 'what'],
    problems.toSorted(errorsFirst).map((problem) => ({
      of: problem,
      cells: [
        problem.severity === 'error' ? '❌' : '🟠',
        code(locationOf(problem)),
        code(problem.rule),
        inert(messageInWords(problem.message)),
      ],
    })),
    forProblems,
    (left) => `${problemCounts(left) ?? ''} more (\`--format json\` has them all)`,
  );

const errorsFirst = (a: Problem, b: Problem): number => Number(a.severity !== 'error') - Number(b.severity !== 'error');
