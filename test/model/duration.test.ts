import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/model/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['0s', 0],
    ['1d', null],
    ['10', null],
    ['-1s', null],
    ['1.5s', null],
    ['', null],
  ])('%j in milliseconds', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));
});
