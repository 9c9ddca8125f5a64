import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEntry } from '../../../src/daemon/audit/entry.ts';
import { type AuditFile, auditFile } from '../../../src/daemon/audit/file.ts';
import { tempFolder } from '../../servers/child.ts';

export const newAuditPath = (): string => join(tempFolder('audit'), 'audit.jsonl');

export const actionOf = (i: number): AuditEntry => ({
  kind: 'suspend',
  by: `person ${i}`,
  request: { reason: `r${i}` },
});

export const openAudit = (path: string, most = 1_000_000): AuditFile =>
  auditFile(path, { most, now: () => 1_800_000_000_000 });

/** Writes entries one by one, and closes. */
export const writeAudit = async (path: string, from: number, to: number, most?: number): Promise<void> => {
  const file = openAudit(path, most);
  for (let i = from; i <= to; i += 1) await file.add([actionOf(i)], { isDurable: false });
  await file.close();
};

export const linesIn = (path: string): readonly string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

/** Changes the lines of a file. */
export const editLines = (path: string, edit: (lines: readonly string[]) => readonly string[]): void =>
  writeFileSync(path, `${edit(linesIn(path)).join('\n')}\n`);
