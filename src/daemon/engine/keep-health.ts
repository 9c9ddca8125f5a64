import type { HealthVerdict } from '../../model/daemon-store.ts';
import { HostmasterError } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import { checkerKey, type WatchedProbe } from '../../model/probe.ts';
import { watchedProbes } from '../../pass.ts';
import type { PlanPass } from '../../run.ts';
import type { Told } from './messages.ts';

// What the health checker finds, on its way into the state, and what it has to look at, out of a pass. The state is written by
// this thread alone: what another one wrote would count as somebody else's, and the last pass would be dropped for it.

export interface HealthKeeper {
  /** Says in the state that a checker runs, so that a pass relies on it. */
  readonly sayThatItRuns: (store: Store) => Promise<void>;
  /** In place of all that the state has. */
  readonly keep: (store: Store, verdicts: readonly HealthVerdict[]) => Promise<void>;
  /** After a pass over everything: tells what is to be looked at, where that is something else than before. */
  readonly tellWatched: (pass: PlanPass) => Promise<void>;
}

export const healthKeeper = (tell: (message: Told) => void, now: () => number): HealthKeeper => {
  /** By target; of one that is not open, what was last known. */
  let byTarget = new Map<string, readonly WatchedProbe[]>();
  let told = '';
  const orNotice = async (job: () => Promise<void>): Promise<void> => {
    try {
      await job();
    } catch (error) {
      if (!(error instanceof HostmasterError)) throw error;
      tell({ type: 'notice', message: `what health checks found could not be kept: ${error.message}` });
    }
  };
  return {
    sayThatItRuns: (store) =>
      orNotice(() => store.keepHealthVerdicts([{ check: checkerKey, isUp: true, since: now(), checkedAt: now() }])),
    keep: (store, verdicts) =>
      orNotice(async () => {
        const kept = new Set(verdicts.map(({ check }) => check));
        const gone = (await store.healthVerdicts()).flatMap(({ check }) => (kept.has(check) ? [] : [check]));
        await store.keepHealthVerdicts(verdicts);
        if (gone.length > 0) await store.forgetHealthVerdicts(gone);
      }),
    tellWatched: async (pass) => {
      const configured = new Set(pass.desired.definitions.targets.map(({ name }) => name));
      byTarget = new Map([...byTarget, ...watchedProbes(pass)].filter(([name]) => configured.has(name)));
      const watched = [...byTarget.values()].flat();
      const text = JSON.stringify(watched);
      if (text === told || (told === '' && watched.length === 0)) return;
      told = text;
      tell({ type: 'watched', watched, kept: await pass.store.healthVerdicts() });
    },
  };
};
