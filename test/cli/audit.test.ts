import { describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { editLines, newAuditPath, writeAudit } from '../daemon/audit/rows.ts';

// `hostmaster audit verify`, which needs no configuration.

const altered = async (): Promise<string> => {
  const path = newAuditPath();
  await writeAudit(path, 1, 5);
  editLines(path, (lines) => lines.with(2, (lines[2] ?? '').replace('person', 'nobody')));
  return path;
};

describe('hostmaster audit verify', () => {
  it('says that nothing was altered, what to know the last line by, and ends with 0', async () => {
    const path = newAuditPath();
    await writeAudit(path, 1, 5);
    const { code, stderr, stdout } = await hostmaster(['audit', 'verify', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^6 lines, 0 writes\nthe last line's SHA-256 is [0-9a-f]{64}\n/);
    expect(stdout).toMatch(/\n1 file, line number 6 is the last: every line is as it was written\n$/);
  });

  it('names a line that was altered, and ends with 1', async () => {
    const path = await altered();
    const { code, stdout } = await hostmaster(['audit', 'verify', path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:3`);
    expect(stdout).toContain('[audit-altered]');
    expect(stdout).toMatch(/1 fault: the audit is not as it was written\n$/);
  });

  it('has JSON and markdown', async () => {
    const path = await altered();
    const json = await hostmaster(['audit', 'verify', path, '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ files: [path], lines: 6, writes: 0, unanswered: 0, last: { number: 6 } },
      problems: [{ rule: 'audit-altered', severity: 'error', file: path, line: 3 }],
    });
    expect(json.code).toBe(1);
    const markdown = await hostmaster(['audit', 'verify', path, '--format', 'markdown']);
    expect(markdown.stdout).toContain('audit-altered');
    expect(markdown.code).toBe(1);
  });

  it('of a file that is not there is one line, and 1', async () => {
    const { code, stderr, stdout } = await hostmaster(['audit', 'verify', 'none.jsonl']);
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'hostmaster: none.jsonl: there is no such audit file\n',
    });
  });
});
