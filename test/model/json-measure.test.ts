import { expect, it } from 'vitest';
import { whyNoJson } from '../../src/model/json-measure.ts';

const measured = (text: string): string | null => whyNoJson(Buffer.from(text));

it.each([
  ['nothing', ''],
  ['what is no JSON', '}}}]]]"'],
  ['brackets within a string', JSON.stringify({ a: '['.repeat(1_000), b: '\\"[[[' })],
  ['a hundred levels', `${'['.repeat(100)}${']'.repeat(100)}`],
  ['a long list', JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ i })))],
])('%s is not too much', (_case, text) => {
  expect(measured(text)).toBeNull();
});

it.each([
  ['nested', '['.repeat(101), 'is nested more than 100 deep'],
  ['nested in several ways', '{"a":['.repeat(51), 'is nested more than 100 deep'],
  ['of empty lists', '[],'.repeat(5_000_000), 'has more than 8000000 values'],
  ['of numbers', '1,'.repeat(8_000_001), 'has more than 8000000 values'],
])('%s it is too much', (_case, text, says) => {
  expect(measured(text)).toBe(says);
});
