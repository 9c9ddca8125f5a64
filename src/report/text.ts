import type { Problem } from '../model/problem.ts';
import type { Colours } from './colours.ts';
import { lineAsText, linesAsText } from './lines.ts';
import type { Line, Report, Section } from './report.ts';
import { zoneParagraphs, zonesOnScreen } from './text/zones.ts';
import { leftOutInWords } from './words/left-out.ts';
import { manyOfEachRule, problemLines } from './words/problem.ts';

/** A report for a terminal: the sum is last, where the eye is when it has scrolled by. */
export const renderText = (report: Report, colours: Colours): string => {
  const { before, isSpaced, sections, summary } = report;
  const write = (lines: readonly Line[]) => linesAsText(lines, colours);
  const shown = sections.map((section) => shownOf(section, write));
  const leftOut = shown.flatMap(({ leftOut: words }) => (words === null ? [] : [write([[words]])]));
  const paragraphs = [
    ...(before === null ? [] : [`\n${write(problemLines(before.since, manyOfEachRule))}`]),
    ...leftOut,
    ...shown.flatMap((section) => section.paragraphs),
    ...leftOut,
    ...(summary === null ? [] : [write([summary])]),
  ];
  return paragraphs.filter((text) => text !== '').join(isSpaced ? '\n' : '');
};

interface ShownSection {
  readonly paragraphs: readonly string[];
  readonly leftOut: string | null;
}

const shownOf = (section: Section, write: (lines: readonly Line[]) => string): ShownSection => {
  if (section.kind !== 'zones') return { paragraphs: [paragraphOf(section, write)], leftOut: null };
  const shared = zonesOnScreen(section.zones);
  return { paragraphs: zoneParagraphs(shared).map(write), leftOut: leftOutInWords(shared) };
};

const paragraphOf = (
  section: Exclude<Section, { readonly kind: 'zones' }>,
  write: (lines: readonly Line[]) => string,
): string => {
  switch (section.kind) {
    case 'problems':
      return write(problemLines(section.problems, section.most));
    case 'lines':
      return write(section.lines);
    case 'file':
      return section.content;
  }
};

/** Problems line by line, for where no report is: on stderr, before a question. */
export const problemsAsText = (problems: readonly Problem[]): readonly string[] =>
  problemLines(problems, manyOfEachRule).map((line) => lineAsText(line));
