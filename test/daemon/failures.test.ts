import { expect, it } from 'vitest';
import { backOffAfter } from '../../src/daemon/failures.ts';
import { endedPass } from './ended-pass.ts';

const failing = new Map([['target pdns', { kind: 'wait' as const, tries: 3, nextTry: 5_000 }]]);
const after = (scope: 'all' | 'zones' | 'names') => backOffAfter(failing, endedPass({ scope }), 0, () => 0.5);

it('keeps what is tried again, and when, over a pass that was not about everything', () => {
  expect([after('names'), after('zones')]).toEqual([failing, failing]);
  expect(after('all').size).toBe(0);
});
