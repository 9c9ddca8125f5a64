import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditLog } from '../../../src/daemon/audit/log.ts';
import { newestLines } from '../../../src/daemon/audit/newest.ts';
import { verifyAudit } from '../../../src/daemon/audit/verify.ts';
import { change } from '../../apply/changes.ts';
import { actionOf, editLines, linesIn, newAuditPath, openAudit, writeAudit } from './rows.ts';

const faultsIn = async (path: string) => (await verifyAudit(path)).problems.map(({ rule }) => rule);

describe('the audit file', () => {
  it('goes on from where it was, over a restart and over the end of a file', async () => {
    const path = newAuditPath();
    for (let i = 1; i <= 12; i += 3) await writeAudit(path, i, i + 2, 700);
    expect(await faultsIn(path)).toEqual([]);
    const { files } = await verifyAudit(path);
    expect(files.length).toBeGreaterThan(2);
    const numbers = files.flatMap(linesIn).map((line) => JSON.parse(line).number);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    for (const file of files.slice(0, -1)) expect(statSync(file).size).toBeLessThan(1_100);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('that a crash left in the middle of a line goes on, and the verification says so and nothing more', async () => {
    const path = newAuditPath();
    await writeAudit(path, 1, 3);
    appendFileSync(path, '{"number":5,"at":');
    await writeAudit(path, 4, 6);
    const { problems } = await verifyAudit(path);
    expect(problems).toMatchObject([{ rule: 'audit-torn', severity: 'warning', line: 5 }]);
  });

  it('whose end a crash lost goes on, and what was lost is named for ever', async () => {
    const path = newAuditPath();
    await writeAudit(path, 1, 5);
    editLines(path, (lines) => lines.slice(0, 4));
    await writeAudit(path, 6, 8);
    const { problems } = await verifyAudit(path);
    expect(problems).toMatchObject([{ rule: 'audit-removed', message: expect.stringContaining('number 5 to 6 ') }]);
  });

  it('that somebody moved away while it is written to is begun anew, and the chain goes on', async () => {
    const path = newAuditPath();
    const file = openAudit(path);
    await file.add([actionOf(1)], { isDurable: true });
    renameSync(path, `${path}.old`);
    const [number] = await file.add([actionOf(2)], { isDurable: true });
    await file.close();
    expect(number).toBe(4);
    expect(linesIn(path).map((line) => JSON.parse(line).kind)).toEqual(['begins', 'suspend']);
  });

  it('that cannot be written says so with a code, adds nothing, and goes on when it can again', async () => {
    const path = newAuditPath();
    mkdirSync(path);
    const file = openAudit(path);
    await expect(file.add([actionOf(1)], { isDurable: true })).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
    rmSync(path, { recursive: true });
    await file.add([actionOf(2)], { isDurable: true });
    await file.close();
    expect(await faultsIn(path)).toEqual([]);
    expect(linesIn(path)).toHaveLength(2);
  });

  it('that a crash left in the middle of a line, on a disk that is full, keeps no descriptor of each try', async () => {
    const path = newAuditPath();
    await writeAudit(path, 1, 3);
    appendFileSync(path, '{"number":5,"at":');
    const file = openAudit(path);
    // The process may write no file over a size, which is what a full disk is to it.
    const limit = (size: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:unlimited`]);
    const open = () => readdirSync('/proc/self/fd').length;
    limit(statSync(path).size);
    const before = open();
    try {
      for (let i = 0; i < 5; i += 1) {
        await expect(file.add([actionOf(i)], { isDurable: true })).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
      }
      expect(open()).toBe(before);
    } finally {
      limit('unlimited');
    }
    await file.add([actionOf(4)], { isDurable: true });
    await file.close();
    expect(await faultsIn(path)).toEqual(['audit-torn']);
  });
});

describe('what is noted of a pass', () => {
  const pass = { id: 'p1', cause: 'git', by: null, commit: 'c'.repeat(40), inventory: null } as const;
  const write = { zone: 'lab.test.', view: null, target: 'pdns', createsZone: false };

  it('is each write before it is sent, its end, and what was verified', async () => {
    const path = newAuditPath();
    const log = auditLog(openAudit(path), () => undefined);
    const changes = [change('a.lab.test. A', '60 192.0.2.1', '60 192.0.2.2')];
    const end = await log.writesOf(() => pass)({ ...write, changes });
    expect(linesIn(path).map((line) => JSON.parse(line))).toMatchObject([
      { number: 1, kind: 'begins', file: 1, previous: null },
      {
        ...{ number: 2, kind: 'write', pass: 'p1', cause: 'git', by: null, commit: pass.commit, inventory: null },
        ...{ zone: 'lab.test.', target: 'pdns', create_zone: false, part: 1, parts: 1 },
        changes: [
          {
            ...{ action: 'replace', name: 'a.lab.test.', type: 'A' },
            before: { ttl: 60, values: ['192.0.2.1'] },
            after: { ttl: 60, values: ['192.0.2.2'] },
          },
        ],
      },
    ]);
    end({ status: 'applied', code: null, message: null });
    log.verified('p1', { checked: 3, differences: [] });
    await log.close();
    expect(
      linesIn(path)
        .slice(2)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { kind: 'result', pass: 'p1', write: 2, status: 'applied' },
      { kind: 'verified', pass: 'p1', checked: 3, differences: 0 },
    ]);
    expect(await verifyAudit(path)).toMatchObject({ writes: 1, unanswered: 0, problems: [] });
  });

  it('is in lines of 500 changes, each of which stands before the write is sent', async () => {
    const path = newAuditPath();
    const log = auditLog(openAudit(path), () => undefined);
    const changes = Array.from({ length: 1_201 }, (_, i) => change(`a${i}.lab.test. A`, '', '60 192.0.2.2'));
    const end = await log.writesOf(() => pass)({ ...write, changes });
    const parts = linesIn(path)
      .slice(1)
      .map((line) => JSON.parse(line));
    expect(parts.map(({ part, parts: all, changes: some }) => [part, all, some.length])).toEqual([
      [1, 3, 500],
      [2, 3, 500],
      [3, 3, 201],
    ]);
    end({ status: 'applied', code: null, message: null });
    await log.close();
    expect(await verifyAudit(path)).toMatchObject({ writes: 1, unanswered: 0 });
  });

  it('whose end cannot be noted is told once, and noted with what comes next', async () => {
    const path = newAuditPath();
    const said: string[] = [];
    const log = auditLog(openAudit(path), (message) => said.push(message));
    const end = await log.writesOf(() => pass)({ ...write, changes: [] });
    renameSync(path, `${path}.away`);
    mkdirSync(path);
    end({ status: 'applied', code: null, message: null });
    log.verified('p1', { checked: 1, differences: [] });
    await expect(log.note(actionOf(1))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    rmSync(path, { recursive: true });
    renameSync(`${path}.away`, path);
    await log.note(actionOf(2));
    await log.close();
    expect(said).toHaveLength(1);
    expect(linesIn(path).map((line) => JSON.parse(line).kind)).toEqual([
      ...['begins', 'write', 'result', 'verified', 'suspend'],
    ]);
    expect(await faultsIn(path)).toEqual([]);
  });
});

describe('the newest lines', () => {
  const numbers = (items: readonly Readonly<Record<string, unknown>>[]) => items.map(({ number }) => number);

  it('come in parts over all files of the row, and can be looked through', async () => {
    const path = newAuditPath();
    await writeAudit(path, 1, 9, 500);
    const total = (await verifyAudit(path)).lines;
    const first = await newestLines(path, { limit: 3, after: null, q: null });
    expect(numbers(first.items)).toEqual([total, total - 1, total - 2]);
    expect(first.next).toBe(String(total - 2));
    const rest = await newestLines(path, { limit: 1_000, after: first.next, q: null });
    expect(numbers(rest.items)).toEqual(Array.from({ length: total - 3 }, (_, i) => total - 3 - i));
    expect(rest.next).toBeNull();
    const some = await newestLines(path, { limit: 10, after: null, q: 'person 4' });
    expect(some.items).toMatchObject([{ by: 'person 4' }]);
  });

  it('are none where nothing was noted yet, and skip what a crash left', async () => {
    const path = newAuditPath();
    expect(await newestLines(path, { limit: 3, after: null, q: null })).toEqual({ items: [], next: null });
    await writeAudit(path, 1, 2);
    truncateSync(path, readFileSync(path).length - 3);
    expect(numbers((await newestLines(path, { limit: 5, after: null, q: null })).items)).toEqual([2, 1]);
  });
});
