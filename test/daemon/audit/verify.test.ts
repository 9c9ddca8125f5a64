import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyAudit } from '../../../src/daemon/audit/verify.ts';
import { editLines, linesIn, newAuditPath, writeAudit } from './rows.ts';

/** `RULE FILE:LINE`, the file by its end; a warning in brackets. */
const found = async (path: string) => {
  const { problems } = await verifyAudit(path);
  return problems.map(({ file, line, rule, severity }) => {
    const text = `${rule} ${String(file).replace(path, '')}:${line}`;
    return severity === 'error' ? text : `(${text})`;
  });
};

/** One file of a first line and 9 others. */
const tenLines = async (): Promise<string> => {
  const path = newAuditPath();
  await writeAudit(path, 1, 9);
  return path;
};

describe('an audit file', () => {
  it('as it was written has no fault, and says what to know it again by', async () => {
    const path = await tenLines();
    const row = await verifyAudit(path);
    expect(row).toMatchObject({ files: [path], lines: 10, writes: 0, unanswered: 0, problems: [] });
    expect(row.last).toEqual({ number: 10, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it.each([1, 2, 5, 9, 10])('whose line %i was altered names that line', async (line) => {
    const path = await tenLines();
    editLines(path, (lines) => lines.with(line - 1, (lines[line - 1] ?? '').replace('"at":"2', '"at":"3')));
    expect(await found(path)).toEqual([`audit-altered :${line}`]);
  });

  it.each([2, 5, 9])('whose line %i is no longer one names that line', async (line) => {
    const path = await tenLines();
    editLines(path, (lines) => lines.with(line - 1, 'x'));
    expect(await found(path)).toEqual([`audit-altered :${line}`]);
  });

  it.each([1, 2, 5, 9])('without line %i names where it is missing', async (line) => {
    const path = await tenLines();
    editLines(path, (lines) => lines.toSpliced(line - 1, 1));
    const { problems } = await verifyAudit(path);
    expect(problems).toMatchObject([
      { rule: 'audit-removed', line, message: expect.stringContaining(`number ${line} `) },
    ]);
  });

  it('without several lines names them together', async () => {
    const path = await tenLines();
    editLines(path, (lines) => lines.toSpliced(3, 4));
    const { problems } = await verifyAudit(path);
    expect(problems).toMatchObject([{ rule: 'audit-removed', message: expect.stringContaining('number 4 to 7 ') }]);
  });

  it('with two lines swapped names the one that stands too late', async () => {
    const path = await tenLines();
    editLines(path, (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''));
    expect(await found(path)).toEqual(['audit-order :6']);
  });

  it('with a line twice, and one put in, names both', async () => {
    const path = await tenLines();
    editLines(path, (lines) => lines.toSpliced(6, 0, lines[3] ?? '', 'x'));
    expect(await found(path)).toEqual(['audit-order :7', 'audit-added :8']);
  });

  it('whose last lines are gone says which', async () => {
    const path = await tenLines();
    editLines(path, (lines) => lines.slice(0, 7));
    const { problems } = await verifyAudit(path);
    expect(problems).toMatchObject([{ rule: 'audit-cut-off', line: 7, message: expect.stringContaining('8 to 10') }]);
  });

  it('that ends in the middle of a line names it, and the lines after it', async () => {
    const path = await tenLines();
    truncateSync(path, readFileSync(path).length - 5);
    expect(await found(path)).toEqual(['audit-cut-off :10', 'audit-cut-off :9']);
  });

  it('without what stands beside it cannot tell whether its end is missing, and says so', async () => {
    const path = await tenLines();
    rmSync(`${path}.end`);
    expect(await found(path)).toEqual(['(audit-no-end :10)']);
  });

  it('that is none has no line of one', async () => {
    const path = newAuditPath();
    writeFileSync(path, 'some\nlog\n');
    expect(await found(path)).toEqual(['audit-altered :1', 'audit-altered :2', '(audit-no-end :1)']);
    await expect(verifyAudit(`${path}.none`)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a row of audit files', () => {
  /** Files of about three lines each: three that are full, and one that is not. */
  const fourFiles = async (): Promise<string> => {
    const path = newAuditPath();
    await writeAudit(path, 1, 8, 500);
    return path;
  };

  it('is followed over all of its files', async () => {
    const path = await fourFiles();
    const row = await verifyAudit(path);
    expect(row.problems).toEqual([]);
    expect(row.files).toEqual([`${path}.1`, `${path}.2`, `${path}.3`, path]);
    expect(row.lines).toBe(row.files.flatMap(linesIn).length);
  });

  it('names a file that is missing in it, and nothing else', async () => {
    const path = await fourFiles();
    rmSync(`${path}.2`);
    expect(await found(path)).toEqual(['audit-file-missing .2:null']);
  });

  it('whose older files were put elsewhere says so, which is no fault', async () => {
    const path = await fourFiles();
    rmSync(`${path}.1`);
    rmSync(`${path}.2`);
    expect(await found(path)).toEqual(['(audit-older .3:1)']);
  });

  it('names a line altered at the end of a full file, and a file that is cut off', async () => {
    const path = await fourFiles();
    const last = linesIn(`${path}.1`).length;
    editLines(`${path}.1`, (lines) => lines.with(last - 1, (lines[last - 1] ?? '').replace('person', 'nobody')));
    editLines(`${path}.3`, (lines) => lines.slice(0, -1));
    expect(await found(path)).toEqual([`audit-altered .1:${last}`, 'audit-removed :1']);
  });

  it('without the file that is written to is cut off', async () => {
    const path = await fourFiles();
    rmSync(path);
    expect(await found(path)).toEqual(['audit-cut-off :1']);
  });

  it('one full file can be looked at by itself', async () => {
    const path = await fourFiles();
    expect(await found(`${path}.2`)).toEqual(['(audit-older :1)', `(audit-no-end :${linesIn(`${path}.2`).length})`]);
  });
});
