import { beforeAll, describe, expect, it } from 'vitest';
import type { Change, Changeset } from '../../src/model/plan.ts';
import { unusedAllows } from '../../src/pass/allows.ts';
import { parseChangeAllow } from '../../src/plan/index.ts';
import { jsonOf, type Sample, sample, zoneFile } from '../e2e/sample-repository.ts';

describe('--allow', () => {
  let repository: Sample;
  beforeAll(async () => {
    repository = await sample();
    await repository.run('apply', '--yes');
  });

  it.each([
    ['delegation:example.org:sub.example.org', 'zones'],
    ['never_empty:example.com@internal', 'zones'],
    ['never_empty:example.com/nowhere', 'targets'],
    ['max_delete_percent:*.org', 'zones'],
    ['never_empty:*.com', 'zones'],
  ])('%s of what is not there is refused', async (allow, what) => {
    const { code, stderr } = await repository.run('plan', '--allow', allow);
    expect(stderr).toMatch(`hostmaster: --allow ${allow}: not configured in hostmaster.yaml (${what}: `);
    expect(code).toBe(1);
  });

  it('that lets nothing through is said, and one that does is not', async () => {
    repository.write(zoneFile, "'': {type: TXT, value: only}\n");
    const allows = ['delegation:example.com/local:www.example.com', 'max_delete_percent:example.com'];
    const plan = jsonOf(await repository.run('plan', '--format', 'json', '--allow', ...allows));
    const said = plan.problems.filter(({ rule }: { readonly rule: string }) => rule === 'allow-unused');
    expect(said).toMatchObject([
      {
        severity: 'warning',
        message: `--allow ${allows[0]} let nothing through: no change of example.com. is of that kind`,
      },
    ]);
    const { stdout } = await repository.run('plan', '--allow', allows[0] ?? '');
    expect(stdout).toContain(`warning [allow-unused] --allow ${allows[0]} let nothing through`);
  });

  const change = (action: Change['action'], name: string, type = 'A'): Change => {
    return { action, name, type, before: null, after: null };
  };
  const changesetOf = (...changes: readonly Change[]): Changeset => ({
    zone: 'a.test.',
    view: null,
    target: 'pdns',
    based_on: null,
    create_zone: false,
    changes,
    withheld: [],
    unmanaged: [],
  });
  const deleted = change('delete', 'x.a.test.');
  const created = change('create', 'x.a.test.');
  const replaced = change('replace', 'x.a.test.');
  const moved = change('replace', 'x.a.test.', 'NS');
  const swap = [deleted, change('create', 'x.a.test.', 'CNAME')] as const;

  it.each([
    ['max_delete_percent:a.test', true, [deleted]],
    ['max_delete_percent:a.test/aws', false, [deleted]],
    ['max_delete_percent:a.test', false, [replaced]],
    ['max_delete_percent:*.test', true, [deleted]],
    ['max_delete_percent:*.test./pdns', true, [deleted]],
    ['max_replace_percent:**', true, [replaced]],
    ['max_delete_percent:*', false, [deleted]],
    ['max_delete_percent:b*.test', false, [deleted]],
    ['never_empty:a.test:x.a.test', true, [deleted]],
    ['never_empty:a.test:y.a.test', false, [deleted]],
    ['max_replace_percent:a.test', true, [replaced]],
    ['max_replace_percent:a.test', true, swap],
    ['max_replace_percent:a.test', false, [deleted]],
    ['delegation:a.test:x.a.test', true, [moved]],
    ['delegation:a.test', false, [moved]],
    ['delegation:b.test:x.a.test', false, [moved]],
    ['delegation:a.test:x.a.test', false, [replaced]],
    ['absence:a.test:x.a.test', true, [deleted]],
    ['absence:a.test', true, [replaced]],
    ['absence:a.test', false, [created]],
    ['filter:a.test:x.a.test', true, [created]],
    ['filter:a.test:y.a.test', false, [created]],
  ])('%s is of use: %s', (text, isUsed, changes) => {
    const given = [{ text, allow: parseChangeAllow(text) }];
    expect(unusedAllows(given, [changesetOf(...changes)], [])).toHaveLength(isUsed ? 0 : 1);
    const unread = { name: 'pdns', status: 'unreachable', code: 'TARGET_UNREACHABLE', message: '' } as const;
    if (!text.includes('aws')) expect(unusedAllows(given, [], [unread])).toEqual([]);
  });
});
