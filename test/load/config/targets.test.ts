import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from '../../../src/load/index.ts';
import { problemsOf, repository } from '../load-repository.ts';

describe('a target that keeps its zones in the state file', () => {
  it.each([
    ['state: kept/state.sqlite', 'kept/./state.sqlite'],
    ['', '.hostmaster/state.sqlite'],
    ['state: kept/state.sqlite', 'link/state.sqlite'],
  ])('is a problem, and is not used: %s, %s', async (state, file) => {
    const zones = 'zones: {a.test: {targets: [try]}}\n';
    const folder = repository({
      'hostmaster.yaml': `${state}\ntargets:\n  try: {provider: embedded, file: ${file}}\n${zones}`,
      'kept/x': '',
      'zones/a.test.yaml': '',
    });
    symlinkSync('kept', join(folder, 'link'));
    const found = await load({ config: join(folder, 'hostmaster.yaml') });
    expect(problemsOf(found)).toEqual([
      `hostmaster.yaml:3:35 error config-syntax: targets.try: "file" is the state file, "${file}", which cannot hold zones; choose another path for "file" or for "state"`,
    ]);
    expect(found.targets).toEqual([]);
  });
});
