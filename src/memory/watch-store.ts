import { codeOf, HostmasterError, messageOf } from '../model/errors.ts';
import type { Store } from '../model/ports.ts';
import { type Problem, problemAt, withCode } from '../model/problem.ts';

/** A store that remembers what it could not keep. */
export interface WatchedStore {
  readonly store: Store;
  /** Did any of it fail so far? */
  readonly hasFailed: () => boolean;
  /** One problem for all that the state could not keep; none where it kept everything. */
  readonly problems: () => readonly Problem[];
}

/** Watches what is written while and after zones are written: what fails there takes back nothing, and must not be silent. */
export const watchStore = (store: Store): WatchedStore => {
  const failures: unknown[] = [];
  const watched =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await call(...args);
      } catch (error) {
        if (error instanceof HostmasterError) failures.push(error);
        throw error;
      }
    };
  return {
    store: {
      ...store,
      noteWritten: watched(store.noteWritten),
      keepOrphans: watched(store.keepOrphans),
      keepUnproven: watched(store.keepUnproven),
      keepVerified: watched(store.keepVerified),
      keepRecentChanges: watched(store.keepRecentChanges),
      keepRevertedDrift: watched(store.keepRevertedDrift),
      saveSync: watched(store.saveSync),
      forgetSync: watched(store.forgetSync),
      endJournalAll: watched(store.endJournalAll),
      recordPass: watched(store.recordPass),
    },
    hasFailed: () => failures.length > 0,
    problems: () => failures.slice(0, 1).map(notKept),
  };
};

const notKept = (error: unknown): Problem => {
  const then =
    'What was written stands; until a run can note it, zones are read in full, and nothing is deleted that may be for a server';
  const message = `not all of this apply could be noted: ${messageOf(error)}. ${then}`;
  return withCode(problemAt('state-not-kept', 'error', message, null), codeOf(error));
};
