import { describe, expect, it } from 'vitest';
import { type LogOptions, lineForPeople, openLog } from '../../src/daemon/log.ts';

const logged = (options: Pick<LogOptions, 'level' | 'isForPeople'>) => {
  const lines: string[] = [];
  const log = openLog({ ...options, write: (text) => lines.push(text) });
  log('error', 'e', { zone: 'a.test.', code: 'WRITE_REFUSED' });
  log('warn', 'w');
  log('info', 'i', { pass: 'p1', target: 'pdns', cause: 'git' });
  log('debug', 'd');
  return lines;
};

describe('the log', () => {
  it('is JSON, one line an event, in which each has pass, zone, target and code', () => {
    const lines = logged({ level: 'info', isForPeople: false });
    expect(lines.every((line) => line.endsWith('\n') && line.trimEnd().split('\n').length === 1)).toBe(true);
    const about = { pass: null, zone: null, target: null, code: null };
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { ...about, level: 'error', msg: 'e', zone: 'a.test.', code: 'WRITE_REFUSED' },
      { ...about, level: 'warn', msg: 'w' },
      { ...about, level: 'info', msg: 'i', pass: 'p1', target: 'pdns', cause: 'git' },
    ]);
    expect(JSON.parse(lines[0] ?? '').time).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  });

  it.each([
    ['error', 1],
    ['info', 3],
    ['debug', 4],
  ] as const)('has at level %s so much for programs as for people', (level, count) => {
    for (const isForPeople of [false, true]) expect(logged({ level, isForPeople })).toHaveLength(count);
  });

  const now = new Date(2026, 10, 30, 9, 5, 7);
  it('says to people what the message does not say itself', () => {
    expect(lineForPeople(now, 'info', '3 changes written', { cause: 'git', commit: '0123456789abcdef' })).toBe(
      '09:05:07       3 changes written (cause git, commit 0123456)\n',
    );
    const about = { zone: 'a.test.', target: 'pdns', code: 'ZONE_BUSY', pass: null };
    expect(lineForPeople(now, 'error', 'a.test. at pdns: busy', about)).toBe(
      '09:05:07 ERROR a.test. at pdns: busy (ZONE_BUSY)\n',
    );
    expect(lineForPeople(now, 'warn', 'busy', about)).toBe('09:05:07 WARN  busy (a.test. at pdns, ZONE_BUSY)\n');
  });

  it('keeps lines of one event together', () => {
    expect(lineForPeople(now, 'error', 'a bug:\n  at b\n', {})).toBe('09:05:07 ERROR a bug:\n                 at b\n');
  });

  it('names the pass to people where they look for a fault', () => {
    expect(logged({ level: 'debug', isForPeople: true })[2]).toContain('pass p1');
    expect(logged({ level: 'info', isForPeople: true })[2]).not.toContain('p1');
  });
});
