import { setTimeout as sleep } from 'node:timers/promises';
import { providerLookup } from '../../src/cli/providers.ts';
import type { Change, Changeset, Plan } from '../../src/model/plan.ts';
import { type ApplyPass, applyPass, applyPlanPass, closePass, planPass } from '../../src/pass.ts';
import type { PassOptions } from '../../src/run.ts';
import { openStore, readStore } from '../../src/state/index.ts';
import type { RunContext } from '../../src/target.ts';
import { askByDns } from '../../src/verify/index.ts';
import type { Repository } from './target-repository.ts';

// Passes over a real repository and a real name server, in this process: one after the other, by a clock that a test sets.

export interface TimedPasses {
  /** Milliseconds since 1970, for the passes to come. */
  now: number;
  /** Plans and applies, as `apply` does; with more options, as the daemon does. */
  apply(options?: Partial<PassOptions>): Promise<Plan & Pick<ApplyPass, 'results' | 'verify'>>;
  /** As `plan` does. */
  plan(options?: Partial<PassOptions>): Promise<Plan>;
  /** As `apply --plan` does. */
  applyPlan(plan: Plan, options?: Partial<PassOptions>): Promise<ApplyPass>;
}

export const timedPasses = (repository: Pick<Repository, 'config'>, start: number): TimedPasses => {
  const contextNow = (): RunContext => ({
    ...providerLookup(),
    ask: askByDns(),
    clock: { now: () => passes.now },
    sleep: (milliseconds) => sleep(milliseconds),
  });
  const optionsOf = (more: Partial<PassOptions>): PassOptions => ({
    ...{ config: repository.config, allow: [], full: false, serve: true },
    ...more,
  });
  const passes: TimedPasses = {
    now: start,
    apply: async (options = {}) => {
      const context = contextNow();
      const pass = await planPass(optionsOf({ recover: true, ...options }), context, (file) => openStore(file));
      try {
        const { results, verify } = await applyPass(pass, context);
        return { ...pass.plan, results, verify };
      } finally {
        await closePass(pass);
      }
    },
    plan: async (options = {}) => {
      const pass = await planPass(optionsOf(options), contextNow(), (file) => readStore(file));
      await closePass(pass);
      return pass.plan;
    },
    applyPlan: (plan, options = {}) => applyPlanPass(plan, optionsOf(options), contextNow(), (file) => openStore(file)),
  };
  return passes;
};

const relative = (name: string, zone: string): string => (name === zone ? '@' : name.slice(0, -zone.length - 1));
const wordsOf = ({ action, drift, name, type }: Change, { zone }: Changeset): string =>
  `${action} ${relative(name, zone)} ${type}${drift === true ? ' (drift)' : ''}`;

/** `delete www A`, sorted. */
export const changesOf = ({ changesets }: Pick<Plan, 'changesets'>): readonly string[] =>
  changesets.flatMap((each) => each.changes.map((change) => wordsOf(change, each))).sort();

/** `suspended: delete www A`, sorted. */
export const withheldOf = ({ changesets }: Pick<Plan, 'changesets'>): readonly string[] =>
  changesets.flatMap((each) => each.withheld.map((one) => `${one.guard}: ${wordsOf(one, each)}`)).sort();
