import { expect, it } from 'vitest';
import { loadRules } from '../../src/load/load-rules.ts';
import { rules } from '../../src/rules/index.ts';

it('a rule has one id, and is found in one place', () => {
  const ids = [...rules, ...loadRules].map(({ id }) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});
