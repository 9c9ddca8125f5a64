import { describe, expect, it } from 'vitest';
import { newErrors } from '../../../src/daemon/commits/new-errors.ts';
import type { Problem } from '../../../src/model/problem.ts';

const problem = (rule: string, more: Partial<Problem> = {}): Problem => ({
  ...{ rule, severity: 'error', message: `${rule} is broken`, file: 'zones/a.test.yaml', line: 1, column: 1 },
  ...more,
});

const www = { zone: 'a.test.', name: 'www.a.test.' };

describe('the errors that a commit has and the one in force has not', () => {
  it('are told apart by rule, zone and name', () => {
    const before = [problem('ttl-range', www)];
    const others = [
      problem('rdata-syntax', www),
      problem('ttl-range', { ...www, name: 'ftp.a.test.' }),
      problem('ttl-range', { ...www, zone: 'b.test.' }),
    ];
    expect(newErrors([...before, ...others], before)).toEqual(others);
  });

  it('are not told apart by words, line or file: what only moved is not new', () => {
    const before = [problem('ttl-range', www)];
    const moved = { ...www, line: 7, column: 3, file: 'zones/other.yaml', message: 'other words' };
    expect(newErrors([problem('ttl-range', moved), problem('ttl-range', moved)], before)).toEqual([]);
  });

  it('are more of a kind where they are about no single name, in their zone or file', () => {
    const unreadable = problem('name-syntax', { zone: 'a.test.' });
    expect(newErrors([unreadable], [unreadable])).toEqual([]);
    expect(newErrors([unreadable, unreadable], [unreadable])).toEqual([unreadable]);
    const config = problem('config-syntax', { file: 'hostmaster.yaml' });
    const labels = problem('config-syntax', { file: 'labels.yaml' });
    expect(newErrors([config, labels], [config])).toEqual([labels]);
    expect(newErrors([labels], [config])).toEqual([labels]);
  });

  it('are errors: a warning holds nothing, and one that became an error does', () => {
    const warning = problem('ttl-range', { ...www, severity: 'warning' });
    expect(newErrors([warning], [])).toEqual([]);
    const error = problem('ttl-range', www);
    expect(newErrors([error], [warning])).toEqual([error]);
  });
});
