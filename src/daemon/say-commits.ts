import type { CommitView } from './commit-source.ts';
import type { Log } from './log.ts';

/** Says in the log what became of commits, each thing once. */
export const sayCommits = (log: Log): ((view: CommitView) => void) => {
  let said: Pick<CommitView, 'inForce' | 'held' | 'failure'> = { inForce: null, held: null, failure: null };
  return ({ failure, held, inForce }) => {
    if (inForce !== null && inForce.sha !== said.inForce?.sha) {
      log('info', 'a commit is in force', { commit: inForce.sha });
    }
    if (held !== null && held.because !== said.held?.because) log('warn', held.because, { commit: held.sha });
    if (failure !== null && failure.code !== said.failure?.code) log('error', failure.message, { code: failure.code });
    if (failure === null && said.failure !== null) log('info', 'the repository answers again');
    said = { inForce, held, failure };
  };
};
