import fc from 'fast-check';
import { historyOf, type Round } from './history.ts';
import type { Host } from './places.ts';
import { play } from './play.ts';

export interface Histories {
  readonly histories: number;
  /** At most. */
  readonly rounds: number;
  /** How many are played at the same time. */
  readonly atOnce: number;
  /** Is a history that fails made shorter? */
  readonly shrink: boolean;
}

// The same histories each time, so that a fault is of the change that is tested. HISTORY_SEED plays others, and with
// HISTORY_PATH the one that a failure printed.
const seed = Number(process.env.HISTORY_SEED ?? 20_261_130);
const path = process.env.HISTORY_PATH;
/** How often histories are played again to find a shorter one that fails. */
const mostShrinks = 60;

/** Plays made-up histories; throws with the seed, the path and a short history where one ends as it must not. */
export const checkHistories = async (host: Host, { atOnce, histories, rounds, shrink }: Histories): Promise<void> => {
  const lanes = [...new Array(atOnce).keys()];
  try {
    await Promise.all(
      lanes.map((lane) =>
        checkLane(
          { seed: seed + lane, numRuns: Math.ceil(histories / atOnce), endOnFailure: !shrink },
          rounds,
          async (history) => {
            const place = await host.place();
            try {
              await play(place, history);
            } finally {
              await place.close();
            }
          },
        ),
      ),
    );
  } finally {
    await host.stop();
  }
};

const checkLane = async (
  parameters: { readonly seed: number; readonly numRuns: number; readonly endOnFailure: boolean },
  rounds: number,
  playOne: (history: readonly Round[]) => Promise<void>,
): Promise<void> => {
  let played = 0;
  let hasFailed = false;
  const property = fc.asyncProperty(historyOf(rounds), async (history) => {
    if (hasFailed && played > mostShrinks) return;
    played = hasFailed ? played + 1 : 0;
    try {
      await playOne(history);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  await fc.assert(property, { ...parameters, ...(path === undefined ? {} : { path }) });
};
