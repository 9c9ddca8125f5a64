import { type Problem, problemAt, type Severity } from '../../model/problem.ts';
import { type ChainEnd, hashOfLine, noLine, type ReadLine, readLine } from './entry.ts';

// Is each line the one that follows the line before it? What was altered, taken out, moved or put in shows in the numbers and
// hashes around it.

export interface LinePosition {
  readonly file: string;
  /** In the file, from 1. */
  readonly line: number;
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

/** What is known after the lines so far. */
export interface Chain {
  readonly problems: Problem[];
  /** Writes without a result, and numbers that were jumped over, each with the line that they should stand in front of. */
  readonly open: Set<number>;
  readonly gaps: Map<number, LinePosition>;
  lines: number;
  writes: number;
  last: ChainEnd;
  lastAt: LinePosition | null;
  /** A line that cannot be read, and where the chain was before it. */
  unreadable: { readonly at: LinePosition; readonly before: ChainEnd } | null;
  /** Lines before the next one are known to be missing, and were told. */
  jumps: boolean;
}

export const newChain = (): Chain => ({
  ...{ problems: [], open: new Set(), gaps: new Map(), lines: 0, writes: 0 },
  ...{ last: noLine, lastAt: null, unreadable: null, jumps: false },
});

const tell = (
  { problems }: Chain,
  rule: string,
  at: LinePosition | null,
  message: string,
  severity: Severity = 'error',
): void => {
  if (problems.length < mostProblems) problems.push(problemAt(rule, severity, message, at));
};

/** `isWhole`: the file goes on after it. */
export const takeLine = (chain: Chain, bytes: Buffer, at: LinePosition, isWhole: boolean): void => {
  const hash = hashOfLine(bytes);
  const read = readLine(bytes.toString());
  if (!isWhole) tell(chain, 'audit-cut-off', at, 'the file ends in the middle of this line');
  if (read === null) {
    if (isWhole) takeUnreadable(chain, hash, at);
    return;
  }
  judgeUnreadable(chain, read);
  count(chain, read);
  const { last, lastAt } = chain;
  if (read.number <= last.number) {
    takeEarlier(chain, read, at);
    return;
  }
  if (read.number > last.number + 1) takeLater(chain, read, at);
  else if (read.previous !== last.hash) tell(chain, 'audit-altered', lastAt ?? at, alteredMessage);
  chain.last = { number: read.number, hash };
  chain.lastAt = at;
  chain.jumps = false;
};

const takeUnreadable = (chain: Chain, hash: string, at: LinePosition): void => {
  const { last, unreadable } = chain;
  if (unreadable !== null) tell(chain, 'audit-altered', unreadable.at, alteredMessage);
  chain.unreadable = { at, before: last };
  chain.last = { number: last.number + 1, hash };
};

/** What the line after an unreadable one says of it. */
const judgeUnreadable = (chain: Chain, { number, previous }: ReadLine): void => {
  const { last, unreadable } = chain;
  if (unreadable === null) return;
  const { at, before } = unreadable;
  chain.unreadable = null;
  if (number === before.number + 1) {
    tell(
      chain,
      'audit-added',
      at,
      'this is no line of an audit file, and was put in between two that follow each other',
    );
    chain.last = before;
  } else if (number === last.number + 1 && previous === last.hash) {
    const message = 'the process or its machine ended while this line was written; the next one knows of it';
    tell(chain, 'audit-torn', at, message, 'warning');
  } else {
    tell(chain, 'audit-altered', at, alteredMessage);
    chain.last = { number: last.number, hash: previous };
  }
};

const takeEarlier = (chain: Chain, { number }: ReadLine, at: LinePosition): void => {
  const isMoved = chain.gaps.delete(number);
  const how = isMoved ? 'stands after a later one: it was moved' : 'is in the audit already, or belongs elsewhere';
  tell(chain, 'audit-order', at, `line number ${number} ${how}`);
};

const takeLater = (chain: Chain, { file, kind, number }: ReadLine, at: LinePosition): void => {
  const [from, to] = [chain.last.number + 1, number - 1];
  if (chain.lastAt === null && kind === 'begins' && file !== null) {
    tell(chain, 'audit-older', at, `the files before this one, number ${file} of the row, are not here`, 'warning');
  } else if (!chain.jumps) {
    for (let each = from; each <= Math.min(to, from + mostProblems); each += 1) chain.gaps.set(each, at);
  }
};

/** A write of many changes has several lines, of which its result names the first. */
const count = (chain: Chain, { kind, number, part, write }: ReadLine): void => {
  chain.lines += 1;
  if (kind === 'write' && part === 1) {
    chain.writes += 1;
    chain.open.add(number);
  }
  if (kind === 'result' && write !== null) chain.open.delete(write);
};

/** `noted`: the end as it stands beside the file, null where it does not; `file`: the one that is written to. */
export const endChain = (chain: Chain, noted: ChainEnd | null, file: string): ChainResult => {
  const { gaps, last, lines, open, problems, unreadable, writes } = chain;
  if (unreadable !== null) tell(chain, 'audit-altered', unreadable.at, alteredMessage);
  for (const [at, numbers] of runsOf(gaps)) {
    tell(chain, 'audit-removed', at, `${numbers} in front of this one: taken out`);
  }
  judgeEnd(chain, noted, file);
  return { last, lines, writes, unanswered: open.size, problems };
};

const alteredMessage =
  'this line is not as it was written: the line after it, or the end that stands beside the file, says so';

const judgeEnd = (chain: Chain, noted: ChainEnd | null, file: string): void => {
  const { last, lastAt } = chain;
  const at = { file, line: lastAt?.file === file ? lastAt.line : 1 };
  if (noted === null) {
    const message = 'nothing beside the file says where it ends: lines that are missing there would not be seen';
    tell(chain, 'audit-no-end', at, message, 'warning');
  } else if (noted.number > last.number) {
    tell(chain, 'audit-cut-off', at, `the end of the file is missing: ${linesInWords(last.number + 1, noted.number)}`);
  } else if (noted.number === last.number && noted.hash !== last.hash) {
    tell(chain, 'audit-altered', at, alteredMessage);
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
