import { verifyAudit } from '../daemon/audit/verify.ts';
import { type Format, prepareAudited } from '../report/index.ts';
import { ofProblems } from './exit.ts';
import type { Io } from './io.ts';
import { print } from './print.ts';

/** Reads a row of audit files, and no configuration. */
export const runAuditVerify = async (
  file: string,
  { format }: { readonly format: Format },
  io: Io,
): Promise<number> => {
  const found = await verifyAudit(file);
  print(io, format, prepareAudited(found));
  return ofProblems(found.problems);
};
