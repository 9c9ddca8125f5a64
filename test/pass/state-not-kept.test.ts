import { describe, expect, it } from 'vitest';
import { HostmasterError } from '../../src/model/errors.ts';
import { applyPass, applyPlanPass, closePass, planPass } from '../../src/pass.ts';
import type { StoreOpener } from '../../src/run.ts';
import type { RunContext } from '../../src/target.ts';
import { type CountingWorld, countingWorld } from './counting.ts';

// The state's disk is full from the first write to a name server on: what was written is told all the same.

const never = Number.POSITIVE_INFINITY;
const message = 'the disk of the state file is full: make room, then try again';
const optionsOf = ({ config }: CountingWorld) => ({ config, allow: [], full: false, serve: true });

const fillingUp = () => {
  const world = countingWorld(never);
  const notices: string[] = [];
  let isFull = false;
  const context: RunContext = {
    ...world.context,
    onNotice: (notice) => notices.push(notice),
    onStep: ({ stage }) => {
      isFull ||= stage === 'apply';
    },
  };
  const orFull =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (isFull) throw new HostmasterError('STATE_UNAVAILABLE', message);
      return call(...args);
    };
  const openStore: StoreOpener = async (file) => {
    const store = await world.openStore(file);
    return {
      ...store,
      noteWritten: orFull(store.noteWritten),
      keepOrphans: orFull(store.keepOrphans),
      saveSync: orFull(store.saveSync),
      forgetSync: orFull(store.forgetSync),
      endJournalAll: orFull(store.endJournalAll),
      recordPass: orFull(store.recordPass),
    };
  };
  return { world, notices, context, openStore };
};

describe('where the state cannot keep what an apply did, that is one problem beside its results', () => {
  it('of a plan of its own', async () => {
    const { world, notices, context, openStore } = fillingUp();
    const pass = await planPass({ ...optionsOf(world), recover: true }, context, openStore);
    const { problems, results } = await applyPass(pass, context).finally(() => closePass(pass));
    expect(results.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    expect(problems).toMatchObject([{ rule: 'state-not-kept', severity: 'error', code: 'STATE_UNAVAILABLE' }]);
    expect(problems[0]?.message).toContain(message);
    expect(notices).toEqual([]);
  });

  it('of a plan that was reviewed', async () => {
    const planned = countingWorld(never);
    const { plan, ...open } = await planPass(optionsOf(planned), planned.context, planned.openStore);
    await closePass(open);
    const { world, notices, context, openStore } = fillingUp();
    const { problems, results } = await applyPlanPass(plan, optionsOf(world), context, openStore);
    expect(results.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    expect(problems).toMatchObject([{ rule: 'state-not-kept', severity: 'error', code: 'STATE_UNAVAILABLE' }]);
    expect(notices).toEqual([]);
  });
});
