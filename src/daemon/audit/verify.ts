import { HostmasterError } from '../../model/errors.ts';
import { problemAt } from '../../model/problem.ts';
import type { AuditedRow } from '../../report/index.ts';
import { checkChain } from './chain.ts';
import { notedEnd } from './end.ts';
import { linesFromStart } from './lines.ts';
import { isThere } from './present.ts';
import { fullName, fullNumbers } from './row.ts';

/** Reads a file and those before it in its row, and says what is not as it was written. Throws USAGE where there is none. */
export const verifyAudit = async (file: string): Promise<AuditedRow> => {
  const full = await fullNumbers(file);
  const hasCurrent = await isThere(file);
  if (!hasCurrent && full.length === 0) throw new HostmasterError('USAGE', `${file}: there is no such audit file`);
  const chain = checkChain();
  const missing: string[] = [];
  let before: number | null = null;
  for (const number of full) {
    for (let each = (before ?? number - 1) + 1; each < number; each += 1) missing.push(fullName(file, each));
    if (before !== null && number > before + 1) chain.jump();
    await takeFile(fullName(file, number), chain.take);
    before = number;
  }
  if (hasCurrent) await takeFile(file, chain.take);
  const { problems, ...found } = chain.end(await notedEnd(file), file);
  const gone = missing.map((name) =>
    problemAt('audit-file-missing', 'error', 'this file of the row is missing', { file: name }),
  );
  const files = [...full.map((number) => fullName(file, number)), ...(hasCurrent ? [file] : [])];
  return { files, ...found, problems: [...gone, ...problems] };
};

const takeFile = async (file: string, take: ReturnType<typeof checkChain>['take']): Promise<void> => {
  let line = 0;
  for await (const { bytes, isWhole } of linesFromStart(file)) {
    line += 1;
    take(bytes, { file, line }, isWhole);
  }
};
