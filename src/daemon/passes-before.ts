import { messageOf } from '../model/errors.ts';
import type { PassSummary } from './answers.ts';
import type { PassThread } from './engine/link.ts';
import { passOfState } from './kept-pass.ts';
import { passesInMemory } from './knowledge.ts';
import type { Log } from './log.ts';

/** The passes of earlier starts, the newest first; none where the state cannot be read now. */
export const passesBefore = async (ask: PassThread['ask'], log: Log): Promise<readonly PassSummary[]> => {
  try {
    return (await ask({ kind: 'passes', after: null, limit: passesInMemory })).map(passOfState);
  } catch (error) {
    log('warn', `the passes of earlier starts cannot be shown: ${messageOf(error)}`);
    return [];
  }
};
