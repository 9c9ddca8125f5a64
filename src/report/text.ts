import type { Problem } from '../model/problem.ts';
import type { Colours } from './colours.ts';
import { lineAsText, linesAsText } from './lines.ts';
import type { Line, Report, Section } from './report.ts';
import { zoneParagraphs } from './text/zones.ts';
import { manyOfEachRule, problemLines } from './words/problem.ts';

/** A report for a terminal: the sum is last, where the eye is when it has scrolled by. */
export const renderText = (report: Report, colours: Colours): string => {
  const { before, isSpaced, sections, summary } = report;
  const write = (lines: readonly Line[]) => linesAsText(lines, colours);
  const paragraphs = [
    ...(before === null ? [] : [`\n${write(problemLines(before.since, manyOfEachRule))}`]),
    ...sections.flatMap((section) => paragraphsOf(section, write)),
    ...(summary === null ? [] : [write([summary])]),
  ];
  return paragraphs.filter((text) => text !== '').join(isSpaced ? '\n' : '');
};

const paragraphsOf = (section: Section, write: (lines: readonly Line[]) => string): readonly string[] => {
  switch (section.kind) {
    case 'problems':
      return [write(problemLines(section.problems, section.most))];
    case 'zones':
      return zoneParagraphs(section.zones).map(write);
    case 'lines':
      return [write(section.lines)];
    case 'notes':
      return [section.lines.map((line) => `${line}\n`).join('')];
    case 'file':
      return [section.content];
  }
};

/** Problems line by line, for where no report is: on stderr, before a question. */
export const problemsAsText = (problems: readonly Problem[], colours: Colours): readonly string[] =>
  problemLines(problems, manyOfEachRule).map((line) => lineAsText(line, colours));
