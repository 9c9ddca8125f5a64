import { expect, it } from 'vitest';
import { listKeys } from '../../src/model/list-keys.ts';

const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `n${i + 1}.example.`, type: 'A' }));

it.each([
  [0, ''],
  [1, 'n1.example. A'],
  [2, 'n1.example. A, n2.example. A'],
  [7, 'n1.example. A, n2.example. A, n3.example. A, n4.example. A, n5.example. A and 2 more'],
])('of %i RRsets at most five are listed', (count, text) => expect(listKeys(keys(count))).toBe(text));
