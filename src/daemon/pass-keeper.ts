import type { PassSummary } from './answers.ts';
import type { PassThread } from './engine/link.ts';
import { stateOfPass } from './kept-pass.ts';
import { isIdle } from './pass-record.ts';

/** Has passes kept in the state. */
export interface PassKeeper {
  /** Also of one that is kept already, and counts once more. */
  readonly keep: (pass: PassSummary) => void;
  /** After all that can be kept. */
  readonly done: () => Promise<void>;
}

/** So many wait for a state that cannot be written; older ones are let go. */
const mostWaiting = 1_000;

/** What cannot be kept now is kept with the next one; `onFailure` is told of the first of a row of failures. */
export const passKeeper = (ask: PassThread['ask'], onFailure: (error: unknown) => void): PassKeeper => {
  const waiting = new Map<string, PassSummary>();
  let last: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const keepAll = async (): Promise<void> => {
    for (const [id, pass] of waiting) {
      await ask({ kind: 'keep pass', pass: stateOfPass(pass), isIdle: isIdle(pass.counts) });
      if (waiting.get(id) === pass) waiting.delete(id);
    }
    hasFailed = false;
  };
  const failed = (error: unknown): void => {
    if (!hasFailed) onFailure(error);
    hasFailed = true;
  };
  return {
    keep: (pass) => {
      waiting.delete(pass.id);
      waiting.set(pass.id, pass);
      for (const [id] of waiting) if (waiting.size > mostWaiting) waiting.delete(id);
      last = last.then(keepAll).catch(failed);
    },
    done: () => last,
  };
};
