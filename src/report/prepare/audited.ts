import { count } from '../../model/phrases.ts';
import type { Problem } from '../../model/problem.ts';
import { type Line, makeReport, type Report, toned } from '../report.ts';
import { manyOfEachRule } from '../words/problem.ts';

/** What was found in a row of audit files. */
export interface AuditedRow {
  /** The files that were read, the oldest first. */
  readonly files: readonly string[];
  readonly lines: number;
  readonly writes: number;
  /** Writes whose end nobody has noted. */
  readonly unanswered: number;
  /** The number and the hash of the last line: what to keep elsewhere, to know it again. */
  readonly last: { readonly number: number; readonly hash: string | null };
  readonly problems: readonly Problem[];
}

/** What `audit verify` reports. */
export const prepareAudited = (found: AuditedRow): Report => {
  const { files, last, problems } = found;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const verdict =
    errors === 0
      ? toned('every line is as it was written', 'good')
      : toned(`${count(errors, 'fault')}: the audit is not as it was written`, 'error');
  return makeReport({
    kind: 'audited',
    document: found,
    sections: [
      { kind: 'problems', problems, most: manyOfEachRule },
      { kind: 'lines', lines: countLines(found) },
    ],
    summary: [`${count(files.length, 'file')}, line number ${last.number} is the last: `, verdict],
  });
};

const countLines = ({ last, lines, unanswered, writes }: AuditedRow): readonly Line[] => [
  [`${count(lines, 'line')}, ${count(writes, 'write')}`],
  ...(unanswered === 0 ? [] : [[`${count(unanswered, 'write')} without a result: the daemon ended before it had one`]]),
  ...(last.hash === null ? [] : [[`the last line's SHA-256 is ${last.hash}`]]),
];
