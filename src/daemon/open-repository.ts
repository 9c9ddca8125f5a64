import { type DaemonDefinitions, resolveSecret } from '../load/index.ts';
import type { GitSettings } from '../model/daemon-settings.ts';
import { type CommitView, commitSource, noCommits } from './commit-source.ts';
import type { PassThread } from './engine/link.ts';
import { openRepository } from './git/index.ts';
import type { Log } from './log.ts';
import { type WatchedRepository, watchRepository } from './watched-repository.ts';

export interface RepositoryWorld {
  readonly thread: Pick<PassThread, 'ask'>;
  readonly log: Log;
  /** Commits that passes under way go by. */
  readonly inUse: () => readonly string[];
  /** Another commit is in force; `waited`: for a window. */
  readonly onChange: (waited: boolean) => void;
  readonly onView: (view: CommitView) => void;
}

/** Opens the repository of `git:` and watches it. Throws CONFIG and GIT_UNAVAILABLE where its folder cannot be used. */
export const openWatchedRepository = async (
  definitions: DaemonDefinitions,
  git: GitSettings,
  { inUse, log, onChange, onView, thread }: RepositoryWorld,
): Promise<WatchedRepository> => {
  const { ref, url: repository } = git;
  const stop = new AbortController();
  const secret = await secretOf(definitions, git);
  const opened = await openRepository(git, secret, {
    signal: stop.signal,
    onNotice: (message) => log('warn', message),
  });
  const known = await thread.ask({ kind: 'known commits', repository, ref });
  let timer: NodeJS.Timeout | undefined;
  let waited = false;
  let isForced = false;
  const commits = commitSource({
    repository: opened,
    kept: known ?? noCommits,
    inUse,
    validate: (folder) => thread.ask({ kind: 'validate', folder }),
    delay: async (inForce, next) => {
      const now = Date.now();
      if (isForced) return null;
      const wait = await thread.ask({ kind: 'window', inForce: inForce.folder, next: next.folder, now });
      clearTimeout(timer);
      waited ||= wait.because !== null;
      if (wait.because !== null && wait.until !== null) {
        timer = setTimeout(() => watched.look(), Math.min(longestWait, Math.max(0, wait.until - now)));
      }
      return wait.because;
    },
  });
  const watched = watchRepository({
    commits,
    interval: git.interval,
    keep: (kept) => thread.ask({ kind: 'keep commits', commits: { repository, ref, ...kept } }).then(() => undefined),
    onChange: () => {
      onChange(waited);
      waited = false;
      isForced = false;
    },
    onView,
    stop,
  });
  return {
    ...watched,
    force: () => {
      isForced = true;
      watched.look();
    },
    close: async () => {
      clearTimeout(timer);
      await watched.close();
    },
  };
};

const secretOf = async ({ file, folder }: DaemonDefinitions, { credentials }: GitSettings): Promise<string | null> =>
  credentials.kind === 'token' ? resolveSecret(credentials.token, `${file}: git: token`, folder) : null;

/** setTimeout takes no more. */
const longestWait = 2_000_000_000;
