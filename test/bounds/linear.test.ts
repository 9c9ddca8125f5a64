import { describe, expect, it } from 'vitest';
import { growsFaster } from './growth.ts';
import { readText } from './read.ts';
import { equalValues, shapes, typesWithSeveral } from './shapes.ts';

// 5,000 and 20,000 of each: what a zone file takes to be read and checked grows with its size and no faster.

describe('equal values of one RRset', () => {
  it.each(typesWithSeveral)('%s', async (type) => {
    for (const { form, text } of equalValues(type)) {
      expect(await growsFaster((size) => readText(form, text(size))), form).toBeNull();
    }
  });

  it('are one problem, with the number of them', async () => {
    for (const form of ['yaml', 'master'] as const) {
      const shape = equalValues('A').find((each) => each.form === form);
      const { problems, zone } = await readText(form, shape?.text(60_000) ?? '');
      const [first, ...others] = problems.filter(({ rule }) => rule === 'duplicate-value');
      expect(others).toEqual([]);
      expect(first?.message).toMatch(
        /^a\.example\.com\. A has the value 192\.0\.2\.1 already \(z\.\w+:\d\); it is there 60,000 times, so keep one$/,
      );
      expect(zone.quarantined).toMatchObject([{ name: 'a.example.com.', type: 'A' }]);
    }
  });
});

describe('other zone files', () => {
  it.each(shapes)('$what ($form)', async ({ form, text }) => {
    expect(await growsFaster((size) => readText(form, text(size)))).toBeNull();
  });
});

describe('one cause is one line with a count', () => {
  const problemsOf = async (what: string, size: number): Promise<readonly string[]> => {
    const shape = shapes.find((each) => each.what === what);
    const { problems } = await readText(shape?.form ?? 'yaml', shape?.text(size) ?? '');
    return problems
      .filter(({ rule }) => rule !== 'apex-ns-undeclared')
      .map(({ message, rule }) => `${rule}: ${message}`);
  };

  it('of $GENERATE', async () => {
    const problems = await problemsOf('a bad $GENERATE', 60_000);
    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).toContain('(and 59,997 more here)');
  });

  it('of the TTLs of one RRset', async () => {
    const problems = await problemsOf('other TTLs of one RRset', 4_000);
    expect(problems).toEqual([
      'ttl-mismatch: a.example.com. A has the ttl 1 here and 0 at z.zone:1 (and 3,998 more of its records have another); an RRset has one ttl (RFC 2181)',
    ]);
  });

  it('of the values of one RRset', async () => {
    const problems = await problemsOf('values that are each there twice', 2_000);
    expect(problems).toEqual([
      expect.stringMatching(
        /^duplicate-value: .* has the value 10\.0\.0\.0 already \(z\.zone:1\); remove one of them \(and 999 more of its values\)$/,
      ),
    ]);
  });
});
