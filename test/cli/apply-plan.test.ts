import { beforeAll, describe, expect, it } from 'vitest';
import { type Sample, sample } from '../e2e/sample-repository.ts';

describe('apply --plan', () => {
  let repository: Sample;
  beforeAll(async () => {
    repository = await sample();
    await repository.run('plan', '--out', 'plan.json');
  });

  it.each([['--zone', 'example.com'], ['--target', 'local'], ['--full']])(
    'takes no %s: it applies that plan or nothing',
    async (...args) => {
      const { code, stdout, stderr } = await repository.run('apply', '--yes', '--plan', 'plan.json', ...args);
      expect(stderr).toBe(
        `hostmaster: --plan applies that plan or nothing; leave out ${args[0]}, or plan again with it\n`,
      );
      expect(stdout).toBe('');
      expect(code).toBe(1);
    },
  );
});
