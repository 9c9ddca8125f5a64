import { expect, it } from 'vitest';
import { closeTargets } from '../../src/pass/targets.ts';
import type { OpenTarget } from '../../src/target.ts';

it('a target that does not close hides neither what was done nor the others', async () => {
  const closed: string[] = [];
  const fails = async () => {
    throw new Error('no way');
  };
  const notes = (what: string) => async () => {
    closed.push(what);
  };
  const at = (close: () => Promise<void>, stop: () => Promise<void>): OpenTarget =>
    ({ definition: {}, provider: { close }, serving: { stop } }) as unknown as OpenTarget;
  const open = new Map([
    ['a', at(fails, notes("a's server"))],
    ['b', at(notes('b'), fails)],
    ['c', at(notes('c'), notes("c's server"))],
  ]);
  await closeTargets({ open });
  expect(closed.toSorted()).toEqual(["a's server", 'b', 'c', "c's server"]);
});
