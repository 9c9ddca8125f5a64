import { expect, it } from 'vitest';
import { isNewer } from '../../src/wire/serial.ts';

it.each([
  [2, 1, true],
  [1, 2, false],
  [7, 7, false],
  [0, 4_294_967_295, true],
  [4_294_967_295, 0, false],
  [1, 2026112201, false],
  [0x8000_0000, 0, false],
  [0, 0x8000_0000, false],
])('%i is newer than %i: %s (RFC 1982)', (a, b, newer) => {
  expect(isNewer(a, b)).toBe(newer);
});
