import { type Problem, problemAt, type Severity } from '../../model/problem.ts';
import { type ChainEnd, hashOfLine, noLine, type ReadLine, readLine } from './entry.ts';

// Is each line the one that follows the line before it? What was altered, taken out, moved or put in shows in the numbers and
// hashes around it.

export interface LinePosition {
  readonly file: string;
  /** In the file, from 1. */
  readonly line: number;
}

export interface ChainCheck {
  /** `isWhole`: the file goes on after it. */
  readonly take: (bytes: Buffer, at: LinePosition, isWhole: boolean) => void;
  /** Lines before the next one are known to be missing, and were told. */
  readonly jump: () => void;
  /** `noted`: the end as it stands beside the file; null: it does not. `file`: the one that is written to. */
  readonly end: (noted: ChainEnd | null, file: string) => ChainResult;
}

export interface ChainResult {
  readonly last: ChainEnd;
  readonly lines: number;
  readonly writes: number;
  /** Writes whose end nobody has noted. */
  readonly unanswered: number;
  readonly problems: readonly Problem[];
}

/** No file that is only damaged has more; one that is something else does. */
const mostProblems = 1_000;

export const checkChain = (): ChainCheck => {
  const problems: Problem[] = [];
  const tell = (rule: string, at: LinePosition | null, message: string, severity: Severity = 'error'): void => {
    if (problems.length < mostProblems) problems.push(problemAt(rule, severity, message, at));
  };
  const open = new Set<number>();
  const gaps = new Map<number, LinePosition>();
  let lines = 0;
  let writes = 0;
  let last: ChainEnd = noLine;
  let lastAt: LinePosition | null = null;
  /** A line that cannot be read, and where the chain was before it. */
  let unreadable: { readonly at: LinePosition; readonly before: ChainEnd } | null = null;
  let jumps = false;

  const takeUnreadable = (hash: string, at: LinePosition): void => {
    if (unreadable !== null) tell('audit-altered', unreadable.at, alteredMessage);
    unreadable = { at, before: last };
    last = { number: last.number + 1, hash };
  };
  /** What the line after an unreadable one says of it. */
  const judgeUnreadable = ({ number, previous }: ReadLine): void => {
    if (unreadable === null) return;
    const { at, before } = unreadable;
    unreadable = null;
    if (number === before.number + 1) {
      tell('audit-added', at, 'this is no line of an audit file, and was put in between two that follow each other');
      last = before;
    } else if (number === last.number + 1 && previous === last.hash) {
      tell(
        'audit-torn',
        at,
        'the process or its machine ended while this line was written; the next one knows of it',
        'warning',
      );
    } else {
      tell('audit-altered', at, alteredMessage);
      last = { number: last.number, hash: previous };
    }
  };
  const takeEarlier = ({ number }: ReadLine, at: LinePosition): void => {
    const isMoved = gaps.delete(number);
    const how = isMoved ? 'stands after a later one: it was moved' : 'is in the audit already, or belongs elsewhere';
    tell('audit-order', at, `line number ${number} ${how}`);
  };
  const takeLater = ({ file, kind, number }: ReadLine, at: LinePosition): void => {
    const [from, to] = [last.number + 1, number - 1];
    if (lastAt === null && kind === 'begins' && file !== null) {
      tell('audit-older', at, `the files before this one, number ${file} of the row, are not here`, 'warning');
    } else if (!jumps) {
      for (let each = from; each <= Math.min(to, from + mostProblems); each += 1) gaps.set(each, at);
    }
  };
  const count = ({ kind, number, write }: ReadLine): void => {
    lines += 1;
    if (kind === 'write') {
      writes += 1;
      open.add(number);
    }
    if (kind === 'result' && write !== null) open.delete(write);
  };
  return {
    jump: () => {
      jumps = true;
    },
    take: (bytes, at, isWhole) => {
      const hash = hashOfLine(bytes);
      const read = readLine(bytes.toString());
      if (!isWhole) tell('audit-cut-off', at, 'the file ends in the middle of this line');
      if (read === null) {
        if (isWhole) takeUnreadable(hash, at);
        return;
      }
      judgeUnreadable(read);
      count(read);
      if (read.number <= last.number) return takeEarlier(read, at);
      if (read.number > last.number + 1) takeLater(read, at);
      else if (read.previous !== last.hash) tell('audit-altered', lastAt ?? at, alteredMessage);
      last = { number: read.number, hash };
      lastAt = at;
      jumps = false;
    },
    end: (noted, file) => {
      if (unreadable !== null) tell('audit-altered', unreadable.at, alteredMessage);
      for (const [at, numbers] of runsOf(gaps)) tell('audit-removed', at, `${numbers} in front of this one: taken out`);
      judgeEnd(noted, last, file, lastAt, tell);
      return { last, lines, writes, unanswered: open.size, problems };
    },
  };
};

const alteredMessage =
  'this line is not as it was written: the line after it, or the end that stands beside the file, says so';

type Tell = (rule: string, at: LinePosition | null, message: string, severity?: Severity) => void;

const judgeEnd = (
  noted: ChainEnd | null,
  last: ChainEnd,
  file: string,
  lastAt: LinePosition | null,
  tell: Tell,
): void => {
  const at = { file, line: lastAt?.file === file ? lastAt.line : 1 };
  if (noted === null) {
    tell(
      'audit-no-end',
      at,
      'nothing beside the file says where it ends: lines that are missing there would not be seen',
      'warning',
    );
  } else if (noted.number > last.number) {
    const numbers = linesInWords(last.number + 1, noted.number);
    tell('audit-cut-off', at, `the end of the file is missing: ${numbers}`);
  } else if (noted.number === last.number && noted.hash !== last.hash) {
    tell('audit-altered', at, alteredMessage);
  }
};

/** Numbers that follow each other, in front of one line, together. */
const runsOf = (gaps: ReadonlyMap<number, LinePosition>): readonly (readonly [LinePosition, string])[] =>
  [...Map.groupBy(gaps, ([, at]) => at)].map(([at, numbers]) => {
    const all = numbers.map(([number]) => number);
    return [at, linesInWords(Math.min(...all), Math.max(...all), all.length)];
  });

const linesInWords = (from: number, to: number, count = to - from + 1): string => {
  if (count === 1) return `line number ${from} is not there`;
  return `${count === to - from + 1 ? '' : `${count} of `}lines number ${from} to ${to} are not there`;
};
