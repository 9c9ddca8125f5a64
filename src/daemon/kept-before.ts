import { messageOf } from '../model/errors.ts';
import type { PassSummary } from './answers.ts';
import type { PassThread } from './engine/link.ts';
import { passOfState } from './kept-pass.ts';
import { passesInMemory } from './knowledge.ts';
import type { Log } from './log.ts';
import type { Suspension } from './suspension.ts';

/** What earlier starts of the daemon left in the state. */
export interface KeptBefore {
  /** The newest first. */
  readonly passes: readonly PassSummary[];
  readonly suspensions: readonly Suspension[];
}

/** Throws where it cannot be read: what a person suspended must not be written. */
export const keptBefore = async (ask: PassThread['ask'], log: Log): Promise<KeptBefore> => {
  const suspensions = await ask({ kind: 'suspensions' });
  const passes = await ask({ kind: 'passes', after: null, limit: passesInMemory }).catch((error: unknown) => {
    log('warn', `the passes of earlier starts cannot be shown: ${messageOf(error)}`);
    return [];
  });
  return { suspensions, passes: passes.map(passOfState) };
};
