import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rulesDoc, rulesDocFile } from '../../scripts/rules-doc.ts';
import { loadRules } from '../../src/load/load-rules.ts';
import { rules } from '../../src/rules/index.ts';

it('docs/rules.md is what scripts/rules-doc.ts makes', () => {
  expect(readFileSync(rulesDocFile, 'utf8')).toBe(rulesDoc());
});

it('a rule has one id, and is found in one place', () => {
  const ids = [...rules, ...loadRules].map(({ id }) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});
